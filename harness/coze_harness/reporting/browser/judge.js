/**
 * Judges answers by the kinds that need only the text, as coze_harness.expectations does.
 * tests/browser/playground_cases.json has cases that both judge. What is not known to be equal is refused.
 */

/** @import { Item } from "./item.js" */

import { NotHereError } from "./nothere.js";
import { isFound } from "./pattern.js";

/** @typedef {(answer: string) => boolean} Judge */
/** @typedef {{ignoresCase: boolean, width: boolean}} Options */
/** @typedef {{[key: string]: Item}} Mapping */

const COMMON = ["name", "weight", "severity"];
const OPTIONS = ["ignore_case", "normalize"];
const MAX_ANSWER = 200_000;

const UNKNOWN = /[\p{Cn}\p{Surrogate}]/u;
// Letters whose lower case is their folded case, and does not depend on the letters around them.
const FOLDED_ALIKE = /[A-ZÀ-ÖØ-ÞА-ЯЀ-ЏＡ-Ｚ]/gu;
const CHANGES = /[\p{Changes_When_Casefolded}\p{Changes_When_Lowercased}]/u;
const WIDE = /[\u3000\uff00-\uffef]/gu;
/** @type {{[sign: string]: string}} */
const ORDINARY = { "\u3000": " ", "￠": "¢", "￡": "£", "￢": "¬", "￣": "¯", "￤": "¦", "￥": "¥", "￦": "₩" };

const SIMPLE = /^[ -~\n\u2013-\u2026\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*$/;
// In other scripts, versions of Unicode differ in what one character is.
const OTHER_SCRIPTS =
  /[^\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]|[\u0600-\u06ff\u200c\u200d](?!\p{Extended_Pictographic})/u;
const ALONE =
  "\\u3005-\\u3007\\u3040-\\u309a\\u309d-\\u30fa\\u30fc-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\uff66-\\uff9d\\u{20000}-\\u{3ffff}";
const RUN = `(?:(?![${ALONE}])[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}])+`;
const WORDS = new RegExp(`[${ALONE}][\\p{M}\\uff9e\\uff9f]*|${RUN}(?:(?:[-'’]|(?<=\\p{Nd})[.,:](?=\\p{Nd}))${RUN})*`, "gu");
const LINE_END = /\r\n|[\n-\r\x1c-\x1e\x85\u2028\u2029]/;
const BLANK = /^[\t-\r\x1c-\x1f \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/**
 * Return the judge that an item declares.
 * @param {Item} item
 * @param {boolean} isOuter whether it is not inside another item
 * @returns {Judge} it, too, throws a NotHereError for answers that it cannot judge
 * @throws {NotHereError} when the item is not one of those that the page can judge
 */
export function judgeOf(item, isOuter = true) {
  if (typeof item === "string") {
    if (mayBeKind(item)) throw new NotHereError("play.bare");
    return contains(item, []);
  }
  const mapping = mappingOf(item);
  const names = Object.keys(mapping).filter((key) => !COMMON.includes(key) && !OPTIONS.includes(key));
  const [kind = ""] = names;
  const judge = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (names.length !== 1 || !judge) throw new NotHereError("play.kind", { kind: names.join(", ") });
  const { name = "-", weight = 1, severity = "error" } = mapping;
  const isCommon = typeof name === "string" && name && typeof weight === "number" && weight > 0 && ["error", "warning"].includes(String(severity));
  if (!isCommon || (!isOuter && ("weight" in mapping || "severity" in mapping))) throw new NotHereError("play.value", { key: kind });
  const outside = Object.entries(mapping).filter(([key]) => OPTIONS.includes(key));
  if (outside.length && !TAKE_OPTIONS.includes(kind)) throw new NotHereError("play.value", { key: kind });
  return known(judge(mapping[kind] ?? "", outside));
}

/**
 * Return a judge that refuses answers with characters that this browser does not know.
 * @param {Judge} judge
 * @returns {Judge}
 */
function known(judge) {
  return (answer) => {
    if (answer.length > MAX_ANSWER) throw new NotHereError("play.long");
    if (UNKNOWN.test(answer)) throw new NotHereError("play.characters");
    return judge(answer);
  };
}

const TAKE_OPTIONS = ["contains", "equals", "regex", "starts_with", "ends_with"];
/** @type {{[kind: string]: (value: Item, outside: [string, Item][]) => Judge}} */
const KINDS = {
  contains,
  equals: textKind("equals", (answer, text) => answer === text),
  starts_with: textKind("starts_with", (answer, text) => answer.startsWith(text)),
  ends_with: textKind("ends_with", (answer, text) => answer.endsWith(text)),
  regex,
  length,
  not: (value) => {
    const judge = judgeOf(value, false);
    return (answer) => !judge(answer);
  },
  any_of: (value) => {
    const judges = membersOf(value, "any_of");
    return (answer) => judges.map((judge) => judge(answer)).some(Boolean);
  },
  all_of: (value) => {
    const judges = membersOf(value, "all_of");
    return (answer) => judges.map((judge) => judge(answer)).every(Boolean);
  },
};

/**
 * @param {Item} value
 * @param {[string, Item][]} outside
 * @returns {Judge}
 */
function contains(value, outside) {
  const fields = typeof value === "string" ? { text: value } : mappingOf(value);
  const options = optionsOf(fields, outside);
  const names = Object.keys(fields).filter((key) => !OPTIONS.includes(key));
  const [name = ""] = names;
  if (names.length !== 1 || !["text", "all", "any", "none"].includes(name)) throw new NotHereError("play.value", { key: "contains" });
  const listed = name === "text" ? [fields[name]] : fields[name];
  if (!Array.isArray(listed) || !listed.length) throw new NotHereError("play.value", { key: "contains" });
  const texts = listed.map((text) => comparable(textOf(text, "contains"), options));
  return (answer) => {
    const text = comparable(answer, options);
    const found = texts.filter((one) => text.includes(one)).length;
    return name === "none" ? !found : name === "any" ? found > 0 : found === texts.length;
  };
}

/**
 * Return the kind that has one text.
 * @param {string} kind
 * @param {(answer: string, text: string) => boolean} isMet
 * @returns {(value: Item, outside: [string, Item][]) => Judge}
 */
function textKind(kind, isMet) {
  return (value, outside) => {
    const fields = fieldsOf(value, "text", kind);
    const options = optionsOf(fields, outside);
    const text = comparable(fields.text === "" && kind === "equals" ? "" : textOf(fields.text, kind), options);
    return (answer) => isMet(comparable(answer, options), text);
  };
}

/**
 * @param {Item} value
 * @param {[string, Item][]} outside
 * @returns {Judge}
 */
function regex(value, outside) {
  const fields = fieldsOf(value, "pattern", "regex");
  const { ignoresCase, width } = optionsOf(fields, outside);
  if (width) throw new NotHereError("play.value", { key: "normalize" });
  const pattern = comparable(textOf(fields.pattern, "regex"), PLAIN);
  // What matches these may match every answer, and is refused by a run that does.
  if (["", pattern, "一"].every((text) => isFound(pattern, text, ignoresCase))) throw new NotHereError("play.value", { key: "regex" });
  return (answer) => isFound(pattern, comparable(answer, PLAIN), ignoresCase);
}

/**
 * @param {Item} value
 * @returns {Judge}
 */
function length(value) {
  const { min, max, unit = "chars", ...others } = mappingOf(value);
  const limits = [min, max].filter((limit) => limit !== undefined);
  const isKnown = limits.length && limits.every(Number.isInteger) && !Object.keys(others).length && (min !== 0 || max !== undefined);
  const [least, most] = [Number(min ?? 0), Number(max ?? Infinity)];
  const measure = { chars: countCharacters, words: countWords, lines: countLines }[String(unit)];
  if (!isKnown || least > most || !measure) throw new NotHereError("play.value", { key: "length" });
  return (answer) => {
    const size = measure(answer);
    return size >= least && size <= most;
  };
}

/** @param {string} answer */
function countCharacters(answer) {
  const text = answer.normalize("NFC");
  if (SIMPLE.test(text)) return text.length;
  if (OTHER_SCRIPTS.test(text) || typeof Intl.Segmenter === "undefined") throw new NotHereError("play.characters");
  return [...new Intl.Segmenter("en").segment(text)].length;
}

/** @param {string} answer */
function countWords(answer) {
  return answer.normalize("NFC").match(WORDS)?.length ?? 0;
}

/** @param {string} answer */
function countLines(answer) {
  return answer.split(LINE_END).filter((line) => !BLANK.test(line)).length;
}

/**
 * @param {Item} value
 * @param {string} kind
 */
function membersOf(value, kind) {
  if (!Array.isArray(value) || !value.length) throw new NotHereError("play.value", { key: kind });
  return value.map((member) => judgeOf(member, false));
}

/**
 * @param {Item | undefined} value
 * @returns {Mapping}
 */
function mappingOf(value) {
  if (typeof value !== "object" || Array.isArray(value)) throw new NotHereError("play.syntax");
  return value;
}

/**
 * Return the fields of a kind with one text, which may be its whole value.
 * @param {Item} value
 * @param {string} key
 * @param {string} kind
 */
function fieldsOf(value, key, kind) {
  const fields = typeof value === "string" ? { [key]: value } : mappingOf(value);
  if (Object.keys(fields).some((name) => name !== key && !OPTIONS.includes(name))) throw new NotHereError("play.value", { key: kind });
  return fields;
}

/**
 * @param {Item | undefined} value
 * @param {string} kind
 */
function textOf(value, kind) {
  if (typeof value !== "string" || !value) throw new NotHereError("play.value", { key: kind });
  return value;
}

/** @type {Options} */
const PLAIN = { ignoresCase: false, width: false };

/**
 * @param {Mapping} inside
 * @param {[string, Item][]} outside
 * @returns {Options}
 */
function optionsOf(inside, outside) {
  const all = [...Object.entries(inside).filter(([key]) => OPTIONS.includes(key)), ...outside];
  const { ignore_case: ignoresCase = false, normalize } = Object.fromEntries(all);
  const isKnown = typeof ignoresCase === "boolean" && (normalize === undefined || normalize === "width");
  if (!isKnown || all.length > new Set(all.map(([key]) => key)).size) throw new NotHereError("play.value", { key: "ignore_case, normalize" });
  return { ignoresCase: ignoresCase === true, width: normalize === "width" };
}

/**
 * Return a text as it is compared.
 * @param {string} source
 * @param {Options} options
 */
function comparable(source, { ignoresCase, width }) {
  if (UNKNOWN.test(source)) throw new NotHereError("play.characters");
  let text = source.normalize("NFC");
  if (width) text = text.replace(WIDE, ordinary).normalize("NFC");
  if (!ignoresCase) return text;
  if (CHANGES.test(text.replace(FOLDED_ALIKE, ""))) throw new NotHereError("play.case");
  return text.replace(FOLDED_ALIKE, (letter) => letter.toLowerCase()).normalize("NFC");
}

/** @param {string} sign */
function ordinary(sign) {
  const code = sign.charCodeAt(0);
  const form = code > 0xff00 && code < 0xff5f ? String.fromCharCode(code - 0xfee0) : ORDINARY[sign];
  if (!form) throw new NotHereError("play.characters");
  return form;
}

/**
 * Return whether a run may take a bare text for a kind, and refuse it.
 * @param {string} text
 */
function mayBeKind(text) {
  const start = text.trimStart();
  if (!start) return true;
  if (!/^[A-Za-z]/.test(start.slice(0, 1).normalize("NFKC"))) return false;
  return /^(?![A-Za-z])|[:=：﹕︰]|^[A-Za-z0-9]+[_-]|^[a-z]+\s*$/.test(start) || /^not\s/i.test(start);
}
