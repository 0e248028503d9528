/** Trees that many trials share, with gaps for what each of them says: `\0n\0` takes its n-th text. */

/** @import { Attributes, Chunk, Tree, TrialRecord } from "./page.d.ts" */

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
  const [form, texts, record] = found;
  return [typeof form === "number" ? filled(/** @type {Tree} */ (chunk.forms[form]), texts) : form, record];
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
