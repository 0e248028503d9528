/** What stands above the list: the search box, the order, the count, and chips for what is asked for most. */

/** @import { Entry } from "./entries.js" */
/** @import { Tree } from "./page.d.ts" */
/** @import { Words } from "./words.js" */

import { SORTS } from "./list.js";
import { holds, parse, toggled } from "./query.js";
import { make } from "./tree.js";

// More chips than these of one kind are no help: whoever wants another types it.
const MOST = 24;
const CHANGES = ["regressed", "broken", "improved", "different", "reworded", "new", "missing", "flaky"];
const STATUSES = ["failed", "error", "fixed", "known_failure", "skipped", "passed"];

export class FilterBar {
  /** @type {HTMLButtonElement[]} */
  #chips = [];

  /**
   * @param {HTMLElement} holder
   * @param {Entry[]} entries
   * @param {Words} words
   * @param {{typed: (query: string) => void, chosen: (query: string) => void, sorted: (sort: string) => void}} told
   */
  constructor(holder, entries, words, told) {
    const bar = make(barTree());
    this.box = /** @type {HTMLInputElement} */ (bar.querySelector("input"));
    this.sort = /** @type {HTMLSelectElement} */ (bar.querySelector("select"));
    const chips = make(["div", { class: "chips" }, ...groups(entries)]);
    this.#chips = [...chips.querySelectorAll("button")];
    holder.replaceChildren(words.put(bar), words.put(chips));
    this.box.addEventListener("input", (event) => {
      if (!(/** @type {InputEvent} */ (event).isComposing)) told.typed(this.box.value);
    });
    this.box.addEventListener("compositionend", () => told.typed(this.box.value));
    this.sort.addEventListener("change", () => told.sorted(this.sort.value));
    chips.addEventListener("click", (event) => {
      const chip = /** @type {Element} */ (event.target).closest("button");
      if (chip) told.chosen(toggled(this.box.value, chip.dataset.key ?? "", chip.dataset.value ?? ""));
    });
  }

  /**
   * Show what is asked for.
   * @param {string} query
   * @param {string} sort
   */
  show(query, sort) {
    const terms = parse(query);
    // What the reader is typing is left as it is.
    if (JSON.stringify(parse(this.box.value)) !== JSON.stringify(terms)) this.box.value = query;
    this.sort.value = SORTS.includes(sort.replace(/^-/, "")) ? sort : "status";
    for (const chip of this.#chips) {
      const { key = "", value = "" } = chip.dataset;
      const pressed = terms.some((term) => term.key === key && !term.not && holds(term, value));
      chip.setAttribute("aria-pressed", String(pressed));
    }
  }
}

/** @returns {Tree} */
function barTree() {
  const options = SORTS.flatMap((sort) => [sort, `-${sort}`]).map((value) => {
    return /** @type {Tree} */ (["option", { value, "data-w": `sort.${value}` }]);
  });
  return [
    "div",
    { class: "asking", role: "search" },
    ["input", { type: "search", autocomplete: "off", spellcheck: "false", "data-w-label": "filter.label", "data-w-placeholder": "filter.placeholder" }],
    ["label", 0, ["span", { "data-w": "sort.label" }], ["select", 0, ...options]],
  ];
}

/**
 * @param {Entry[]} entries
 * @returns {Tree[]}
 */
function groups(entries) {
  return [
    group("st", "filter.st", counts(entries, (entry) => entry.facets.get("st") ?? [], [...STATUSES, ...CHANGES])),
    group("bot", "fact.bot", counts(entries, (entry) => [entry.bot])),
    group("tag", "filter.tag", counts(entries, (entry) => entry.tags)),
    group("exp", "filter.exp", counts(entries, (entry) => entry.failed)),
  ].flat();
}

/**
 * @param {Entry[]} entries
 * @param {(entry: Entry) => string[]} values
 * @param {string[]} order
 * @returns {[string, number][]}
 */
function counts(entries, values, order = []) {
  /** @type {Map<string, number>} */
  const found = new Map(order.map((value) => [value, 0]));
  for (const entry of entries) for (const value of values(entry)) found.set(value, (found.get(value) ?? 0) + 1);
  const pairs = [...found].filter(([value, number]) => number && value && !(order.length && !order.includes(value)));
  return (order.length ? pairs : pairs.sort(([, a], [, b]) => b - a)).slice(0, MOST);
}

/**
 * @param {string} key
 * @param {string} label
 * @param {[string, number][]} pairs
 * @returns {Tree[]}
 */
function group(key, label, pairs) {
  if (pairs.length < 2) return [];
  const words = (/** @type {string} */ value) => `${CHANGES.includes(value) ? "change" : "status"}.${value}`;
  const chips = pairs.map(([value, number]) => {
    /** @type {Tree} */
    const name = key === "st" ? ["span", { "data-w": words(value) }] : ["bdi", 0, value];
    const attributes = { type: "button", class: `chip ${key === "st" ? value : ""}`, "data-key": key, "data-value": value, "aria-pressed": "false" };
    return /** @type {Tree} */ (["button", attributes, name, " ", ["span", { class: "n" }, String(number)]]);
  });
  return [["div", { role: "group", "data-w-label": label }, ["span", { class: "over", "data-w": label }], ...chips]];
}
