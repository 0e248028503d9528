/** Trees that many trials share, with gaps for what each of them says: `\0n\0` takes its n-th text. */

/** @import { Attributes, Chunk, Form, Tree, TrialRecord } from "./page.d.ts" */

const GAP = /\0(\d+)\0/g;

/**
 * Return a trial's tree and its record; nothing where the chunk lacks it.
 * @param {Chunk} chunk
 * @param {number} at
 * @returns {[tree: Tree, record: TrialRecord | null] | undefined}
 */
export function trialOf(chunk, at) {
  const found = chunk.trials[at];
  if (!found) return undefined;
  const [form, texts, record, asItIs] = found;
  const own = texts.map((text) => String(typeof text === "number" ? texts[text] : text));
  // What a record says as the trial does is a NUL and the number of that text.
  const whole = (/** @type {string} */ _, /** @type {unknown} */ value) =>
    typeof value === "string" && value.startsWith("\0") ? own[Number(value.slice(1))] : value;
  const told = asItIs ? record : JSON.parse(JSON.stringify(record), whole);
  if (typeof form !== "number") return [form, told];
  const [tree, fixed] = /** @type {Form} */ (chunk.forms[form]);
  const left = own.values();
  return [filled(tree, fixed.map((text) => (text === 0 ? (left.next().value ?? "") : text))), told];
}

/**
 * @param {Tree} form
 * @param {string[]} texts
 * @returns {Tree}
 */
function filled(form, texts) {
  /** @param {string} text */
  const put = (text) => (text.includes("\0") ? text.replace(GAP, (_, at) => texts[Number(at)] ?? "") : text);
  if (typeof form === "string") return put(form);
  const [tag, attributes, ...children] = form;
  /** @type {Attributes | 0} */
  const adorned = attributes && Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, put(value)]));
  return [tag, adorned, .../** @type {Tree[]} */ (children).map((child) => filled(child, texts))];
}
