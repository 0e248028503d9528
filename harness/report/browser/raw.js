/** An answer as its bot meant it to look, or letter by letter. */

/**
 * Show all answers of a trial raw, or rendered where there is something to render.
 * @param {HTMLElement} article
 * @param {boolean} raw
 */
export function showRaw(article, raw) {
  for (const rendered of /** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll(".md"))) {
    const letters = /** @type {HTMLElement | null} */ (rendered.parentElement?.querySelector(".raw"));
    if (!letters) continue;
    rendered.hidden = raw;
    letters.hidden = !raw;
  }
  for (const button of article.querySelectorAll("[data-do=raw]")) button.setAttribute("aria-pressed", String(raw));
}

/**
 * Say whether a trial has an answer that looks different rendered.
 * @param {HTMLElement} article
 */
export function canBeRaw(article) {
  return article.querySelector(".md") !== null;
}
