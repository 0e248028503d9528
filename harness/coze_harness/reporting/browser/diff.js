/** The diff tab: changes in one text, or both texts side by side; all turns, or only the changed ones. */

import { button, make, rebuild } from "./tree.js";

/** @typedef {{sides: boolean, changed: boolean}} Look */

/**
 * Add the switches above a diff, if there is one.
 * @param {HTMLElement} panel
 */
export function addLooks(panel) {
  if (!panel.querySelector(".diff")) return;
  const looks = make(["div", { class: "looks" }]);
  for (const name of ["sides", "changed"]) looks.append(button(name, `diff.${name}`, { class: "toggle" }), " ");
  panel.prepend(looks);
}

/**
 * Show a diff; its trees must be built already.
 * @param {HTMLElement} panel
 * @param {Look} look
 */
export function showDiff(panel, look) {
  for (const diff of /** @type {NodeListOf<HTMLElement>} */ (panel.querySelectorAll(".diff"))) {
    const turn = diff.closest(".change") ?? diff;
    turn.toggleAttribute("hidden", look.changed && !diff.querySelector("ins, del"));
    let pair = diff.nextElementSibling;
    const sides = look.sides || diff.matches(".whole");
    if (sides && !pair?.matches(".pair")) {
      const [before, after] = [make(["div", { class: "diff before" }]), make(["div", { class: "diff after" }])];
      before.append(rebuild(diff));
      after.append(rebuild(diff));
      pair = make(["div", { class: "pair" }]);
      pair.append(before, after);
      diff.after(pair);
    }
    diff.hidden = sides;
    if (pair?.matches(".pair")) pair.toggleAttribute("hidden", !sides);
  }
  for (const [name, on] of Object.entries(look)) {
    panel.querySelector(`[data-do="${name}"]`)?.setAttribute("aria-pressed", String(on));
  }
  return panel;
}
