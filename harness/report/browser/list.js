/** The rows of the list: which are shown, in which order, and walking over them. */

/** @import { Entry } from "./entries.js" */

import { matcher, parse } from "./query.js";

/** What the list can be ordered by, each also backwards with a - before it; the page's own order is by status. */
export const SORTS = ["status", "name", "seconds", "tokens", "turns"];

/** @typedef {{entry: Entry, item: HTMLElement, link: HTMLAnchorElement, shown: boolean}} Row */

export class List {
  #query = "";
  #sort = "";
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
      for (const row of this.#ordered) {
        const shown = fits(row.entry);
        if (shown === row.shown) continue;
        row.shown = shown;
        row.item.hidden = !shown;
      }
    }
    return this.shown().length;
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
    const rows = step > 0 ? this.#ordered : [...this.#ordered].reverse();
    const at = rows.findIndex((row) => row.entry.id === id);
    if (at < 0 && step < 0) return undefined;
    return rows.slice(at + 1).find((row) => row.shown && counts(row));
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
    const all = document.createDocumentFragment();
    all.append(...ordered.map((row) => row.item));
    this.holder.append(all);
  }
}

/**
 * @param {string} key
 * @returns {((a: Entry, b: Entry) => number) | undefined}
 */
function comparison(key) {
  const collator = new Intl.Collator(undefined, { numeric: true });
  if (key === "name") return (a, b) => collator.compare(a.id, b.id);
  if (key === "seconds") return (a, b) => a.seconds - b.seconds;
  if (key === "tokens") return (a, b) => a.tokens - b.tokens;
  if (key === "turns") return (a, b) => a.turns - b.turns;
  return undefined;
}
