/** The state of the page, kept in its address, and the scroll position of each step in the history. */

/** @import { State } from "./hash.js" */

import { readHash, writeHash } from "./hash.js";

// Browsers limit how often an address may change. In milliseconds.
const TYPING_PAUSE = 200;

/**
 * How a state was reached: at the start, as a new step, in place of the last one, or in the history; and its scroll position, if known.
 * @typedef {{how: "start" | "push" | "replace" | "back", scroll: number | undefined}} Arrival
 */

export class Navigation {
  #timer = 0;
  #place = 1;
  /** @type {Map<number, number>} */
  #scrolls = new Map();

  /**
   * @param {string} home the view of a page that is opened without a link
   * @param {(state: State, before: State, arrival: Arrival) => void} apply
   */
  constructor(home, apply) {
    this.home = home;
    this.apply = apply;
    this.state = this.#read(location.hash);
    history.scrollRestoration = "manual";
    addEventListener("popstate", () => this.#back());
    addEventListener("pagehide", () => this.#leave());
  }

  /** Show the state that the address names. */
  start() {
    const { place, scroll } = entry();
    this.#place = place ?? 1;
    this.apply(this.state, this.state, { how: "start", scroll });
  }

  /**
   * Change the state.
   * @param {Partial<State>} changes
   * @param {"push" | "replace" | "typing"} how a new step in the history, the same step, or the same step a little later
   */
  go(changes, how) {
    const before = this.state;
    if (how === "push") {
      this.#leave();
      this.#place += 1;
    }
    this.state = { ...before, ...changes };
    clearTimeout(this.#timer);
    if (how === "typing") this.#timer = setTimeout(() => this.#write("replace"), TYPING_PAUSE);
    else this.#write(how);
    this.apply(this.state, before, { how: how === "push" ? "push" : "replace", scroll: undefined });
  }

  /**
   * Follow a link inside the page; what it does not name stays unchanged.
   * @param {string} hash
   */
  follow(hash) {
    // A place on this page (#trials, #g=regressed, #p=bot-new-7) is no state.
    if (/^#(?:[^=]*$|[gp]=)/.test(hash)) {
      const place = document.getElementById(hash.slice(1));
      place?.closest("details")?.setAttribute("open", "");
      place?.scrollIntoView({ block: place?.matches(".pl") ? "center" : "start" });
      place?.focus({ preventScroll: true });
      return;
    }
    const next = this.#read(hash);
    const { view, query, sort, lang, theme } = this.state;
    const look = { lang: next.lang || lang, theme: next.theme || theme };
    // A link to a trial leaves the list as it is; any other link sets the whole list.
    this.go({ ...next, ...look, ...(next.trial ? { view, query, sort } : { sort: next.sort || sort }) }, "push");
  }

  /**
   * Return the state of a link; a view that this page lacks is its home.
   * @param {string} hash
   */
  #read(hash) {
    const state = readHash(hash, this.home);
    return document.getElementById(`v-${state.view}`) ? state : { ...state, view: this.home };
  }

  #leave() {
    if (this.#timer) this.#write("replace");
    this.#scrolls.set(this.#place, scrollY);
    history.replaceState({ place: this.#place, scroll: scrollY }, "");
  }

  #back() {
    const before = this.state;
    const next = this.#read(location.hash);
    // A chosen language or theme applies to all earlier steps too.
    this.state = { ...next, lang: next.lang || before.lang, theme: next.theme || before.theme };
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#scrolls.set(this.#place, scrollY);
    const { place, scroll } = entry();
    this.#place = place ?? this.#place + 1;
    if (place === undefined) this.#write("replace");
    const known = this.#scrolls.get(this.#place) ?? scroll;
    this.apply(this.state, before, { how: place === undefined ? "push" : "back", scroll: known });
  }

  /** @param {"push" | "replace"} how */
  #write(how) {
    this.#timer = 0;
    const step = { place: this.#place, scroll: scrollY };
    const address = writeHash(this.state, this.home) || `#v=${this.home}`;
    if (how === "push") history.pushState(step, "", address);
    else history.replaceState(step, "", address);
  }
}

/** @returns {{place?: number, scroll?: number}} */
function entry() {
  return history.state ?? {};
}
