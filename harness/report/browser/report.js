/** The page as a whole: shows a state, and does what is pressed. */

/** @import { Head } from "./page.d.ts" */
/** @import { Entry } from "./entries.js" */
/** @import { State } from "./hash.js" */
/** @import { Arrival } from "./navigation.js" */

import { Copier } from "./copy.js";
import { FilterBar } from "./filterbar.js";
import { TABS, VIEWS, writeHash } from "./hash.js";
import { Keys } from "./keys.js";
import { List } from "./list.js";
import { Navigation } from "./navigation.js";
import { Packed } from "./packed.js";
import { isFailing, pager, showPlace } from "./pager.js";
import { fold } from "./query.js";
import { arrive, held } from "./arriving.js";
import { THEMES, firstTheme, wear } from "./theme.js";
import { make } from "./tree.js";
import { TrialPane } from "./trial.js";
import { Words, firstLanguage } from "./words.js";

export class Report {
  /** Where the list stood when a trial was opened. */
  #listScroll = 0;
  /** @type {Promise<void>} */
  done = Promise.resolve();

  /**
   * @param {Head} head
   * @param {Entry[]} entries
   */
  constructor(head, entries) {
    this.head = head;
    this.title = document.title;
    this.words = new Words(head);
    this.navigation = new Navigation((state, before, arrival) => {
      this.done = this.#apply(state, before, arrival);
    });
    const go = this.navigation.go.bind(this.navigation);
    this.list = new List(held("list"), entries, statusWords(this.words));
    this.bar = new FilterBar(held("filter"), entries, this.words, {
      typed: (query) => go({ query }, "typing"),
      chosen: (query) => go({ query }, "replace"),
      sorted: (sort) => go({ sort: sort === "status" ? "" : sort }, "replace"),
    });
    this.pane = new TrialPane(held("trial"), head, new Packed(), this.words, (changes) => go(changes, "replace"));
    this.pager = this.words.put(pager());
    this.pane.holder.before(this.pager);
    this.copier = new Copier(this.words);
    this.keys = new Keys(this.words, (key) => this.#press(key));
    held("tools").append(this.words.put(tools()));
    document.addEventListener("click", (event) => this.#click(event));
    addEventListener("beforeprint", () => this.list.settle());
  }

  /** Show what the address names. */
  start() {
    this.navigation.start();
    return this.done;
  }

  /**
   * @param {State} state
   * @param {State} before
   * @param {Arrival} arrival
   */
  async #apply(state, before, arrival) {
    this.#speak(state);
    const number = this.list.show(state.query, state.sort);
    this.bar.show(state.query, state.sort);
    this.#count(number);
    if (arrival.how !== "replace") this.list.settle();
    if (state.trial && !before.trial && arrival.how !== "start") this.#listScroll = scrollY;
    document.body.dataset.view = state.trial ? "trial" : state.view;
    for (const link of document.querySelectorAll("#tabs a")) {
      const here = link.getAttribute("href") === `#v=${state.view}`;
      if (here) link.setAttribute("aria-current", state.trial ? "true" : "page");
      else link.removeAttribute("aria-current");
    }
    if (state.trial) {
      showPlace(this.pager, this.list, state.trial, this.words);
      if (!(await this.pane.show(state, this.list.byId.get(state.trial)?.entry))) return;
    } else if (before.trial) this.pane.close();
    const name = state.trial ? this.pane.heading?.textContent : "";
    document.title = name ? `${name} · ${this.title}` : this.title;
    arrive(state, before, arrival, this.pane, this.list.byId.get(before.trial), this.#listScroll);
  }

  /** @param {State} state */
  #speak(state) {
    wear(firstTheme(state.theme));
    const language = firstLanguage(state.lang, this.head.lang);
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    if (language === this.words.language) return;
    this.words.language = language;
    this.words.put(document);
  }

  /** @param {number} number */
  #count(number) {
    const count = held("count");
    count.dataset.w = number ? "filter.count" : "filter.none";
    count.dataset.v = JSON.stringify({ n: number.toLocaleString("en"), of: this.list.rows.length.toLocaleString("en") });
    this.words.put(count);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const pressed = /** @type {HTMLElement | null} */ (target.closest("[data-do]"));
    if (pressed) return this.#do(pressed.dataset.do ?? "", pressed);
    const link = target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    this.navigation.follow(link.getAttribute("href") ?? "");
  }

  /**
   * @param {string} what
   * @param {HTMLElement | undefined} from the button, if it was one
   */
  #do(what, from = undefined) {
    const { state } = this.navigation;
    if (what === "theme") {
      const next = THEMES[(THEMES.indexOf(firstTheme(state.theme)) + 1) % THEMES.length];
      this.navigation.go({ theme: next ?? "auto" }, "replace");
      this.copier.say(`theme.${next}`);
    } else if (what === "language") {
      this.navigation.go({ lang: this.words.language === "zh" ? "en" : "zh" }, "replace");
    } else if (what === "help") this.keys.help();
    else if (what === "search") this.#search();
    else if (what === "close") this.#close();
    else if (what === "link") this.#copyLink(from);
    else if (what === "record") this.copier.copy(this.pane.recordText);
    else if (what === "curl") this.copier.copy(from?.nextElementSibling?.textContent ?? "");
    else if (what === "raw") this.pane.toggleRaw(from);
    else if (what === "sides" || what === "changed") this.pane.toggleLook(what);
    else if (what === "on" || what === "back") this.#step(what === "on" ? 1 : -1, true);
  }

  /** @param {string} key */
  #press(key) {
    const { trial } = this.navigation.state;
    /** @type {Map<string, () => unknown>} */
    const keys = new Map([
      ["/", () => this.#search()],
      ["j", () => this.#step(1, false)],
      ["k", () => this.#step(-1, false)],
      ["n", () => this.#step(1, true)],
      ["p", () => this.#step(-1, true)],
      ["c", () => this.#copyLink(undefined)],
      ["t", () => this.#do("theme")],
      ["l", () => this.#do("language")],
      ["?", () => this.keys.help()],
    ]);
    if (trial) {
      keys.set("Escape", () => this.#close());
      keys.set("d", () => this.navigation.go({ tab: "diff" }, "replace"));
      keys.set("r", () => this.pane.toggleRaw(undefined));
      keys.set("[", () => this.#turn(-1));
      keys.set("]", () => this.#turn(1));
    }
    const named = (trial ? TABS : VIEWS)[Number(key) - 1];
    if (named) this.navigation.go(trial ? { tab: named } : { view: named }, trial ? "replace" : "push");
    else if (keys.has(key)) keys.get(key)?.();
    else return false;
    return true;
  }

  #search() {
    const { state } = this.navigation;
    if (state.trial || state.view !== "trials") this.navigation.go({ view: "trials", ...nowhere() }, "push");
    this.bar.box.focus();
    this.bar.box.select();
  }

  #close() {
    this.copier.hush();
    this.navigation.go(nowhere(), "push");
  }

  /**
   * @param {number} step
   * @param {boolean} failing
   */
  #step(step, failing) {
    const { state } = this.navigation;
    const focused = this.list.rows.find((row) => row.link === document.activeElement);
    const from = state.trial || focused?.entry.id || "";
    const row = this.list.next(from, step, failing ? isFailing : () => true);
    if (!row) return;
    if (state.trial) this.navigation.go({ ...nowhere(), trial: row.entry.id, tab: state.tab }, "push");
    else {
      this.list.settle();
      row.link.focus();
    }
  }

  /** @param {number} step */
  #turn(step) {
    const { state } = this.navigation;
    const turns = this.pane.article?.querySelectorAll(".turn[data-t]").length ?? 0;
    const turn = Math.min(Math.max(state.turn + step, 1), turns);
    if (turn) this.navigation.go({ turn, expectation: 0, tab: "chat" }, "replace");
  }

  /** @param {HTMLElement | undefined} from a button beside what is to be linked to */
  #copyLink(from) {
    const { state } = this.navigation;
    const [t, e] = [from?.dataset.toT, from?.dataset.toE];
    const { trial, tab } = state;
    const linked = !trial ? state : t ? { trial, turn: Number(t), expectation: Number(e) } : { trial, tab, turn: state.turn, expectation: state.expectation };
    const named = { ...linked, lang: "", theme: "" };
    this.copier.copy(location.href.replace(/#.*$/s, "") + writeHash(named));
  }
}

/** Return the state of no trial. */
function nowhere() {
  return { trial: "", turn: 0, expectation: 0, tab: "chat" };
}

/** Return the page's own switches. */
function tools() {
  return make([
    "div",
    { class: "switches" },
    ["button", { type: "button", "data-do": "language", "data-w": "tools.language", "data-w-title": "key.language" }],
    ["button", { type: "button", "data-do": "theme", "data-w-label": "tools.theme", "data-w-title": "tools.theme" }, "◐"],
    ["button", { type: "button", "data-do": "help", "data-w-label": "tools.help", "data-w-title": "tools.help" }, "?"],
  ]);
}

/**
 * Return the words for statuses and changes in every language, folded, with what they stand for.
 * @param {Words} words
 * @returns {Map<string, string>}
 */
function statusWords(words) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const group of ["change", "status"]) {
    for (const [key, name] of words.under(group)) for (const text of words.everywhere(key)) found.set(fold(text), name);
  }
  return found;
}
