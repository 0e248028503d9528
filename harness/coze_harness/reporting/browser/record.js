/** The JSON tab: the trial's line of trials.jsonl, indented and coloured. */

/** @import { TrialRecord } from "./page.d.ts" */

import { make } from "./tree.js";

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b/g;

/**
 * Return a record as text to copy.
 * @param {TrialRecord} record
 */
export function recordText(record) {
  return JSON.stringify(record, null, 2);
}

/**
 * Show a record in the panel's <pre>; without one, say where to find it: it is too long for the page.
 * @param {HTMLElement} panel
 * @param {TrialRecord | null} record
 */
export function showRecord(panel, record) {
  const holder = panel.querySelector("pre");
  if (!holder || holder.firstChild) return;
  if (!record) {
    holder.replaceWith(make(["p", { class: "empty", "data-w": "json.elsewhere" }]));
    return;
  }
  const text = recordText(record);
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, colon] = match;
    const kind = colon ? "key" : whole.startsWith('"') ? "string" : "value";
    holder.append(text.slice(from, match.index), make(["span", { class: `json-${kind}` }, whole]));
    from = match.index + whole.length;
  }
  holder.append(text.slice(from));
}
