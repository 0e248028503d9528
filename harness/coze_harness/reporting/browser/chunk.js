/** Trials of a chunk: the trees that many of them share, with their texts filled in; the gap `\0n\0` takes text n. */

/** @import { Attributes, Chunk, MarkupTemplate, Tree, TrialRecord } from "./page.d.ts" */

const GAP = /\0(\d+)\0/g;

/**
 * Return a trial's tree and record; undefined if the chunk does not have it.
 * @param {Chunk} chunk
 * @param {number} at
 * @returns {[tree: Tree, record: TrialRecord | null] | undefined}
 */
export function trialAt(chunk, at) {
  const trial = chunk.trials[at];
  if (!trial) return undefined;
  const [form, texts, record, asItIs] = trial;
  const own = texts.map((text) => String(typeof text === "number" ? texts[text] : text));
  // In a record, a NUL and a number refer to one of the trial's texts.
  const resolve = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === "string" && value.startsWith("\0") ? own[Number(value.slice(1))] : value;
  const resolved = asItIs ? record : JSON.parse(JSON.stringify(record), resolve);
  if (typeof form !== "number") return [form, resolved];
  const [tree, common] = /** @type {MarkupTemplate} */ (chunk.forms[form]);
  const left = own.values();
  return [fillTree(tree, common.map((text) => (text === 0 ? (left.next().value ?? "") : text))), resolved];
}

/**
 * @param {Tree} tree
 * @param {string[]} texts
 * @returns {Tree}
 */
function fillTree(tree, texts) {
  /** @param {string} text */
  const fill = (text) => (text.includes("\0") ? text.replace(GAP, (_, at) => texts[Number(at)] ?? "") : text);
  if (typeof tree === "string") return fill(tree);
  const [tag, attributes, ...children] = tree;
  /** @type {Attributes | 0} */
  const filled = attributes && Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, fill(value)]));
  return [tag, filled, .../** @type {Tree[]} */ (children).map((child) => fillTree(child, texts))];
}
