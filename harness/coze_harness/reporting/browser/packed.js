/** Parts of the page that lie in it as base64 of gzip of JSON: unpacked when asked for, the last few kept. */

/** Why a part cannot be shown; `word` names the sentence that says so. */
export class Unreadable extends Error {
  /** @param {string} word */
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/**
 * Return the word for what went wrong; what nobody foresaw goes to the console too.
 * @param {unknown} error
 */
export function unreadable(error) {
  if (error instanceof Unreadable) return error.word;
  console.error(error);
  return "packed.broken";
}

export class Packed {
  /** @type {Map<string, Promise<unknown>>} */
  #kept = new Map();

  /** @param {number} most parts kept unpacked */
  constructor(most = 4) {
    this.most = most;
  }

  /**
   * Return what the part with this id holds.
   * @param {string} id
   * @returns {Promise<unknown>}
   * @throws {Unreadable} when it is missing or broken, or the browser cannot unpack
   */
  read(id) {
    const found = this.#kept.get(id) ?? unpacked(id);
    this.#kept.delete(id);
    this.#kept.set(id, found);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.most) break;
      this.#kept.delete(oldest);
    }
    return found;
  }
}

/**
 * @param {string} id
 * @returns {Promise<unknown>}
 */
async function unpacked(id) {
  if (typeof DecompressionStream === "undefined") throw new Unreadable("packed.old_browser");
  try {
    const base64 = document.getElementById(id)?.textContent ?? "";
    const bytes = Uint8Array.from(atob(base64.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  } catch {
    throw new Unreadable("packed.broken");
  }
}
