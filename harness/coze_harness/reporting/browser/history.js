/** The history tab: the trial's status in this run and in previous ones, and its earlier answers. */

/** @import { Head, Tree } from "./page.d.ts" */
/** @import { Entry } from "./entries.js" */

import { STATUS_OF_LETTER } from "./entries.js";
import { make } from "./tree.js";

/**
 * Fill the panel, which is empty: one line for each run, the newest first, and a copy of the earlier answers.
 * @param {HTMLElement} panel
 * @param {Entry} entry
 * @param {Head} head
 */
export function showHistory(panel, entry, head) {
  const statuses = [...entry.past].map((letter) => STATUS_OF_LETTER.get(letter) ?? "");
  if (!statuses.some(Boolean)) {
    panel.append(make(["p", { class: "empty", "data-w": "history.none" }]));
    return;
  }
  const lines = head.past.map((run, at) => {
    const status = statuses[at] ?? "";
    return line(run.id, run.started, status, run.link + (status && `#s=${encodeURIComponent(entry.id)}`));
  });
  panel.append(make(["ol", 0, ...[...lines, line(head.run.id, head.run.started, entry.status, "")].reverse()]));
  for (const earlier of document.querySelectorAll("#trial [data-earlier]")) panel.append(earlier.cloneNode(true));
}

/**
 * @param {string} id
 * @param {string} started
 * @param {string} status
 * @param {string} link
 * @returns {Tree}
 */
function line(id, started, status, link) {
  return [
    "li",
    { class: status || "none" },
    ["span", { class: "st", "data-w": status ? `status.${status}` : "history.absent" }],
    " ",
    link ? ["a", { href: link }, id] : ["b", { "data-w": "history.this_run" }],
    " ",
    ["time", { datetime: started }, started.slice(0, 16).replace("T", " ")],
  ];
}
