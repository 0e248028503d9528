/**
 * Reads and writes one item of `expect:`. It knows the few forms of YAML that the page writes itself;
 * all others are "not understood here", so that nothing is read in another way than a run reads it.
 */

import { NotHereError } from "./nothere.js";

/** @typedef {string | number | boolean | Item[] | {[key: string]: Item}} Item */

const MAX_LENGTH = 20_000;
const MAX_DEPTH = 10;
const KEY = /[a-z][a-z0-9_]*/y;
const DOUBLE = /"(?:[^"\\]|\\.)*"/y;
const SINGLE = /'(?:[^']|'')*'/y;
const PLAIN_IN_FLOW = /[^,[\]{}:#]+/y;
const SPACES = / */y;
// Line breaks of older versions of YAML, what no YAML may contain, and characters that nobody sees.
const FORBIDDEN = /[\0-\x09\x0b-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u2060\ufeff\ufffe\uffff\p{Surrogate}]/u;
const WORDS_OF_OTHER_TYPES = /^(?:true|false|yes|no|on|off|y|n|null|none|nan|inf)$/i;
const PLAIN_START = /^[\p{L}\p{N}(\\^$./。！？，、；]/u;
const SHOWN_PLAIN = /^\p{Script=Han}[\p{L}\p{N}]*$/u;

/**
 * Return the item that a text declares.
 * @param {string} source
 * @returns {Item}
 * @throws {NotHereError} when the text is not one of the known forms
 */
export function readItem(source) {
  const text = source.trimEnd();
  if (!text || text.length > MAX_LENGTH || FORBIDDEN.test(text)) throw new NotHereError("play.syntax");
  // A template's values are in the scenario's file, not in the page.
  if (text.includes("{{")) throw new NotHereError("play.template");
  const isListed = text.startsWith("- ");
  const [first = "", ...rest] = text.slice(isListed ? 2 : 0).split("\n");
  const margin = isListed ? "  " : "";
  if (rest.some((line) => !line.startsWith(margin))) throw new NotHereError("play.syntax");
  const lines = [first, ...rest.map((line) => line.slice(margin.length))];
  if (lines.some((line) => /^[ -]/.test(line))) throw new NotHereError("play.syntax");
  const pairs = lines.map((line) => /^([a-z][a-z0-9_]*): +(.+)$/.exec(line));
  if (pairs.every((pair) => pair !== null)) return mappingOf(pairs.map(([, key = "", value = ""]) => [key, new Reader(value).whole()]));
  if (lines.length > 1) throw new NotHereError("play.syntax");
  return new Reader(first).whole();
}

/**
 * Return an item as a text that `readItem` reads, and that can stand in a scenario's file.
 * @param {Item} item
 */
export function writeItem(item) {
  if (typeof item !== "object" || Array.isArray(item)) return `- ${flow(item)}`;
  return Object.entries(item)
    .map(([key, value], at) => `${at ? "  " : "- "}${key}: ${flow(value)}`)
    .join("\n");
}

/**
 * @param {Item} item
 * @returns {string}
 */
function flow(item) {
  if (Array.isArray(item)) return `[${item.map(flow).join(", ")}]`;
  if (typeof item === "object") return `{${Object.entries(item).map(([key, value]) => `${key}: ${flow(value)}`).join(", ")}}`;
  if (typeof item !== "string") return String(item);
  if (SHOWN_PLAIN.test(item)) return item;
  return item.includes("\\") && !/[\n\p{C}]/u.test(item) ? `'${item.replaceAll("'", "''")}'` : JSON.stringify(item);
}

/** Reads one value of one line. */
class Reader {
  #at = 0;

  /** @param {string} line */
  constructor(line) {
    this.line = line;
  }

  /** Return the value that the whole line is. */
  whole() {
    const start = this.line[0] ?? "";
    if (!`"'[{`.includes(start)) return scalarOf(this.line);
    const value = this.#value(0);
    if (this.#at < this.line.length) throw new NotHereError("play.syntax");
    return value;
  }

  /**
   * @param {number} depth
   * @returns {Item}
   */
  #value(depth) {
    if (depth > MAX_DEPTH) throw new NotHereError("play.syntax");
    const start = this.line[this.#at];
    if (start === '"') return doubleQuoted(this.#take(DOUBLE));
    if (start === "'") return this.#take(SINGLE).slice(1, -1).replaceAll("''", "'");
    if (start === "[") return this.#list(depth);
    if (start === "{") return mappingOf(this.#members("}", () => this.#pair(depth + 1)));
    return scalarOf(this.#take(PLAIN_IN_FLOW).trimEnd());
  }

  /**
   * @param {number} depth
   * @returns {Item[]}
   */
  #list(depth) {
    const isQuoted = /\[ *["']/y;
    isQuoted.lastIndex = this.#at;
    const isText = isQuoted.test(this.line);
    const members = this.#members("]", () => this.#value(depth + 1));
    // Two texts for its author, one for YAML: a run refuses it.
    if (members.length === 1 && !isText && String(members[0]).includes("，")) throw new NotHereError("play.syntax");
    return members;
  }

  /**
   * @param {number} depth
   * @returns {[string, Item]}
   */
  #pair(depth) {
    const key = this.#take(KEY);
    this.#expect(": ");
    this.#take(SPACES);
    return [key, this.#value(depth)];
  }

  /**
   * @template T
   * @param {string} end
   * @param {() => T} read
   * @returns {T[]}
   */
  #members(end, read) {
    const members = [];
    this.#at += 1;
    for (;;) {
      this.#take(SPACES);
      members.push(read());
      this.#take(SPACES);
      const mark = this.line[this.#at];
      if (mark !== "," && mark !== end) throw new NotHereError("play.syntax");
      this.#at += 1;
      if (mark === end) return members;
    }
  }

  /** @param {RegExp} pattern */
  #take(pattern) {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.line);
    if (!match) throw new NotHereError("play.syntax");
    this.#at = pattern.lastIndex;
    return match[0];
  }

  /** @param {string} sign */
  #expect(sign) {
    if (!this.line.startsWith(sign, this.#at)) throw new NotHereError("play.syntax");
    this.#at += sign.length;
  }
}

/** @param {string} quoted */
function doubleQuoted(quoted) {
  // In YAML each half of a pair is a character of its own.
  if (/\\u[dD][89a-fA-F]/.test(quoted)) throw new NotHereError("play.syntax");
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new NotHereError("play.syntax");
  }
}

/**
 * Return the value of an unquoted text; one that YAML may take for another type is not understood.
 * @param {string} text
 */
function scalarOf(text) {
  if (text === "true" || text === "false") return text === "true";
  if (/^(?:0|[1-9]\d{0,14})(?:\.\d{0,8}[1-9])?$/.test(text)) return Number(text);
  const isOther = WORDS_OF_OTHER_TYPES.test(text) || (/^[\d.]/.test(text) && /^[ -~]*$/.test(text) && !/^\.[*+?]/.test(text));
  if (isOther || !PLAIN_START.test(text) || /:(?: |$)| #/.test(text) || text !== text.trim()) throw new NotHereError("play.quote");
  return text;
}

/**
 * @param {[string, Item][]} pairs
 * @returns {{[key: string]: Item}}
 */
function mappingOf(pairs) {
  const mapping = Object.fromEntries(pairs);
  if (Object.keys(mapping).length < pairs.length) throw new NotHereError("play.syntax");
  return mapping;
}
