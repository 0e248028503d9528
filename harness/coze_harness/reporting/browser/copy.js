/** Copies texts; where a page must not use the clipboard, the text is shown and selected for Ctrl+C. */

/** @import { Words } from "./words.js" */

import { make } from "./tree.js";

export class Copier {
  #timer = 0;

  /** @param {Words} words */
  constructor(words) {
    this.words = words;
    this.note = make(["div", { id: "note", role: "status", "aria-live": "polite" }]);
    document.body.append(this.note);
  }

  /** @param {string} text */
  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.notify("copy.done");
    } catch {
      const code = make(["code", 0, text]);
      this.notify("copy.by_hand", {}, code);
      getSelection()?.selectAllChildren(code);
    }
  }

  /**
   * Show a note for 2.5 seconds; screen readers read it aloud.
   * @param {string} word
   * @param {Record<string, string>} values
   * @param {HTMLElement[]} more shown until the next note
   */
  notify(word, values = {}, ...more) {
    clearTimeout(this.#timer);
    this.note.replaceChildren(this.words.translate(make(["span", { "data-w": word, "data-v": JSON.stringify(values) }])), ...more);
    if (!more.length) this.#timer = setTimeout(() => this.clear(), 2500);
  }

  /** Remove the note. */
  clear() {
    this.note.replaceChildren();
  }
}
