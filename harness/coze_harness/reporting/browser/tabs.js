/** A trial's tabs, after the ARIA pattern: one stop for Tab; arrows, Home and End move. */

import { TABS } from "./hash.js";

export class Tabs {
  /**
   * @param {HTMLElement} article
   * @param {(tab: string) => void} onChoose
   */
  constructor(article, onChoose) {
    this.article = article;
    this.buttons = [.../** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll("[role=tab][data-tab]"))];
    for (const button of this.buttons) {
      const name = button.dataset.tab ?? "";
      const panel = this.panel(name);
      button.id = `tab-${name}`;
      button.addEventListener("click", () => onChoose(name));
      button.addEventListener("keydown", (event) => {
        const next = this.#neighbour(name, event.key);
        if (!next) return;
        event.preventDefault();
        onChoose(next.dataset.tab ?? "");
        next.focus();
      });
      if (!panel) continue;
      panel.id = `panel-${name}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", button.id);
      button.setAttribute("aria-controls", panel.id);
    }
  }

  /**
   * Return a tab's panel.
   * @param {string} name one of TABS
   */
  panel(name) {
    return /** @type {HTMLElement | null} */ (this.article.querySelector(`[data-panel="${name}"]`));
  }

  /**
   * Show one panel and hide the others.
   * @param {string} name
   */
  show(name) {
    for (const other of TABS) {
      const panel = this.panel(other);
      if (panel) panel.hidden = other !== name;
    }
    for (const button of this.buttons) {
      const isShown = button.dataset.tab === name;
      button.setAttribute("aria-selected", String(isShown));
      button.tabIndex = isShown ? 0 : -1;
    }
  }

  /**
   * @param {string} name
   * @param {string} key
   */
  #neighbour(name, key) {
    const at = this.buttons.findIndex((button) => button.dataset.tab === name);
    if (key === "ArrowRight") return this.buttons[(at + 1) % this.buttons.length];
    if (key === "ArrowLeft") return this.buttons.at(at - 1);
    if (key === "Home") return this.buttons[0];
    if (key === "End") return this.buttons.at(-1);
    return undefined;
  }
}
