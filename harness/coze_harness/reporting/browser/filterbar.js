/** The controls above the list: search box, sort order, and chips for frequent filters. */

/** @import { Entry } from "./entries.js" */
/** @import { Tree } from "./page.d.ts" */
/** @import { Words } from "./words.js" */

import { SORTS } from "./list.js";
import { hasValue, parse, toggleValue } from "./query.js";
import { make } from "./tree.js";

// More chips of one kind do not help: readers can type other values.
const MAX_CHIPS = 24;
const CHANGES = ["regressed", "broken", "improved", "different", "reworded", "new", "missing", "flaky"];
const STATUSES = ["failed", "error", "fixed", "known_failure", "skipped", "passed"];

export class FilterBar {
  /** @type {HTMLButtonElement[]} */
  #chips = [];

  /**
   * @param {HTMLElement} holder
   * @param {Entry[]} entries
   * @param {Words} words
   * @param {{onType: (query: string) => void, onChoose: (query: string) => void, onSort: (sort: string) => void}} handlers
   */
  constructor(holder, entries, words, handlers) {
    const bar = make(barTree());
    this.box = /** @type {HTMLInputElement} */ (bar.querySelector("input"));
    this.sort = /** @type {HTMLSelectElement} */ (bar.querySelector("select"));
    const chips = make(["div", { class: "chips" }, ...groups(entries)]);
    this.#chips = [...chips.querySelectorAll("button")];
    holder.replaceChildren(words.translate(bar), words.translate(chips));
    this.box.addEventListener("input", (event) => {
      if (!(/** @type {InputEvent} */ (event).isComposing)) handlers.onType(this.box.value);
    });
    this.box.addEventListener("compositionend", () => handlers.onType(this.box.value));
    this.sort.addEventListener("change", () => handlers.onSort(this.sort.value));
    chips.addEventListener("click", (event) => {
      const chip = /** @type {Element} */ (event.target).closest("button");
      if (chip) handlers.onChoose(toggleValue(this.box.value, chip.dataset.key ?? "", chip.dataset.value ?? ""));
    });
  }

  /**
   * Show a query and a sort order.
   * @param {string} query
   * @param {string} sort
   */
  show(query, sort) {
    const terms = parse(query);
    // Leaves alone what the reader is typing.
    if (JSON.stringify(parse(this.box.value)) !== JSON.stringify(terms)) this.box.value = query;
    this.sort.value = SORTS.includes(sort.replace(/^-/, "")) ? sort : "status";
    for (const chip of this.#chips) {
      const { key = "", value = "" } = chip.dataset;
      const pressed = terms.some((term) => term.key === key && !term.not && hasValue(term, value));
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
  const numbers = new Map(order.map((value) => [value, 0]));
  for (const entry of entries) for (const value of values(entry)) numbers.set(value, (numbers.get(value) ?? 0) + 1);
  const pairs = [...numbers].filter(([value, number]) => number && value && !(order.length && !order.includes(value)));
  return (order.length ? pairs : pairs.sort(([, a], [, b]) => b - a)).slice(0, MAX_CHIPS);
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
