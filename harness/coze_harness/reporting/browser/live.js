/**
 * The server of `coze-harness view`, if it has served this page: it applies decisions and reports the progress of a run.
 *
 * A page is served if its address is http(s) and has a token (`#token=…` or `?token=…`); it then knows these endpoints:
 *
 * - `POST /decisions`, header `X-Token`, body as for `accept --from`: `{"accepted": [...], "errors": [...]}`. An error is
 *   a text, or an object with `message` and `next_step`. With `?failing=1`, candidates that fail may be accepted.
 * - `GET /events?token=…`: server-sent events `{"type": "progress" | "finished", "done": 1, "total": 3}`; `finished` means
 *   that there is another page to load. `total` is null while it is not known.
 */

/** @typedef {{scenario: string, bot: string, decision: string, note?: string}} Decision */
/** @typedef {{format_version: 1, run_id: string, decisions: Decision[]}} DecisionsFile */
/** @typedef {{type: string, done: number, total: number}} Progress */

const STORAGE_KEY = "coze-harness-token";

/** Decisions that the server did not apply; `reason` is its text, "" if it does not answer. */
export class NotSavedError extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class LiveServer {
  /** @param {string} token */
  constructor(token) {
    this.token = token;
  }

  /** Return the server of this page; null for a file, and for a page that another server has. */
  static find() {
    if (!/^https?:$/.test(location.protocol)) return null;
    const linked = new URLSearchParams(location.hash.slice(1)).get("token") ?? new URLSearchParams(location.search).get("token");
    const token = linked ?? readSession(STORAGE_KEY);
    if (!token) return null;
    // The token leaves the address with the first step of the reader.
    writeSession(STORAGE_KEY, token);
    return new LiveServer(token);
  }

  /**
   * Apply decisions on disk.
   * @param {DecisionsFile} decisions
   * @param {boolean} failing whether a candidate that fails may be accepted
   * @param {string} language that of the answer
   * @throws {NotSavedError}
   */
  async save(decisions, failing, language) {
    let answer;
    try {
      const headers = { "Content-Type": "application/json", "X-Token": this.token, "Accept-Language": language };
      const response = await fetch(`/decisions${failing ? "?failing=1" : ""}`, { method: "POST", headers, body: JSON.stringify(decisions) });
      answer = await response.json();
    } catch {
      throw new NotSavedError("");
    }
    const errors = Array.isArray(answer.errors) ? answer.errors : [];
    if (errors.length || !Array.isArray(answer.accepted)) throw new NotSavedError(errors.map(errorText).join(" ") || "?");
  }

  /**
   * Follow the run.
   * @param {(progress: Progress) => void} onProgress
   */
  follow(onProgress) {
    // The address of a page is /view/TOKEN/RUN/.
    const run = /^\/view\/[^/]+\/([^/]+)\//.exec(location.pathname)?.[1];
    const events = new EventSource(`/events?token=${encodeURIComponent(this.token)}${run ? `&run=${run}` : ""}`);
    events.addEventListener("message", (event) => {
      const progress = parseProgress(event.data);
      if (!progress) return;
      onProgress(progress);
      if (progress.type === "finished") events.close();
    });
  }
}

/** @param {unknown} error */
function errorText(error) {
  if (typeof error !== "object" || error === null) return String(error);
  const { message, next_step: next } = /** @type {{message?: unknown, next_step?: unknown}} */ (error);
  return [message, next].filter(Boolean).map(String).join(" ") || JSON.stringify(error);
}

/**
 * @param {string} data
 * @returns {Progress | null}
 */
function parseProgress(data) {
  try {
    const { type, done, total } = JSON.parse(data);
    return { type: String(type), done: Number(done) || 0, total: Number(total) || 0 };
  } catch {
    return null;
  }
}

/**
 * Return a value that this tab has stored; "" if there is none or no storage.
 * @param {string} name
 */
export function readSession(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
export function writeSession(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    return;
  }
}
