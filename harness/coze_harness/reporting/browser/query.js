/**
 * The filter language: words, "a phrase", bot: tag: st: exp: code:, >10s <2s >500tok, and a leading - to exclude.
 * Commas mean "or", spaces mean "and". Full-width characters of Chinese keyboards are accepted too.
 */

/** @import { Entry } from "./entries.js" */

/**
 * One condition. `key` is "" for a text, ">" or "<" for a number in `unit`, else bot, tag, st, exp or code.
 * @typedef {{not: boolean, key: string, values: string[], unit: string}} Term
 */

const KEYS = new Map([
  ["bot", "bot"],
  ["tag", "tag"],
  ["st", "st"],
  ["status", "st"],
  ["exp", "exp"],
  ["code", "code"],
]);
const UNITS = new Map([
  ["", "s"],
  ["s", "s"],
  ["ms", "ms"],
  ["tok", "tok"],
  ["tokens", "tok"],
  ["turns", "turns"],
]);
// Each character of a pair opens and closes a phrase; the other pair has no meaning inside.
const QUOTES = ['"＂', "“”"];
const NUMBER = /^([<>])(\d+(?:\.\d+)?)([a-z]*)$/;

/**
 * Return text for comparison: without differences of width and case, and of two letters that lower case keeps apart.
 * @param {string} text
 */
export function fold(text) {
  return text.normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
}

/**
 * Return the terms of a query. Every text is a query: what has no other meaning is a word to search for.
 * @param {string} text
 * @returns {Term[]}
 */
export function parse(text) {
  return tokensOf(text).flatMap(termOf);
}

/**
 * Split a query at spaces; `marks` has for each letter whether it is in quotes ("q") or not (".").
 * @param {string} text
 */
function tokensOf(text) {
  const tokens = [];
  let [letters, marks, closing] = ["", "", ""];
  for (let at = 0; at <= text.length; at += 1) {
    const letter = text[at] ?? " ";
    const quote = QUOTES.find((signs) => signs.includes(letter)) ?? "";
    if (closing && letter === "\\" && at + 1 < text.length) {
      at += 1;
      letters += text[at];
      marks += "q";
    } else if (quote && (!closing || closing === quote)) closing = closing ? "" : quote;
    else if (at === text.length || (!closing && /\s/.test(letter))) {
      if (letters) tokens.push({ letters, marks });
      [letters, marks] = ["", ""];
    } else {
      letters += letter;
      marks += closing ? "q" : ".";
    }
  }
  return tokens;
}

/**
 * Return the term of a token; nothing for a key without a value.
 * @param {{letters: string, marks: string}} token
 * @returns {Term[]}
 */
function termOf({ letters, marks }) {
  const not = /^[-－]/.test(letters) && marks[0] === "." && letters.length > 1;
  const rest = letters.slice(Number(not));
  const bare = marks.slice(Number(not));
  const [start = "", word = ""] = /^([a-z]+)[:：]/i.exec(rest) ?? [];
  const key = bare.startsWith(".".repeat(start.length)) ? KEYS.get(word.toLowerCase()) : undefined;
  if (key) {
    const values = [""];
    for (let at = start.length; at < rest.length; at += 1) {
      if (bare[at] === "." && /[,，]/.test(rest.charAt(at))) values.push("");
      else values.push(values.pop() + rest.charAt(at));
    }
    const texts = values.filter(Boolean);
    return texts.length ? [{ not, key, values: texts, unit: "" }] : [];
  }
  const number = bare.includes("q") ? null : NUMBER.exec(fold(rest));
  const unit = number && UNITS.get(number[3] ?? "");
  if (number && unit) return [{ not, key: number[1] ?? "", values: [number[2] ?? ""], unit }];
  return [{ not, key: "", values: [rest], unit: "" }];
}

/**
 * Return terms as a query; parsing it gives the same terms.
 * @param {Term[]} terms
 */
export function formatQuery(terms) {
  return terms
    .map(({ not, key, values, unit }) => {
      const minus = not ? "-" : "";
      if (unit) return `${minus}${key}${values[0]}${unit}`;
      if (!key) return minus + quote(values[0] ?? "", /^[-－<>＜＞]|[\s"＂“”:：]/);
      return `${minus}${key}:${values.map((value) => quote(value, /[\s"＂“”,，]/)).join(",")}`;
    })
    .join(" ");
}

/**
 * @param {string} value
 * @param {RegExp} special
 */
function quote(value, special) {
  return special.test(value) ? `"${value.replace(/["＂\\]/g, "\\$&")}"` : value;
}

/**
 * Return the query with a value of a key added, or removed if it was there.
 * @param {string} text
 * @param {string} key
 * @param {string} value
 */
export function toggleValue(text, key, value) {
  const terms = parse(text);
  const at = terms.findIndex((other) => other.key === key && !other.not);
  const term = terms[at];
  if (!term) terms.push({ not: false, key, values: [value], unit: "" });
  else if (!hasValue(term, value)) term.values.push(value);
  else {
    term.values = term.values.filter((other) => fold(other) !== fold(value));
    if (!term.values.length) terms.splice(at, 1);
  }
  return formatQuery(terms);
}

/**
 * Return whether a term has a value.
 * @param {Term} term
 * @param {string} value
 */
export function hasValue(term, value) {
  return term.values.some((other) => fold(other) === fold(value));
}

/**
 * Return a function that tests whether an entry matches.
 * @param {Term[]} terms
 * @param {Entry[]} entries all entries: a value that one of them has must match as a whole, any other value as a part
 * @param {Map<string, string>} statuses statuses by their folded words
 * @returns {(entry: Entry) => boolean}
 */
export function matcher(terms, entries, statuses) {
  const tests = terms.map((term) => {
    const test = testOf(term, entries, statuses);
    return term.not ? (/** @type {Entry} */ entry) => !test(entry) : test;
  });
  return (entry) => tests.every((test) => test(entry));
}

/**
 * @param {Term} term
 * @param {Entry[]} entries
 * @param {Map<string, string>} statuses
 * @returns {(entry: Entry) => boolean}
 */
function testOf({ key, values, unit }, entries, statuses) {
  if (unit) {
    const limit = Number(values[0]) / (unit === "ms" ? 1000 : 1);
    return (entry) => {
      const value = unit === "tok" ? entry.tokens : unit === "turns" ? entry.turns : entry.seconds;
      return key === ">" ? value > limit : value < limit;
    };
  }
  const folded = values.map(fold);
  if (!key) return (entry) => entry.text.includes(folded[0] ?? "");
  const names = key === "st" ? folded.map((word) => statuses.get(word) ?? word.replaceAll(" ", "_")) : folded;
  const known = new Set(entries.flatMap((entry) => entry.facets.get(key) ?? []));
  const tests = names.map((value) => {
    const isWhole = known.has(value);
    return (/** @type {string} */ other) => (isWhole ? other === value : other.includes(value));
  });
  return (entry) => (entry.facets.get(key) ?? []).some((other) => tests.some((test) => test(other)));
}
