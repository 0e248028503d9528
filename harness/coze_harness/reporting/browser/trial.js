/** The opened trial: built from its chunk, with its tabs, links and switches. */

/** @import { Branch, Chunk, Head, TrialRecord } from "./page.d.ts" */
/** @import { Entry } from "./entries.js" */
/** @import { State } from "./hash.js" */
/** @import { PackedParts } from "./packed.js" */
/** @import { Words } from "./words.js" */

import { addLinks, linkEvidence, pointAt } from "./evidence.js";
import { trialAt } from "./chunk.js";
import { UnreadableError, errorWord } from "./packed.js";
import { addRaw, showRaw } from "./raw.js";
import { recordText, showRecord } from "./record.js";
import { addLooks, showDiff } from "./diff.js";
import { showHistory } from "./history.js";
import { Tabs } from "./tabs.js";
import { button, fill, make } from "./tree.js";

/** @typedef {{article: HTMLElement, tabs: Tabs, record: TrialRecord | null, entry: Entry}} OpenTrial */

export class TrialPane {
  /** @type {OpenTrial | null} */
  #opened = null;
  #requests = 0;
  look = { sides: false, changed: false };

  /**
   * @param {HTMLElement} holder
   * @param {Head} head
   * @param {PackedParts} packed
   * @param {Words} words
   * @param {(changes: Partial<State>) => void} onChange called with what the reader chose inside the trial
   */
  constructor(holder, head, packed, words, onChange) {
    this.holder = holder;
    this.head = head;
    this.packed = packed;
    this.words = words;
    this.onChange = onChange;
  }

  /**
   * Show the trial of a state; returns false if another one was requested in the meantime.
   * @param {State} state
   * @param {Entry | undefined} entry
   */
  async show(state, entry) {
    const request = ++this.#requests;
    if (!entry || this.#opened?.entry !== entry) {
      this.holder.setAttribute("aria-busy", "true");
      const opened = await this.#open(state.trial, entry);
      if (request !== this.#requests) return false;
      this.#opened = opened;
      this.holder.removeAttribute("aria-busy");
    }
    if (this.#opened) this.#arrange(this.#opened, state);
    return true;
  }

  /** Remove the trial. */
  close() {
    this.#requests += 1;
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

  /** The heading, which screen readers read first. */
  get heading() {
    return /** @type {HTMLElement | null} */ (this.holder.querySelector("h2"));
  }

  /**
   * Return the target of the link, to scroll to.
   * @param {State} state
   */
  place(state) {
    return this.#opened ? pointAt(this.#opened.article, state.turn, state.expectation) : null;
  }

  /**
   * Switch answers between raw and rendered.
   * @param {HTMLElement | undefined} one an element inside one answer; without it, all answers
   */
  toggleRaw(one) {
    const area = one?.closest(".msg") ?? this.article;
    if (area) showRaw(area, area.querySelector(".md:not([hidden])") !== null);
  }

  /** @param {"sides" | "changed"} name */
  toggleLook(name) {
    this.look[name] = !this.look[name];
    const panel = this.#opened?.tabs.panel("diff");
    if (panel) this.words.translate(showDiff(panel, this.look));
  }

  /**
   * Return a trial's tree and record; undefined if the page does not have it.
   * @param {Entry} entry
   */
  async read(entry) {
    const { chunk } = this.head;
    const part = await this.packed.read(`c${Math.floor(entry.at / chunk)}`);
    return trialAt(/** @type {Chunk} */ (part), entry.at % chunk);
  }

  /** The record of the trial that is shown; null when the page has none. */
  get record() {
    return this.#opened?.record ?? null;
  }

  /**
   * @param {string} id
   * @param {Entry | undefined} entry
   * @returns {Promise<OpenTrial | null>}
   */
  async #open(id, entry) {
    try {
      if (!entry) throw new UnreadableError("trial.unknown");
      if (entry.at >= this.head.detailed) throw new UnreadableError("trial.elsewhere");
      const trial = await this.read(entry);
      if (!trial) throw new UnreadableError("packed.broken");
      return this.#build(/** @type {Branch} */ (trial[0]), trial[1], entry);
    } catch (error) {
      this.#showError(id, errorWord(error));
      return null;
    }
  }

  /**
   * @param {Branch} tree
   * @param {TrialRecord | null} record
   * @param {Entry} entry
   * @returns {OpenTrial}
   */
  #build(tree, record, entry) {
    const article = make(tree);
    // The copy for readers without a script has the same id.
    article.removeAttribute("id");
    article.querySelector("h2")?.setAttribute("tabindex", "-1");
    article.querySelector("button.copy")?.setAttribute("data-do", "record");
    const tabs = new Tabs(article, (tab) => this.onChange({ tab }));
    linkEvidence(article, (turn, expectation) => this.onChange({ turn, expectation }));
    addLinks(article);
    const chat = tabs.panel("chat");
    if (chat) fill(chat);
    addRaw(article, record);
    for (const curl of article.querySelectorAll("pre.curl")) {
      curl.before(button("curl", "copy.curl", { class: "toggle" }));
    }
    this.words.translate(article);
    this.holder.replaceChildren(article);
    return { article, tabs, record, entry };
  }

  /**
   * @param {OpenTrial} opened
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
    if (panel) this.words.translate(panel);
    tabs.show(state.tab);
    article.querySelector(".nowhere")?.remove();
    const place = pointAt(article, state.turn, state.expectation);
    if (state.turn && !place) {
      const note = make(["p", { class: "note warning nowhere", role: "status", "data-w": "trial.nowhere" }]);
      article.querySelector("[role=tablist]")?.before(this.words.translate(note));
    }
  }

  /**
   * @param {string} id
   * @param {string} word
   */
  #showError(id, word) {
    const values = JSON.stringify({ id });
    const message = make([
      "div",
      { class: "note error refusal" },
      ["h2", { tabindex: "-1", "data-w": word, "data-v": values }],
      ["p", { "data-w": `${word}.next` }],
      ["p", 0, ["a", { href: "#v=trials", "data-w": "trial.to_list" }]],
    ]);
    this.holder.replaceChildren(this.words.translate(message));
  }
}
