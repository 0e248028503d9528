/** The rows of the list: filtering, sorting, and moving from row to row. */

/** @import { Entry } from "./entries.js" */

import { matcher, parse } from "./query.js";

/** Sort keys; a leading - reverses the order. The page is written in the order of status. */
export const SORTS = ["status", "name", "seconds", "tokens", "turns"];

// Rows painted at once, and in each later step.
const FIRST = 300;
const STEP = 2000;

/** @typedef {{entry: Entry, item: HTMLElement, link: HTMLAnchorElement, shown: boolean}} Row */

export class List {
  #query = "";
  #sort = "";
  #timer = 0;
  /** @type {Row[]} */
  #waiting = [];
  /** @type {Row[]} */
  #ordered;

  /**
   * @param {HTMLElement} holder
   * @param {Entry[]} entries
   * @param {Map<string, string>} statuses
   */
  constructor(holder, entries, statuses) {
    this.holder = holder;
    this.entries = entries;
    this.statuses = statuses;
    const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (holder.querySelectorAll("a.row"))];
    /** @type {Row[]} */
    this.rows = links.flatMap((link, at) => {
      const entry = entries[Number(link.dataset.i ?? at)];
      const item = link.closest("li");
      // Python marks a row as flaky from its history.
      if (item?.matches(".flaky")) entry?.facets.get("st")?.push("flaky");
      return entry && item ? [{ entry, item, link, shown: !item.hidden }] : [];
    });
    this.#ordered = this.rows;
    this.byId = new Map(this.rows.map((row) => [row.entry.id, row]));
  }

  /**
   * Show the rows that match, in an order; returns their number.
   * @param {string} query
   * @param {string} sort
   */
  show(query, sort) {
    if (sort !== this.#sort) this.#order(sort);
    if (query !== this.#query) {
      this.#query = query;
      const matches = matcher(parse(query), this.entries, this.statuses);
      for (const row of this.#ordered) row.shown = matches(row.entry);
      this.#startPainting();
    }
    return this.shown().length;
  }

  /** Paint all remaining rows: before anything is measured, scrolled to or printed. */
  paintAll() {
    this.#paint(this.#waiting.length);
  }

  // Showing rows takes time and a window has room for about thirty: paint the first now, the others step by step.
  #startPainting() {
    this.#waiting = [];
    let now = FIRST;
    for (const row of this.#ordered) {
      if (row.item.hidden !== row.shown) continue;
      if (!row.shown || now > 0) row.item.hidden = !row.shown;
      else this.#waiting.push(row);
      if (row.shown) now -= 1;
    }
    this.#continuePainting();
  }

  #continuePainting() {
    clearTimeout(this.#timer);
    if (this.#waiting.length) this.#timer = setTimeout(() => requestAnimationFrame(() => this.#paint(STEP)));
  }

  /** @param {number} most */
  #paint(most) {
    for (const row of this.#waiting.splice(0, most)) row.item.hidden = !row.shown;
    this.#continuePainting();
  }

  /** Return the rows that are shown, in their order. */
  shown() {
    return this.#ordered.filter((row) => row.shown);
  }

  /**
   * Return the next row after a trial that is shown and counts; undefined at either end.
   * @param {string} id where to start; unknown or "": before the first
   * @param {number} step 1 or -1
   * @param {(row: Row) => boolean} counts
   */
  next(id, step, counts) {
    let at = this.#ordered.findIndex((row) => row.entry.id === id) + step;
    for (let row = this.#ordered[at]; row; at += step, row = this.#ordered[at]) {
      if (row.shown && counts(row)) return row;
    }
    return undefined;
  }

  /** @param {string} sort */
  #order(sort) {
    this.#sort = sort;
    const isReversed = sort.startsWith("-");
    const key = isReversed ? sort.slice(1) : sort;
    const ordered = [...this.rows];
    const compare = comparison(key);
    if (compare) ordered.sort((a, b) => (isReversed ? -1 : 1) * compare(a.entry, b.entry) || a.entry.at - b.entry.at);
    else if (isReversed && key === "status") ordered.reverse();
    if (ordered.every((row, at) => row === this.#ordered[at])) return;
    this.#ordered = ordered;
    // Empty it first: moving ten thousand rows one by one takes seconds.
    this.holder.replaceChildren();
    const all = document.createDocumentFragment();
    for (const row of ordered) all.append(row.item);
    this.holder.append(all);
  }
}

/**
 * @param {string} key
 * @returns {((a: Entry, b: Entry) => number) | undefined}
 */
function comparison(key) {
  if (key === "name") return (a, b) => (a.byName < b.byName ? -1 : Number(a.byName > b.byName));
  if (key === "seconds") return (a, b) => a.seconds - b.seconds;
  if (key === "tokens") return (a, b) => a.tokens - b.tokens;
  if (key === "turns") return (a, b) => a.turns - b.turns;
  return undefined;
}
