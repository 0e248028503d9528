/** What a record says: expectations as items to edit, and the answers that they judged. */

/** @import { Item } from "./item.js" */
/** @import { TrialRecord } from "./page.d.ts" */

/** @typedef {{id: string, params: {[name: string]: unknown}}} Said a message, as records have it */
/** @typedef {{kind: string, status: string, name: string, location: string, weight: number, severity: string, messages?: {expected?: Said}}} Verdict */
/** @typedef {{answer: string, verdicts: Verdict[]}} Turn */
/**
 * An answer to judge. `sides` are the keys of the words for the sides of a comparison that have it,
 * `names` the trials, `was` the status that the run gave.
 * @typedef {{answer: string, side: string, names: string[], was: string}} Stored
 */

const UNITS = new Map([
  ["kind.amount.characters", "chars"],
  ["kind.amount.words", "words"],
  ["kind.amount.lines", "lines"],
]);

/**
 * Return the item that a verdict's expectation was written as, or one that means the same.
 * @param {Verdict} verdict
 * @returns {Item | null} null for kinds that need more than the text
 */
export function itemOf({ name, weight, severity, messages }) {
  const item = messages?.expected ? expressed(messages.expected) : null;
  if (item === null) return null;
  return {
    ...(name ? { name } : {}),
    .../** @type {{[key: string]: Item}} */ (item),
    ...(weight !== 1 && Number.isInteger(weight) ? { weight } : {}),
    ...(severity === "warning" ? { severity } : {}),
  };
}

/**
 * @param {Said} said
 * @returns {{[key: string]: Item} | null}
 */
function expressed({ id, params }) {
  const { text, texts, pattern, expected } = /** @type {{text: string, texts: string[], pattern: string, expected: Said}} */ (params);
  const part = id.replace(/^kind\./, "");
  const ignoring = /^ignoring\.(case_and_width|case|width)$/.exec(part)?.[1];
  if (ignoring) {
    const inner = expressed(expected);
    const options = { ...(ignoring !== "width" ? { ignore_case: true } : {}), ...(ignoring !== "case" ? { normalize: "width" } : {}) };
    return inner && withOptions(inner, options);
  }
  const quantity = /^contains\.(expected|opposite)\.(all|any|none)$/.exec(part);
  if (quantity) return reversed({ contains: { [quantity[2] ?? ""]: texts } }, quantity[1] === "opposite");
  const [, kind = "", side] = /^(\w+)\.(expected|opposite)$/.exec(part) ?? [];
  if (["contains", "equals", "starts_with", "ends_with"].includes(kind)) return reversed({ [kind]: text }, side === "opposite");
  if (kind === "regex") return reversed({ regex: pattern }, side === "opposite");
  if (kind === "not") return negated(expressed(expected));
  if (kind === "any_of" || kind === "all_of") return listed(kind, /** @type {Said[]} */ (params.expected));
  return part.startsWith("range.") ? range(part, params) : null;
}

/**
 * @param {{[key: string]: Item}} item
 * @param {boolean} isOpposite
 */
function reversed(item, isOpposite) {
  return isOpposite ? { not: item } : item;
}

/** @param {{[key: string]: Item} | null} item */
function negated(item) {
  return item && { not: item };
}

/**
 * @param {{[key: string]: Item}} item
 * @param {{[key: string]: Item}} options
 * @returns {{[key: string]: Item}}
 */
function withOptions(item, options) {
  return "not" in item ? { not: { .../** @type {{}} */ (item.not), ...options } } : { ...item, ...options };
}

/**
 * @param {string} kind
 * @param {Said[]} all
 */
function listed(kind, all) {
  const members = Array.isArray(all) ? all.map(expressed) : [];
  return members.length && members.every((member) => member !== null) ? { [kind]: members } : null;
}

/**
 * @param {string} part
 * @param {{[name: string]: unknown}} params
 * @returns {{[key: string]: Item} | null}
 */
function range(part, params) {
  const amount = /** @type {Said | undefined} */ (params.amount);
  const unit = UNITS.get(amount?.id ?? "");
  const [n, least] = [Number(amount?.params.n), Number(params.least)];
  if (!unit) return null;
  /** @type {{[name: string]: Item} | undefined} */
  const limits = { "range.most": { max: n }, "range.least": { min: n }, "range.exact": { min: n, max: n }, "range.between": { min: least, max: n } }[part];
  return limits ? { length: { ...limits, ...(unit === "chars" ? {} : { unit }) } } : null;
}

/**
 * Return the turns of a record, or those of its baseline.
 * @param {TrialRecord} record
 * @param {boolean} isBaseline
 * @returns {Turn[]}
 */
export function turnsOf(record, isBaseline = false) {
  const change = /** @type {{baseline?: {turns?: Turn[]}} | null | undefined} */ (record.change);
  const turns = /** @type {Turn[] | undefined} */ (isBaseline ? change?.baseline?.turns : record.turns);
  return Array.isArray(turns) ? turns : [];
}

/**
 * Return the different answers to a turn in several records, those of the baseline first.
 * @param {TrialRecord[]} records
 * @param {number} turn from 0
 * @param {number} expectation from 0
 * @returns {Stored[]}
 */
export function answersOf(records, turn, expectation) {
  /** @type {Map<string, Stored>} */
  const all = new Map();
  const isCompared = records.some((record) => turnsOf(record, true).length);
  for (const isBaseline of isCompared ? [true, false] : [false]) {
    for (const record of records) {
      const one = turnsOf(record, isBaseline)[turn];
      if (!one || typeof one.answer !== "string") continue;
      const side = isCompared ? (isBaseline ? "decide.before" : "decide.now") : "";
      const was = one.verdicts[expectation]?.status ?? "";
      const key = JSON.stringify([side, was, one.answer]);
      const stored = all.get(key) ?? { answer: one.answer, side, names: [], was };
      stored.names.push(String(record.id));
      all.set(key, stored);
    }
  }
  return [...all.values()];
}
