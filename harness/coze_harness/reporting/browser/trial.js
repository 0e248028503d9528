/** One trial, opened: built from its chunk, with its tabs, its place in the list and everything to press. */

/** @import { Branch, Chunk, Head, TrialRecord } from "./page.d.ts" */
/** @import { Entry } from "./entries.js" */
/** @import { State } from "./hash.js" */
/** @import { Packed } from "./packed.js" */
/** @import { Words } from "./words.js" */

import { addLinks, linkEvidence, pointAt } from "./evidence.js";
import { trialOf } from "./forms.js";
import { Unreadable, unreadable } from "./packed.js";
import { addRaw, showRaw } from "./raw.js";
import { recordText, showRecord } from "./record.js";
import { addLooks, showDiff } from "./sides.js";
import { showHistory } from "./strip.js";
import { Tabs } from "./tabs.js";
import { button, fill, make } from "./tree.js";

/** @typedef {{article: HTMLElement, tabs: Tabs, record: TrialRecord | null, entry: Entry}} Opened */

export class TrialPane {
  /** @type {Opened | null} */
  #opened = null;
  #asked = 0;
  look = { sides: false, changed: false };

  /**
   * @param {HTMLElement} holder
   * @param {Head} head
   * @param {Packed} packed
   * @param {Words} words
   * @param {(changes: Partial<State>) => void} changed told what the reader chose inside the trial
   */
  constructor(holder, head, packed, words, changed) {
    this.holder = holder;
    this.head = head;
    this.packed = packed;
    this.words = words;
    this.changed = changed;
  }

  /**
   * Show a trial as a state has it; returns false when another was asked for meanwhile.
   * @param {State} state
   * @param {Entry | undefined} entry
   */
  async show(state, entry) {
    const asked = ++this.#asked;
    if (!entry || this.#opened?.entry !== entry) {
      this.holder.setAttribute("aria-busy", "true");
      const opened = await this.#open(state.trial, entry);
      if (asked !== this.#asked) return false;
      this.#opened = opened;
      this.holder.removeAttribute("aria-busy");
    }
    if (this.#opened) this.#arrange(this.#opened, state);
    return true;
  }

  /** Forget the trial: the next one is built anew. */
  close() {
    this.#asked += 1;
    this.#opened = null;
    this.holder.replaceChildren();
  }

  /** The article that is shown, if any. */
  get article() {
    return this.#opened?.article ?? null;
  }

  /** The record's text, to copy; "" when the page has none. */
  get recordText() {
    return this.#opened?.record ? recordText(this.#opened.record) : "";
  }

  /** What a reader hears first. */
  get heading() {
    return /** @type {HTMLElement | null} */ (this.holder.querySelector("h2"));
  }

  /**
   * The place that the link names, to be scrolled to.
   * @param {State} state
   */
  place(state) {
    return this.#opened ? pointAt(this.#opened.article, state.turn, state.expectation) : null;
  }

  /**
   * Show answers raw, or rendered.
   * @param {HTMLElement | undefined} one a part of the answer that is meant; without it, all
   */
  toggleRaw(one) {
    const area = one?.closest(".msg") ?? this.article;
    if (area) showRaw(area, area.querySelector(".md:not([hidden])") !== null);
  }

  /** @param {"sides" | "changed"} name */
  toggleLook(name) {
    this.look[name] = !this.look[name];
    const panel = this.#opened?.tabs.panel("diff");
    if (panel) this.words.put(showDiff(panel, this.look));
  }

  /**
   * @param {string} id
   * @param {Entry | undefined} entry
   * @returns {Promise<Opened | null>}
   */
  async #open(id, entry) {
    try {
      if (!entry) throw new Unreadable("trial.unknown");
      if (entry.at >= this.head.detailed) throw new Unreadable("trial.elsewhere");
      const { chunk } = this.head;
      const read = await this.packed.read(`c${Math.floor(entry.at / chunk)}`);
      const found = trialOf(/** @type {Chunk} */ (read), entry.at % chunk);
      if (!found) throw new Unreadable("packed.broken");
      return this.#build(/** @type {Branch} */ (found[0]), found[1], entry);
    } catch (error) {
      this.#refuse(id, unreadable(error));
      return null;
    }
  }

  /**
   * @param {Branch} tree
   * @param {TrialRecord | null} record
   * @param {Entry} entry
   * @returns {Opened}
   */
  #build(tree, record, entry) {
    const article = make(tree);
    // The one for readers without script has the same.
    article.removeAttribute("id");
    article.querySelector("h2")?.setAttribute("tabindex", "-1");
    article.querySelector("button.copy")?.setAttribute("data-do", "record");
    const tabs = new Tabs(article, (tab) => this.changed({ tab }));
    linkEvidence(article, (turn, expectation) => this.changed({ turn, expectation }));
    addLinks(article);
    const chat = tabs.panel("chat");
    if (chat) fill(chat);
    addRaw(article);
    for (const curl of article.querySelectorAll("pre.curl")) {
      curl.before(button("curl", "copy.curl", { class: "toggle" }));
    }
    this.words.put(article);
    this.holder.replaceChildren(article);
    return { article, tabs, record, entry };
  }

  /**
   * @param {Opened} opened
   * @param {State} state
   */
  #arrange({ article, tabs, record, entry }, state) {
    const panel = tabs.panel(state.tab);
    if (panel && !panel.dataset.filled) {
      panel.dataset.filled = "1";
      fill(panel);
      if (state.tab === "diff") addLooks(panel);
      if (state.tab === "json") showRecord(panel, record);
      if (state.tab === "history") showHistory(panel, entry, this.head);
    }
    if (panel && state.tab === "diff") showDiff(panel, this.look);
    if (panel) this.words.put(panel);
    tabs.show(state.tab);
    article.querySelector(".nowhere")?.remove();
    const place = pointAt(article, state.turn, state.expectation);
    if (state.turn && !place) {
      const note = make(["p", { class: "note warning nowhere", role: "status", "data-w": "trial.nowhere" }]);
      article.querySelector("[role=tablist]")?.before(this.words.put(note));
    }
  }

  /**
   * @param {string} id
   * @param {string} word
   */
  #refuse(id, word) {
    const values = JSON.stringify({ id });
    const message = make([
      "div",
      { class: "note error refusal" },
      ["h2", { tabindex: "-1", "data-w": word, "data-v": values }],
      ["p", { "data-w": `${word}.next` }],
      ["p", 0, ["a", { href: "#v=trials", "data-w": "trial.to_list" }]],
    ]);
    this.holder.replaceChildren(this.words.put(message));
  }
}
