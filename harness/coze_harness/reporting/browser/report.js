/** The page as a whole: shows a state, and performs the actions of buttons and keys. */

/** @import { Head } from "./page.d.ts" */
/** @import { Entry } from "./entries.js" */
/** @import { State } from "./hash.js" */
/** @import { Arrival } from "./navigation.js" */

import { Copier } from "./copy.js";
import { FilterBar } from "./filterbar.js";
import { TABS, writeHash } from "./hash.js";
import { Keys } from "./keys.js";
import { List } from "./list.js";
import { Navigation } from "./navigation.js";
import { PackedParts } from "./packed.js";
import { createPager, isFailing, showPosition } from "./pager.js";
import { fold } from "./query.js";
import { elementById, setFocus } from "./focus.js";
import { THEMES, applyTheme, firstTheme } from "./theme.js";
import { button, make } from "./tree.js";
import { TrialPane } from "./trial.js";
import { firstLanguage } from "./second.js";
import { LiveServer } from "./live.js";
import { Words } from "./words.js";

// Actions by key. Enter is left to the browser: it opens the focused row. Digits choose tabs or views.
const KEY_ACTIONS = new Map(
  Object.entries({
    "/": "search",
    j: "down",
    k: "up",
    n: "on",
    p: "back",
    c: "link",
    t: "theme",
    l: "language",
    "?": "help",
    Escape: "close",
    d: "diff",
    r: "raw",
    "[": "before",
    "]": "after",
  }),
);

// Those of a comparison, with the letters of `accept --interactive`.
const REVIEW_KEYS = new Map(
  Object.entries({
    j: "next",
    s: "next",
    k: "previous",
    b: "previous",
    a: "accept",
    r: "reject",
    e: "edit",
    u: "undo",
    A: "safe",
    d: "look",
    i: "statistics",
    o: "open",
    c: "command",
  }),
);

export class Report {
  /** The scroll position of the list when a trial was opened. */
  #listScroll = 0;
  /** @type {Promise<void>} */
  done = Promise.resolve();

  /**
   * @param {Head} head
   * @param {Entry[]} entries
   */
  constructor(head, entries) {
    this.head = head;
    this.words = new Words(head);
    const live = LiveServer.find();
    this.navigation = new Navigation(document.body.dataset.home ?? "overview", (state, before, arrival) => {
      this.done = this.#apply(state, before, arrival);
    });
    const go = this.navigation.go.bind(this.navigation);
    this.list = new List(elementById("list"), entries, statusWords(this.words));
    this.bar = new FilterBar(elementById("filter"), entries, this.words, {
      onType: (query) => go({ query }, "typing"),
      onChoose: (query) => go({ query }, "replace"),
      onSort: (sort) => go({ sort: sort === "status" ? "" : sort }, "replace"),
    });
    this.pane = new TrialPane(elementById("trial"), head, new PackedParts(), this.words, (changes) => go(changes, "replace"));
    this.pager = this.words.translate(createPager());
    this.pane.holder.before(this.pager);
    this.copier = new Copier(this.words);
    this.review = globalThis.openReview?.(this, live);
    this.playground = globalThis.openPlayground?.(this);
    this.playback = globalThis.openPlayback?.(this);
    if (live) followRun(live, this.words);
    this.keys = new Keys(this.words, (key) => this.#press(key));
    elementById("tools").append(this.words.translate(tools()));
    document.addEventListener("click", (event) => this.#click(event));
    addEventListener("beforeprint", () => this.list.paintAll());
  }

  /** Show the state of the address. */
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
    this.#applyLook(state);
    if (arrival.how === "start" || state.query !== before.query || state.sort !== before.sort) {
      this.bar.show(state.query, state.sort);
      this.#count(this.list.show(state.query, state.sort));
    }
    if (arrival.how !== "replace") this.list.paintAll();
    if (state.trial && !before.trial && arrival.how !== "start") this.#listScroll = scrollY;
    document.body.dataset.view = state.trial ? "trial" : state.view;
    for (const link of document.querySelectorAll("#tabs a")) {
      const isCurrent = link.getAttribute("href") === `#v=${state.view}`;
      if (isCurrent) link.setAttribute("aria-current", state.trial ? "true" : "page");
      else link.removeAttribute("aria-current");
    }
    if (state.trial) {
      showPosition(this.pager, this.list, state.trial, this.words);
      if (!(await this.pane.show(state, this.list.byId.get(state.trial)?.entry))) return;
      this.playground?.addButtons();
    } else if (before.trial) this.pane.close();
    this.playback?.refresh();
    const name = state.trial ? this.pane.heading?.textContent : "";
    const title = `${document.querySelector("h1")?.textContent ?? ""} ${this.head.run.id}`.trim();
    document.title = name ? `${name} · ${title}` : title;
    if (state.card && !state.trial && (arrival.how === "start" || state !== before) && arrival.scroll === undefined) {
      const card = this.review?.cardOf(state.card);
      if (card && state.view === "compare") return this.review?.select(card, true);
    }
    setFocus(state, before, arrival, this.pane, this.list.byId.get(before.trial), this.#listScroll);
  }

  /** @param {State} state */
  #applyLook(state) {
    applyTheme(firstTheme(state.theme));
    const language = firstLanguage(state.lang, this.head.lang);
    if (language === this.words.language) return;
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    this.words.language = language;
    this.words.translate(document);
  }

  /** @param {number} number */
  #count(number) {
    const count = elementById("count");
    count.dataset.w = number ? "filter.count" : "filter.none";
    count.dataset.v = JSON.stringify({ n: number.toLocaleString("en"), of: this.list.rows.length.toLocaleString("en") });
    this.words.translate(count);
  }

  /** @param {MouseEvent} event */
  #click(event) {
    if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    const pressed = /** @type {HTMLElement | null} */ (target.closest("[data-do]"));
    const link = target.closest('a[href^="#"]');
    if (pressed) this.#actions().get(pressed.dataset.do ?? "")?.(pressed);
    else if (link) {
      event.preventDefault();
      this.navigation.follow(link.getAttribute("href") ?? "");
    }
  }

  /** Return the actions of buttons and keys in the current state. */
  #actions() {
    const { state } = this.navigation;
    const go = this.navigation.go.bind(this.navigation);
    const next = THEMES[(THEMES.indexOf(firstTheme(state.theme)) + 1) % THEMES.length] ?? "auto";
    /** @type {{[action: string]: (from?: HTMLElement) => unknown}} */
    const anywhere = {
      search: () => this.#search(),
      language: () => go({ lang: this.words.language === "zh" ? "en" : "zh" }, "replace"),
      help: () => this.keys.help(),
      link: (from) => this.#copyLink(from),
      down: () => this.#step(1, false),
      up: () => this.#step(-1, false),
      on: () => this.#step(1, true),
      back: () => this.#step(-1, true),
      code: (from) => this.copier.copy(from?.parentElement?.querySelector("code")?.textContent ?? ""),
      yaml: (from) => this.copier.copy(from?.parentElement?.querySelector("pre")?.textContent ?? ""),
      theme: () => {
        go({ theme: next }, "replace");
        this.copier.notify(`theme.${next}`);
      },
    };
    /** @type {{[action: string]: (from?: HTMLElement) => unknown}} */
    const inTrial = {
      close: () => this.#close(),
      diff: () => go({ tab: "diff" }, "replace"),
      before: () => this.#turn(-1),
      after: () => this.#turn(1),
      raw: (from) => this.pane.toggleRaw(from),
      sides: () => this.pane.toggleLook("sides"),
      changed: () => this.pane.toggleLook("changed"),
      record: () => this.copier.copy(this.pane.recordText),
      curl: (from) => this.copier.copy(from?.nextElementSibling?.textContent ?? ""),
    };
    const { review } = this;
    /** @type {{[action: string]: (from?: HTMLElement) => unknown}} */
    const inReview = review
      ? {
          next: () => review.step(1),
          previous: () => review.step(-1),
          accept: (from) => review.decide("accept", from),
          reject: (from) => review.decide("reject", from),
          edit: (from) => {
            review.decide("edit", from);
            this.playground?.openInCard(review.current);
          },
          undo: (from) => review.undo(from),
          safe: () => review.acceptSafe(),
          look: () => review.toggleLook(),
          inline: () => review.look(false),
          both: () => review.look(true),
          statistics: (from) => review.toggleStatistics(from),
          open: () => review.trialLink && this.navigation.follow(review.trialLink),
          command: () => review.copyCommand(),
          download: () => review.download(),
        }
      : {};
    return new Map(Object.entries({ ...anywhere, ...(state.trial ? inTrial : inReview) }));
  }

  /** @param {string} key */
  #press(key) {
    const { trial } = this.navigation.state;
    const views = [...document.querySelectorAll("#tabs a")].map((link) => link.getAttribute("href")?.slice("#v=".length) ?? "");
    const named = (trial ? TABS : views)[Number(key) - 1];
    const isReview = this.review && !trial && this.navigation.state.view === "compare";
    const name = (isReview && REVIEW_KEYS.get(key)) || KEY_ACTIONS.get(key);
    const action = this.#actions().get(name ?? "");
    if (named) this.navigation.go(trial ? { tab: named } : { view: named }, trial ? "replace" : "push");
    else action?.();
    return Boolean(named ?? action);
  }

  #search() {
    const { state } = this.navigation;
    if (state.trial || state.view !== "trials") this.navigation.go({ view: "trials", ...noTrial() }, "push");
    this.bar.box.focus();
    this.bar.box.select();
  }

  #close() {
    this.copier.clear();
    this.navigation.go(noTrial(), "push");
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
    if (state.trial) this.navigation.go({ ...noTrial(), trial: row.entry.id, tab: state.tab }, "push");
    else {
      this.list.paintAll();
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

  /** @param {HTMLElement | undefined} from a button next to the target of the link */
  #copyLink(from) {
    const { state } = this.navigation;
    const [t, e] = [from?.dataset.toT, from?.dataset.toE];
    const { trial, tab } = state;
    const linked = !trial ? state : t ? { trial, turn: Number(t), expectation: Number(e) } : { trial, tab, turn: state.turn, expectation: state.expectation };
    const named = { ...linked, lang: "", theme: "" };
    this.copier.copy(location.href.replace(/#.*$/s, "") + writeHash(named, this.navigation.home));
  }
}

/**
 * Show the progress of the run above the page, and offer to load the page again.
 * @param {LiveServer} live
 * @param {Words} words
 */
function followRun(live, words) {
  const reload = make(["button", { type: "button", "data-w": "decide.live.reload" }]);
  reload.addEventListener("click", () => location.reload());
  const text = make(["span", 0]);
  const banner = words.translate(make(["div", { class: "banner note", role: "status" }]));
  live.follow(({ type, done, total }) => {
    text.dataset.w = type === "finished" ? "decide.live.finished" : total ? "decide.live.progress" : "decide.live.started";
    text.dataset.v = JSON.stringify({ done: String(done), total: String(total) });
    banner.replaceChildren(text, words.translate(reload));
    words.translate(text);
    if (!banner.isConnected) document.querySelector(".verdict")?.before(banner);
  });
}

/** Return the part of a state that closes the trial. */
function noTrial() {
  return { trial: "", turn: 0, expectation: 0, tab: "chat" };
}

/** Return the buttons for language, theme and help. */
function tools() {
  const switches = make(["div", { class: "switches" }]);
  switches.append(
    button("language", "tools.language"),
    button("theme", "tools.theme", { sign: "◐" }),
    button("help", "tools.help", { sign: "?" }),
  );
  return switches;
}

/**
 * Return statuses and changes by their folded words in both languages.
 * @param {Words} words
 * @returns {Map<string, string>}
 */
function statusWords(words) {
  /** @type {Map<string, string>} */
  const names = new Map();
  for (const group of ["change", "status"]) {
    for (const [key, name] of words.keysOf(group)) for (const text of words.inAllLanguages(key)) names.set(fold(text), name);
  }
  return names;
}
