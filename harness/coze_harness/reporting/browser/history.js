/** The history tab: the trial's status in this run and in previous ones. */

/** @import { Head, PastRun } from "./page.d.ts" */
/** @import { Entry } from "./entries.js" */

import { STATUS_OF_LETTER } from "./entries.js";
import { make } from "./tree.js";

/**
 * Fill the panel: one line for each run, the newest first.
 * @param {HTMLElement} panel
 * @param {Entry} entry
 * @param {Head} head
 */
export function showHistory(panel, entry, head) {
  const holder = panel.querySelector(".strip") ?? panel;
  const runs = head.past.map((run, at) => ({ run, status: STATUS_OF_LETTER.get(entry.past[at] ?? "") ?? "" }));
  if (!runs.some(({ status }) => status)) {
    holder.replaceChildren(make(["p", { class: "empty", "data-w": "history.none" }]));
    return;
  }
  const list = make(["ol", 0]);
  list.append(line(head.run.id, head.run.started, entry.status, ""));
  for (const { run, status } of runs.reverse()) list.append(line(run.id, run.started, status, status && `${run.link}#s=${encodeURIComponent(entry.id)}`));
  holder.replaceChildren(list);
}

/**
 * @param {string} id
 * @param {string} started
 * @param {string} status
 * @param {PastRun["link"]} link
 */
function line(id, started, status, link) {
  const word = status ? `status.${status}` : "history.absent";
  const item = make(["li", { class: status || "none" }, ["span", { class: "st", "data-w": word }], " "]);
  const name = make(link ? ["a", 0, id] : ["b", { "data-w": "history.this_run" }]);
  // Link only to reports in the same folder of reports.
  if (/^\.\.\/[^/:]+\//.test(link)) name.setAttribute("href", link);
  item.append(name, " ", make(["time", { datetime: started }, started.slice(0, 16).replace("T", " ")]));
  return item;
}
