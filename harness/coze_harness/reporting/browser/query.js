/**
 * The filter's language: words, "a phrase", bot: tag: st: exp: code:, >10s <2s >500tok, and - before what is not
 * wanted. Commas mean "or", spaces "and". Full-width signs, as Chinese keyboards give them, count as the others.
 */

/** @import { Entry } from "./entries.js" */

/**
 * One demand. `key` is "" for a text, ">" or "<" for a number in `unit`, else bot, tag, st, exp or code.
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
// Either sign of a kind opens and closes; the other kind stands inside for itself.
const QUOTES = ['"＂', "“”"];
const NUMBER = /^([<>])(\d+(?:\.\d+)?)([a-z]*)$/;

/**
 * Return text as it is compared: width, case and the two letters that lower case leaves apart made equal.
 * @param {string} text
 */
export function fold(text) {
  return text.normalize("NFKC").toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
}

/**
 * Return the terms of a query. Any text is one: what is not understood is a word to look for.
 * @param {string} text
 * @returns {Term[]}
 */
export function parse(text) {
  return tokensOf(text).flatMap(termOf);
}

/**
 * Return what stands between spaces; `marks` says of each letter whether it stood in quotes ("q") or not (".").
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
 * Return the term of a token; none for a key without a value.
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
    const given = values.filter(Boolean);
    return given.length ? [{ not, key, values: given, unit: "" }] : [];
  }
  const number = bare.includes("q") ? null : NUMBER.exec(fold(rest));
  const unit = number && UNITS.get(number[3] ?? "");
  if (number && unit) return [{ not, key: number[1] ?? "", values: [number[2] ?? ""], unit }];
  return [{ not, key: "", values: [rest], unit: "" }];
}

/**
 * Return the text of a query; parsing it gives the same terms.
 * @param {Term[]} terms
 */
export function written(terms) {
  return terms
    .map(({ not, key, values, unit }) => {
      const minus = not ? "-" : "";
      if (unit) return `${minus}${key}${values[0]}${unit}`;
      if (!key) return minus + quoted(values[0] ?? "", /^[-－<>＜＞]|[\s"＂“”:：]/);
      return `${minus}${key}:${values.map((value) => quoted(value, /[\s"＂“”,，]/)).join(",")}`;
    })
    .join(" ");
}

/**
 * @param {string} value
 * @param {RegExp} special
 */
function quoted(value, special) {
  return special.test(value) ? `"${value.replace(/["＂\\]/g, "\\$&")}"` : value;
}

/**
 * Return the query with a value of a key taken in, or out if it was there.
 * @param {string} text
 * @param {string} key
 * @param {string} value
 */
export function toggled(text, key, value) {
  const terms = parse(text);
  const at = terms.findIndex((term) => term.key === key && !term.not);
  const found = terms[at];
  if (!found) terms.push({ not: false, key, values: [value], unit: "" });
  else if (!holds(found, value)) found.values.push(value);
  else {
    found.values = found.values.filter((other) => fold(other) !== fold(value));
    if (!found.values.length) terms.splice(at, 1);
  }
  return written(terms);
}

/**
 * Say whether one of a term's values is this one.
 * @param {Term} term
 * @param {string} value
 */
export function holds(term, value) {
  return term.values.some((other) => fold(other) === fold(value));
}

/**
 * Return what says of an entry whether it fits.
 * @param {Term[]} terms
 * @param {Entry[]} entries all there are: a value that one of them has is taken as it stands, any other as a part
 * @param {Map<string, string>} statuses folded words for statuses, to the statuses
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
  const wanted = values.map(fold);
  if (!key) return (entry) => entry.text.includes(wanted[0] ?? "");
  const named = key === "st" ? wanted.map((word) => statuses.get(word) ?? word.replaceAll(" ", "_")) : wanted;
  const known = new Set(entries.flatMap((entry) => entry.facets.get(key) ?? []));
  const tests = named.map((value) => {
    const whole = known.has(value);
    return (/** @type {string} */ other) => (whole ? other === value : other.includes(value));
  });
  return (entry) => (entry.facets.get(key) ?? []).some((other) => tests.some((test) => test(other)));
}
