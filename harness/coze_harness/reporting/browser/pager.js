/** The bar above an opened trial: back to the list, previous and next failing trial, and a link to copy. */

/** @import { List, Row } from "./list.js" */
/** @import { Words } from "./words.js" */

import { button, make } from "./tree.js";

/**
 * Return the bar; `showPosition` updates it for each trial.
 * @returns {HTMLElement}
 */
export function createPager() {
  const bar = make(["nav", { class: "pager", "data-w-label": "pager.label" }]);
  bar.append(
    button("close", "pager.close"),
    make(["span", { class: "where", "data-w": "pager.where" }]),
    button("back", "pager.back", { sign: "‹" }),
    button("on", "pager.on", { sign: "›" }),
    button("link", "copy.link"),
  );
  return bar;
}

/**
 * Show the position of a trial among the failing ones in the list, and enable the buttons that lead on.
 * @param {HTMLElement} bar
 * @param {List} list
 * @param {string} id
 * @param {Words} words
 */
export function showPosition(bar, list, id, words) {
  const failing = list.shown().filter(isFailing);
  const at = failing.findIndex((row) => row.entry.id === id);
  const where = /** @type {HTMLElement} */ (bar.querySelector(".where"));
  where.dataset.v = JSON.stringify({ at: at < 0 ? "–" : String(at + 1), of: String(failing.length) });
  words.translate(where);
  // Without failing trials there is nowhere to go on to.
  for (const part of bar.querySelectorAll('.where, [data-do="back"], [data-do="on"]')) part.toggleAttribute("hidden", !failing.length);
  for (const [what, step] of /** @type {[string, number][]} */ ([["back", -1], ["on", 1]])) {
    bar.querySelector(`[data-do="${what}"]`)?.toggleAttribute("disabled", !list.next(id, step, isFailing));
  }
}

/** @param {Row} row */
export function isFailing(row) {
  return row.entry.failing;
}
