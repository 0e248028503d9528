/** The comparison: moves from scenario to scenario, keeps the reader's decisions, and hands them on as a command or a file. */

/** @import { Copier } from "./copy.js" */
/** @import { Head } from "./page.d.ts" */
/** @import { DecisionsFile } from "./live.js" */
/** @import { Words } from "./words.js" */

import { LiveServer, NotSavedError, readSession, writeSession } from "./live.js";
import { make } from "./tree.js";

/** @typedef {"accept" | "reject" | "edit"} Choice */
/** @typedef {{choice: Choice, note: string}} Decided */

const CHOICES = /** @type {Choice[]} */ (["accept", "reject", "edit"]);
const WORDS = { accept: "decide.decided.accept", reject: "decide.decided.reject", edit: "decide.decided.edit" };
const SAVED_WORDS = { ...WORDS, accept: "decide.saved.accept", reject: "decide.saved.reject" };
const SIGNS = { accept: "✓", reject: "✗", edit: "✎" };
const PLAIN = /^[\w@%+=:,./-]+$/;

export class Review {
  /** @type {Map<HTMLElement, Decided>} */
  #decided = new Map();
  /** @type {HTMLElement[]} */
  #order = [];
  /** @type {HTMLElement | null} */
  current = null;

  /**
   * @param {HTMLElement} root
   * @param {Head} head
   * @param {Words} words
   * @param {Copier} copier
   * @param {LiveServer | null} live
   */
  constructor(root, head, words, copier, live) {
    this.root = root;
    this.head = head;
    this.words = words;
    this.copier = copier;
    this.live = live;
    this.cards = [.../** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-card]"))];
    this.foot = /** @type {HTMLElement | null} */ (root.querySelector(".foot"));
    for (const card of this.cards) card.addEventListener("focusin", () => this.select(card, false));
    root.addEventListener("input", (event) => this.#writeNote(event));
    if (this.foot) this.#restore();
    this.#show();
  }

  /**
   * Return the card of a scenario, by the name in its link.
   * @param {string} name
   */
  cardOf(name) {
    return this.cards.find((card) => decoded(card.dataset.card ?? "") === name);
  }

  /**
   * Make a card the current one.
   * @param {HTMLElement} card
   * @param {boolean} moves whether to scroll to it and focus it
   */
  select(card, moves) {
    this.current?.classList.remove("current");
    this.current = card;
    card.classList.add("current");
    for (const link of this.root.querySelectorAll(".rail a")) {
      if (link.getAttribute("href") === `#c=${card.dataset.card}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (!moves) return;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: card.offsetHeight > innerHeight * 0.7 ? "start" : "center" });
  }

  /**
   * Move to the next or the previous card.
   * @param {number} step
   * @param {(card: HTMLElement) => boolean} counts
   */
  step(step, counts = () => true) {
    const at = this.current ? this.cards.indexOf(this.current) : step > 0 ? -1 : this.cards.length;
    const rest = step > 0 ? this.cards.slice(at + 1) : this.cards.slice(0, Math.max(at, 0)).reverse();
    const next = rest.find(counts);
    if (next) this.select(next, true);
  }

  /**
   * Decide about a card, and go on to the next one that is open.
   * @param {string} choice
   * @param {HTMLElement | undefined} from a button in the card; without it, the current card
   */
  async decide(choice, from) {
    const card = this.#cardAt(from);
    const chosen = CHOICES.find((one) => one === choice);
    if (!card || !chosen || !this.foot || card.dataset.saved || card.getAttribute("aria-busy")) return;
    this.select(card, false);
    const before = this.#decided.get(card);
    this.#set(card, { choice: chosen, note: before?.note ?? "" });
    if (chosen === "edit") {
      /** @type {HTMLElement | null} */ (card.querySelector(".ed textarea"))?.focus();
    } else if (await this.#save(card)) {
      this.step(1, (other) => !this.#decided.has(other));
    }
  }

  /**
   * Take a decision back: that of a button's card, of the current card, or the last one.
   * @param {HTMLElement | undefined} from
   */
  undo(from) {
    const here = this.#cardAt(from);
    // What is saved cannot be taken back here.
    const own = this.#unsaved();
    const card = here && this.#decided.has(here) ? here : own.at(-1);
    if (!card || !own.includes(card)) return;
    this.#set(card, null);
    this.select(card, true);
  }

  /** Accept all open scenarios that still pass with the same facts. */
  async acceptSafe() {
    for (const card of this.#safe()) {
      this.#set(card, { choice: "accept", note: "" });
      await this.#save(card);
    }
  }

  /** Copy the command that accepts what was accepted. */
  copyCommand() {
    const command = this.#command();
    if (command) this.copier.copy(command);
  }

  /** Save the decisions as a file. */
  download() {
    const name = `decisions-${this.head.run.id}.json`;
    const blob = new Blob([`${JSON.stringify(this.#file(this.#unsaved()), null, 2)}\n`], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    const failing = this.#accepted().some((card) => card.dataset.fails) ? " --failing" : "";
    const command = make(["code", 0, `coze-harness accept --from ${quoted(name)}${failing}`]);
    this.copier.notify("decide.downloaded", { file: name }, command);
  }

  /**
   * Show the differences inline, or both answers.
   * @param {boolean} both
   */
  look(both) {
    for (const diff of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(".answer > .diff"))) {
      let pair = diff.nextElementSibling;
      if (both && !pair?.matches(".pair")) {
        pair = make(["div", { class: "pair" }]);
        for (const side of ["before", "after"]) {
          const text = /** @type {HTMLElement} */ (diff.cloneNode(true));
          text.classList.add(side);
          pair.append(text);
        }
        diff.after(pair);
      }
      diff.hidden = both;
      pair?.toggleAttribute("hidden", !both);
    }
    for (const button of this.root.querySelectorAll(".looks button")) {
      button.setAttribute("aria-pressed", String((button.getAttribute("data-do") === "both") === both));
    }
  }

  /** Show the differences in the other way. */
  toggleLook() {
    this.look(this.root.querySelector('[data-do="inline"]')?.getAttribute("aria-pressed") === "true");
  }

  /** @param {HTMLElement | undefined} from */
  toggleStatistics(from) {
    const card = this.#cardAt(from);
    const text = card?.querySelector(".stat");
    const isOpen = text?.classList.toggle("open") ?? false;
    card?.querySelector(".info")?.setAttribute("aria-expanded", String(isOpen));
  }

  /** The link to the trial of the current card. */
  get trialLink() {
    return this.current?.querySelector('a[href^="#s="]')?.getAttribute("href") ?? "";
  }

  /** @param {HTMLElement | undefined} from */
  #cardAt(from) {
    return /** @type {HTMLElement | null} */ (from?.closest("[data-card]") ?? this.current);
  }

  /** The cards whose decisions are only in this tab, the last one last. */
  #unsaved() {
    return this.#order.filter((card) => !card.dataset.saved);
  }

  #accepted() {
    const own = this.#unsaved();
    return this.cards.filter((card) => own.includes(card) && this.#decided.get(card)?.choice === "accept");
  }

  #safe() {
    return this.cards.filter((card) => card.dataset.safe && !this.#decided.has(card));
  }

  #command() {
    const accepted = this.#accepted();
    if (!accepted.length) return "";
    const names = new Set();
    for (const card of accepted) {
      const { scenario = "", ids = "" } = card.dataset;
      const all = this.cards.filter((other) => other.dataset.scenario === scenario);
      names.add(all.every((other) => accepted.includes(other)) ? quoted(scenario) : ids);
    }
    const failing = accepted.some((card) => card.dataset.fails) ? " --failing" : "";
    return `coze-harness accept ${[...names].join(" ")}${failing}`;
  }

  /**
   * @param {HTMLElement[]} cards
   * @returns {DecisionsFile}
   */
  #file(cards) {
    const decisions = cards.map((card) => {
      const { choice = "edit", note = "" } = this.#decided.get(card) ?? {};
      const { scenario = "", bot = "" } = card.dataset;
      return { scenario, bot, decision: choice, ...(note ? { note } : {}) };
    });
    return { format_version: 1, run_id: this.head.run.id, decisions };
  }

  /**
   * Apply the decision on disk, if the page is served; returns whether it stands.
   * @param {HTMLElement} card
   */
  async #save(card) {
    if (!this.live) return true;
    const status = card.querySelector(".live");
    card.setAttribute("aria-busy", "true");
    try {
      await this.live.save(this.#file([card]), Boolean(card.dataset.fails), this.words.language);
      card.dataset.saved = "1";
      this.#show();
      this.#store();
      return true;
    } catch (error) {
      const reason = error instanceof NotSavedError ? error.reason : String(error);
      this.#set(card, null);
      const message = make(["span", reason ? { "data-w": "decide.live.failed", "data-v": JSON.stringify({ reason }) } : { "data-w": "decide.live.offline" }]);
      status?.replaceChildren(this.words.translate(message));
      status?.classList.add("error");
      if (!status) this.copier.notify(reason ? "decide.live.failed" : "decide.live.offline", { reason });
      return false;
    } finally {
      card.removeAttribute("aria-busy");
    }
  }

  /**
   * @param {HTMLElement} card
   * @param {Decided | null} decided
   */
  #set(card, decided) {
    this.#order = this.#order.filter((other) => other !== card);
    if (decided) {
      this.#decided.set(card, decided);
      this.#order.push(card);
    } else this.#decided.delete(card);
    const status = card.querySelector(".live");
    status?.replaceChildren();
    status?.classList.remove("error");
    this.#show();
    this.#store();
  }

  #show() {
    const counts = new Map([["open", this.cards.length - this.#decided.size]]);
    for (const card of this.cards) {
      const decided = this.#decided.get(card);
      if (decided) {
        card.dataset.decision = decided.choice;
        counts.set(decided.choice, (counts.get(decided.choice) ?? 0) + 1);
      } else delete card.dataset.decision;
      const label = /** @type {HTMLElement | null} */ (card.querySelector(".decided"));
      if (label) {
        label.hidden = !decided;
        const word = /** @type {HTMLElement} */ (label.querySelector("b"));
        word.dataset.w = (card.dataset.saved ? SAVED_WORDS : WORDS)[decided?.choice ?? "accept"];
        this.words.translate(word);
        label.querySelector("button")?.toggleAttribute("hidden", Boolean(card.dataset.saved));
      }
      this.#showEditor(card, decided);
      const link = this.root.querySelector(`.rail a[href="#c=${CSS.escape(card.dataset.card ?? "")}"]`);
      link?.parentElement?.classList.toggle("done", Boolean(decided));
      link?.querySelector(".dm")?.replaceChildren(decided ? SIGNS[decided.choice] : "");
    }
    if (this.foot) this.#showFoot(this.foot, counts);
  }

  /**
   * @param {HTMLElement} foot
   * @param {Map<string, number>} counts
   */
  #showFoot(foot, counts) {
    for (const number of /** @type {NodeListOf<HTMLElement>} */ (foot.querySelectorAll("[data-count]"))) {
      number.textContent = String(counts.get(number.dataset.count ?? "") ?? 0);
    }
    const command = this.#command();
    foot.querySelector(".preview")?.replaceChildren(command);
    for (const [action, isReady] of [["command", Boolean(command)], ["download", this.#unsaved().length > 0]]) {
      const button = foot.querySelector(`[data-do="${action}"]`);
      button?.toggleAttribute("disabled", !isReady);
      // A served page saves decisions at once, so there is usually nothing to hand on.
      button?.toggleAttribute("hidden", Boolean(this.live) && !isReady);
    }
    const safe = /** @type {HTMLElement | null} */ (foot.querySelector('[data-do="safe"]'));
    const count = this.#safe().length;
    if (!safe) return;
    safe.hidden = !count;
    const label = make(["span", { "data-w": "decide.safe", "data-v": JSON.stringify({ n: String(count) }) }]);
    safe.replaceChildren(this.words.translate(label), make(["kbd", { "aria-hidden": "true" }, "A"]));
  }

  /**
   * @param {HTMLElement} card
   * @param {Decided | undefined} decided
   */
  #showEditor(card, decided) {
    const editor = /** @type {HTMLElement | null} */ (card.querySelector(".ed"));
    if (!editor) return;
    editor.hidden = decided?.choice !== "edit";
    if (editor.hidden || editor.firstChild) return;
    const place = editor.dataset.place || this.words.text("decide.edit.where");
    const command = ["span", { class: "cmd" }, ["code", 0, "coze-harness compare --replay"], ["button", { type: "button", class: "quiet", "data-do": "code", "data-w": "json.copy" }]];
    editor.append(
      this.words.translate(
        make([
          "div",
          0,
          ["label", 0, ["span", { "data-w": "decide.note" }], ["textarea", { class: "why", "data-w-placeholder": "decide.note.hint" }]],
          /** @type {import("./page.d.ts").Tree} */ (["p", { class: "small" }, ["span", { "data-w": "decide.edit.next", "data-v": JSON.stringify({ place }) }], " ", command]),
        ]),
      ),
    );
    const note = editor.querySelector("textarea");
    if (note) note.value = decided?.note ?? "";
  }

  /** @param {Event} event */
  #writeNote(event) {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement && field.matches(".why"))) return;
    const card = /** @type {HTMLElement | null} */ (field.closest("[data-card]"));
    const decided = card && this.#decided.get(card);
    if (!decided) return;
    decided.note = field.value;
    this.#store();
  }

  // Kept for this tab and this run only: a decision that turns up again in another tab would be a surprise.
  #store() {
    const entries = [...this.#decided].map(([card, { choice, note }]) => [card.dataset.card, choice, note, card.dataset.saved ?? ""]);
    writeSession(this.#key, JSON.stringify(entries));
  }

  get #key() {
    return `coze-harness-decisions-${this.head.run.id}`;
  }

  #restore() {
    /** @type {unknown} */
    let stored;
    try {
      stored = JSON.parse(readSession(this.#key) || "[]");
    } catch {
      return;
    }
    if (!Array.isArray(stored)) return;
    for (const [name, choice, note, saved] of stored.filter(Array.isArray)) {
      const card = this.cards.find((one) => one.dataset.card === name);
      const chosen = CHOICES.find((one) => one === choice);
      if (!card || !chosen) continue;
      this.#decided.set(card, { choice: chosen, note: String(note ?? "") });
      this.#order.push(card);
      if (saved) card.dataset.saved = "1";
    }
  }
}

/** @param {string} text */
function quoted(text) {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
