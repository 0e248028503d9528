/** Texts that the page has in two languages: an element shows one, and its attribute `data-second` has the other. */

/** @typedef {"en" | "zh"} Language */

const ATTRIBUTES = [
  ["data-second-label", "aria-label"],
  ["data-second-title", "title"],
];

/**
 * Show an element's texts in a language.
 * @param {Element} element
 * @param {Language} language
 * @param {Language} written the language in which the page is written
 */
export function showLanguage(element, language, written) {
  const shown = element.getAttribute("data-language") ?? written;
  if (shown === language) return;
  element.setAttribute("data-language", language);
  const second = element.getAttribute("data-second");
  if (second) {
    element.setAttribute("data-second", element.textContent ?? "");
    element.textContent = second;
  }
  for (const [from = "", to = ""] of ATTRIBUTES) {
    const text = element.getAttribute(from);
    if (text === null) continue;
    element.setAttribute(from, element.getAttribute(to) ?? "");
    element.setAttribute(to, text);
  }
}

/**
 * Return the first language: the link's, or the one the report was made for, or the browser's.
 * @param {string} linked
 * @param {string} made
 * @returns {Language}
 */
export function firstLanguage(linked, made) {
  for (const tag of [linked, made, navigator.language]) {
    if (/^zh\b/i.test(tag)) return "zh";
    if (tag) return "en";
  }
  return "en";
}
