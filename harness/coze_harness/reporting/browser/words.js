/** The words of the interface in two languages. Texts of bots, scenarios and files are never translated. */

/** @import { Head } from "./page.d.ts" */

/** @import { Language } from "./second.js" */
/** @typedef {string | number | Message | Value[]} Value what stands in a placeholder */
/** @typedef {{ key: string, values: Record<string, Value> }} Message */

import { showLanguage } from "./second.js";

export class Words {
  /** @type {Record<Language, Map<string, string>>} */
  #catalogues;

  /** @type {Language} */
  #written;

  /** @param {Head} head */
  constructor(head) {
    const [groups, ...languages] = head.words;
    const keys = Object.entries(groups).flatMap(([group, names]) => names.map((name) => `${group}.${name}`));
    const [en, zh] = languages.map((texts) => new Map(keys.map((key, at) => [key, texts[at] ?? ""])));
    this.#catalogues = { en: en ?? new Map(), zh: zh ?? new Map() };
    /** @type {Language} */
    this.language = head.static;
    this.#written = head.static;
  }

  /**
   * Return the text of a key: placeholders such as `{n}` are filled, and of `one|many` the form for n is used.
   * @param {string} key
   * @param {Record<string, Value>} values
   */
  text(key, values = {}) {
    return this.#fill(key, new Map(Object.entries(values)));
  }

  /**
   * Return the text of a key in each language.
   * @param {string} key
   */
  inAllLanguages(key) {
    return [this.#catalogues.en.get(key), this.#catalogues.zh.get(key)].filter((text) => text !== undefined);
  }

  /**
   * Return the keys of a group, each with its name in that group.
   * @param {string} group the part before the dot
   * @returns {[string, string][]}
   */
  keysOf(group) {
    const keys = [...this.#catalogues.en.keys()].filter((key) => key.startsWith(`${group}.`));
    return keys.map((key) => [key, key.slice(group.length + 1)]);
  }

  /**
   * Set all words of an element and of those in it, in the current language; returns the element.
   * @template {Element | Document} T
   * @param {T} root
   * @returns {T}
   */
  translate(root) {
    const elements = [...root.querySelectorAll("[data-w], [data-w-label], [data-w-title], [data-w-placeholder], [data-second]")];
    if (root instanceof Element) elements.push(root);
    for (const element of elements) this.#translateOne(element);
    return root;
  }

  /** @param {Element} element */
  #translateOne(element) {
    showLanguage(element, this.language, this.#written);
    for (const { name, value } of [...element.attributes]) {
      if (!name.startsWith("data-w")) continue;
      const text = this.#fill(value, valuesOf(element));
      if (name === "data-w") {
        if (element.textContent !== text) element.textContent = text;
      } else if (name === "data-w-label") element.setAttribute("aria-label", text);
      else if (name === "data-w-title") element.setAttribute("title", text);
      else if (name === "data-w-placeholder") element.setAttribute("placeholder", text);
    }
  }

  /**
   * @param {string} key
   * @param {Map<string, Value>} values
   */
  #fill(key, values) {
    let text = this.#catalogues[this.language].get(key) ?? key;
    const n = values.get("n");
    if (n !== undefined && text.includes("|")) {
      const [one = "", many = ""] = text.split("|");
      text = String(n) === "1" ? one : many;
    }
    return text.replace(/\{(\w+)\}/g, (whole, name) => this.#show(values.get(name) ?? whole));
  }

  /**
   * @param {Value} value
   * @returns {string}
   */
  #show(value) {
    if (Array.isArray(value)) return value.map((one) => this.#show(one)).join(this.language === "zh" ? "、" : ", ");
    if (typeof value === "object") return this.#fill(value.key, new Map(Object.entries(value.values)));
    return String(value);
  }
}

/**
 * @param {Element} element
 * @returns {Map<string, Value>}
 */
function valuesOf(element) {
  const text = element.getAttribute("data-v");
  if (!text) return new Map();
  try {
    return new Map(Object.entries(JSON.parse(text)));
  } catch {
    return new Map();
  }
}
