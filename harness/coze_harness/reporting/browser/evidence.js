/** Evidence in answers and the expectations that it belongs to: each highlights the other. Also the target of a link. */

import { button } from "./tree.js";

/**
 * Highlight evidence and expectations together, on hover and on focus.
 * @param {HTMLElement} article
 * @param {(turn: number, expectation: number) => void} onChoose called when a mark is clicked
 */
export function linkEvidence(article, onChoose) {
  const highlight = (/** @type {Event} */ event) => {
    clearHighlight(article);
    const [turn, numbers] = evidenceAt(event.target);
    if (!turn) return;
    for (const number of numbers) for (const part of partsOf(turn, number)) part.classList.add("lit");
  };
  for (const type of ["mouseover", "focusin"]) article.addEventListener(type, highlight);
  for (const type of ["mouseleave", "focusout"]) article.addEventListener(type, () => clearHighlight(article));
  const choose = (/** @type {Event} */ event) => {
    const [turn, numbers] = evidenceAt(event.target);
    if (turn && /** @type {Element} */ (event.target).closest("mark")) onChoose(Number(turn.dataset.t), numbers[0] ?? 0);
  };
  article.addEventListener("click", choose);
  article.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target instanceof HTMLElement && event.target.matches("mark")) choose(event);
  });
}

/**
 * Mark a turn or an expectation as the target of the link; returns it, or null if there is none.
 * @param {HTMLElement} article
 * @param {number} turn from 1; 0 removes the mark
 * @param {number} expectation from 1; 0 means the turn
 */
export function pointAt(article, turn, expectation) {
  for (const part of article.querySelectorAll(".here")) part.classList.remove("here");
  const element = turnOf(article, turn);
  const place = expectation ? element?.querySelector(`li[data-e="${expectation}"]`) : element;
  place?.classList.add("here");
  return place ?? null;
}

/**
 * Give each turn and each expectation a button that copies a link to it.
 * @param {HTMLElement} article
 */
export function addLinks(article) {
  const link = (/** @type {string} */ t, /** @type {string} */ e) => {
    const copyButton = button("link", e ? "copy.expectation" : "copy.turn", { sign: "#", class: "link" });
    Object.assign(copyButton.dataset, { toT: t, toE: e });
    return copyButton;
  };
  for (const turn of /** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll(".turn[data-t]"))) {
    const t = turn.dataset.t ?? "";
    turn.querySelector(".msg.user .who")?.before(link(t, ""));
    for (const verdict of /** @type {NodeListOf<HTMLElement>} */ (turn.querySelectorAll("li[data-e]"))) {
      (verdict.querySelector("p") ?? verdict).append(link(t, verdict.dataset.e ?? ""));
    }
  }
}

/**
 * Return a turn of the chat.
 * @param {HTMLElement} article
 * @param {number} turn
 */
export function turnOf(article, turn) {
  return /** @type {HTMLElement | null} */ (article.querySelector(`.turn[data-t="${turn}"]`));
}

/** @param {HTMLElement} article */
function clearHighlight(article) {
  for (const part of article.querySelectorAll(".lit")) part.classList.remove("lit");
}

/**
 * @param {EventTarget | null} target
 * @returns {[HTMLElement | null, number[]]}
 */
function evidenceAt(target) {
  const part = target instanceof Element && !target.closest(".play") ? target.closest("mark[data-e], li[data-e]") : null;
  const turn = part?.closest(".turn") ?? null;
  return [/** @type {HTMLElement | null} */ (turn), numbersOf(part)];
}

/** @param {Element | null} part */
function numbersOf(part) {
  return (part?.getAttribute("data-e") ?? "").split(" ").filter(Boolean).map(Number);
}

/**
 * @param {HTMLElement} turn
 * @param {number} number
 */
function partsOf(turn, number) {
  return [...turn.querySelectorAll("[data-e]")].filter((part) => numbersOf(part).includes(number));
}
