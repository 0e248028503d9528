/** Switches answers between rendered Markdown and raw text. */

/** @import { TrialRecord } from "./page.d.ts" */

import { button, make } from "./tree.js";

/**
 * Add a switch to each answer that has both. One with evidence that only the raw text can mark starts raw.
 * @param {HTMLElement} article
 * @param {TrialRecord | null} record has the raw text of the others
 */
export function addRaw(article, record) {
  for (const turn of /** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll(".turn[data-t]"))) {
    const texts = answersOf(record, Number(turn.dataset.t) - 1);
    for (const [at, answer] of [...turn.querySelectorAll(".msg.bot")].entries()) {
      const rendered = answer.querySelector(".md");
      if (!rendered) continue;
      const written = answer.querySelector(".raw");
      const text = texts[at];
      if (!written && text === undefined) continue;
      if (!written) rendered.after(make(["p", { class: "raw", dir: "auto", hidden: "" }, text ?? ""]));
      (answer.querySelector(".who") ?? answer).append(" ", button("raw", "trial.raw", { class: "toggle" }));
      showRaw(answer, written?.querySelector("mark.failed, mark.warning") !== null && written !== null);
    }
  }
}

/**
 * Return the texts of a turn's answers.
 * @param {TrialRecord | null} record
 * @param {number} turn from 0
 * @returns {string[]}
 */
function answersOf(record, turn) {
  const turns = /** @type {{messages?: {type?: string, content?: unknown}[]}[] | undefined} */ (record?.turns);
  const messages = turns?.[turn]?.messages;
  if (!Array.isArray(messages)) return [];
  return messages.filter(({ type }) => type === "answer").map(({ content }) => String(content ?? ""));
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
