/** The rows of the list: which are shown, in which order, and walking over them. */

/** @import { Entry } from "./entries.js" */

import { matcher, parse } from "./query.js";

/** What the list can be ordered by, each also backwards with a - before it; the page's own order is by status. */
export const SORTS = ["status", "name", "seconds", "tokens", "turns"];

const FIRST = 300;
const SLICE = 2000;

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
      // What is flaky the history tells, and it marked the row.
      if (item?.matches(".flaky")) entry?.facets.get("st")?.push("flaky");
      return entry && item ? [{ entry, item, link, shown: !item.hidden }] : [];
    });
    this.#ordered = this.rows;
    this.byId = new Map(this.rows.map((row) => [row.entry.id, row]));
  }

  /**
   * Show what fits, in an order; returns how many that are.
   * @param {string} query
   * @param {string} sort
   */
  show(query, sort) {
    if (sort !== this.#sort) this.#order(sort);
    if (query !== this.#query) {
      this.#query = query;
      const fits = matcher(parse(query), this.entries, this.statuses);
      for (const row of this.#ordered) row.shown = fits(row.entry);
      this.#begin();
    }
    return this.shown().length;
  }

  /** Paint what is still to be painted: before anything is measured, scrolled to or printed. */
  settle() {
    this.#paint(this.#waiting.length);
  }

  // Rows that come back take time, a window holds some thirty: the first are painted now, the rest bit by bit.
  #begin() {
    this.#waiting = [];
    let now = FIRST;
    for (const row of this.#ordered) {
      if (row.item.hidden !== row.shown) continue;
      if (!row.shown || now > 0) row.item.hidden = !row.shown;
      else this.#waiting.push(row);
      if (row.shown) now -= 1;
    }
    this.#goOn();
  }

  #goOn() {
    clearTimeout(this.#timer);
    if (this.#waiting.length) this.#timer = setTimeout(() => requestAnimationFrame(() => this.#paint(SLICE)));
  }

  /** @param {number} most */
  #paint(most) {
    for (const row of this.#waiting.splice(0, most)) row.item.hidden = !row.shown;
    this.#goOn();
  }

  /** Return the rows that are shown, in their order. */
  shown() {
    return this.#ordered.filter((row) => row.shown);
  }

  /**
   * Return the row so many steps on from a trial, over the shown ones that count; undefined at either end.
   * @param {string} id where to begin; unknown or "": before the first
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
    const down = sort.startsWith("-");
    const key = down ? sort.slice(1) : sort;
    const ordered = [...this.rows];
    const compare = comparison(key);
    if (compare) ordered.sort((a, b) => (down ? -1 : 1) * compare(a.entry, b.entry) || a.entry.at - b.entry.at);
    else if (down && key === "status") ordered.reverse();
    if (ordered.every((row, at) => row === this.#ordered[at])) return;
    this.#ordered = ordered;
    // Emptied first: taking ten thousand rows out one by one, in another order, takes seconds.
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
