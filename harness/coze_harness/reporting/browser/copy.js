/** Copying; where a page may not touch the clipboard, the text is shown and marked for Ctrl+C. */

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
      this.say("copy.done");
    } catch {
      const shown = make(["code", 0, text]);
      this.say("copy.by_hand", shown);
      getSelection()?.selectAllChildren(shown);
    }
  }

  /**
   * Say something for a while: shown, and read aloud.
   * @param {string} word
   * @param {HTMLElement[]} more what stays until the next note
   */
  say(word, ...more) {
    clearTimeout(this.#timer);
    this.note.replaceChildren(this.words.put(make(["span", { "data-w": word }])), ...more);
    if (!more.length) this.#timer = setTimeout(() => this.hush(), 2500);
  }

  /** Take the note away. */
  hush() {
    this.note.replaceChildren();
  }
}
