/** Switches answers between rendered Markdown and raw text. */

import { button } from "./tree.js";

/**
 * Add a switch to each answer that has both. One with evidence of a failure starts raw, where the evidence is marked.
 * @param {HTMLElement} article
 */
export function addRaw(article) {
  for (const rendered of article.querySelectorAll(".md")) {
    const answer = rendered.parentElement;
    const rawText = answer?.querySelector(".raw");
    if (!answer || !rawText) continue;
    (answer.querySelector(".who") ?? answer).append(" ", button("raw", "trial.raw", { class: "toggle" }));
    showRaw(answer, rawText.querySelector("mark.failed, mark.warning") !== null);
  }
}

/**
 * Show all answers in an area raw, or rendered.
 * @param {Element} area
 * @param {boolean} raw
 */
export function showRaw(area, raw) {
  for (const rendered of area.querySelectorAll(".md")) rendered.toggleAttribute("hidden", raw);
  for (const rawText of area.querySelectorAll(".md ~ .raw")) rawText.toggleAttribute("hidden", !raw);
  for (const toggle of area.querySelectorAll("[data-do=raw]")) toggle.setAttribute("aria-pressed", String(raw));
}
