/** Parts of the page stored as base64 of gzipped JSON: unpacked on demand; the last few are cached. */

/** A part cannot be shown; `word` is the key of the message. */
export class UnreadableError extends Error {
  /** @param {string} word */
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/**
 * Return the key of the message for an error; unexpected errors also go to the console.
 * @param {unknown} error
 */
export function errorWord(error) {
  if (error instanceof UnreadableError) return error.word;
  console.error(error);
  return "packed.broken";
}

export class PackedParts {
  /** @type {Map<string, Promise<unknown>>} */
  #cache = new Map();

  /** @param {number} maxCached parts that stay unpacked */
  constructor(maxCached = 4) {
    this.maxCached = maxCached;
  }

  /**
   * Return the data of the part with this id.
   * @param {string} id
   * @returns {Promise<unknown>}
   * @throws {UnreadableError} when it is missing or broken, or the browser cannot unpack
   */
  read(id) {
    const part = this.#cache.get(id) ?? unpack(id);
    this.#cache.delete(id);
    this.#cache.set(id, part);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= this.maxCached) break;
      this.#cache.delete(oldest);
    }
    return part;
  }
}

/**
 * @param {string} id
 * @returns {Promise<unknown>}
 */
async function unpack(id) {
  if (typeof DecompressionStream === "undefined") throw new UnreadableError("packed.old_browser");
  try {
    const base64 = document.getElementById(id)?.textContent ?? "";
    const bytes = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  } catch {
    throw new UnreadableError("packed.broken");
  }
}
