/** A trial's tabs, as the ARIA pattern has them: one stop, arrows move, Home and End. */

import { TABS } from "./hash.js";

export class Tabs {
  /**
   * @param {HTMLElement} article
   * @param {(tab: string) => void} chosen
   */
  constructor(article, chosen) {
    this.article = article;
    this.buttons = [.../** @type {NodeListOf<HTMLElement>} */ (article.querySelectorAll("[role=tab][data-tab]"))];
    for (const button of this.buttons) {
      const name = button.dataset.tab ?? "";
      const panel = this.panel(name);
      button.id = `tab-${name}`;
      button.addEventListener("click", () => chosen(name));
      button.addEventListener("keydown", (event) => {
        const next = this.#beside(name, event.key);
        if (!next) return;
        event.preventDefault();
        chosen(next.dataset.tab ?? "");
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
   * @param {string} chosen
   */
  show(chosen) {
    for (const name of TABS) {
      const panel = this.panel(name);
      if (panel) panel.hidden = name !== chosen;
    }
    for (const button of this.buttons) {
      const on = button.dataset.tab === chosen;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
    }
  }

  /**
   * @param {string} name
   * @param {string} key
   */
  #beside(name, key) {
    const at = this.buttons.findIndex((button) => button.dataset.tab === name);
    if (key === "ArrowRight") return this.buttons[(at + 1) % this.buttons.length];
    if (key === "ArrowLeft") return this.buttons.at(at - 1);
    if (key === "Home") return this.buttons[0];
    if (key === "End") return this.buttons.at(-1);
    return undefined;
  }
}
