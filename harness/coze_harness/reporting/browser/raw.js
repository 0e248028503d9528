/** An answer as its bot meant it to look, or letter by letter. */

import { button } from "./tree.js";

/**
 * Give each answer that has two looks its switch. One with evidence against it begins raw: there it is marked.
 * @param {HTMLElement} article
 */
export function addRaw(article) {
  for (const rendered of article.querySelectorAll(".md")) {
    const answer = rendered.parentElement;
    const letters = answer?.querySelector(".raw");
    if (!answer || !letters) continue;
    (answer.querySelector(".who") ?? answer).append(" ", button("raw", "trial.raw", { class: "toggle" }));
    showRaw(answer, letters.querySelector("mark.failed, mark.warning") !== null);
  }
}

/**
 * Show all answers in an area raw, or rendered.
 * @param {Element} area
 * @param {boolean} raw
 */
export function showRaw(area, raw) {
  for (const rendered of area.querySelectorAll(".md")) rendered.toggleAttribute("hidden", raw);
  for (const letters of area.querySelectorAll(".md ~ .raw")) letters.toggleAttribute("hidden", !raw);
  for (const pressed of area.querySelectorAll("[data-do=raw]")) pressed.setAttribute("aria-pressed", String(raw));
}
