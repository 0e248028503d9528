/** The interface's words in two languages. What a bot, a scenario or a file says is never translated. */

/** @import { Head } from "./page.d.ts" */

/** @typedef {"en" | "zh"} Language */

export class Words {
  /** @type {Record<Language, Map<string, string>>} */
  #catalogues;

  /** @param {Head} head */
  constructor(head) {
    const [groups, ...languages] = head.words;
    const keys = Object.entries(groups).flatMap(([group, names]) => names.map((name) => `${group}.${name}`));
    const [en, zh] = languages.map((texts) => new Map(keys.map((key, at) => [key, texts[at] ?? ""])));
    this.#catalogues = { en: en ?? new Map(), zh: zh ?? new Map() };
    /** @type {Language} */
    this.language = head.static;
  }

  /**
   * Return a sentence; `{n}` and the like are filled, and of `one|many` the form for n is taken.
   * @param {string} key
   * @param {Record<string, string | number>} values
   */
  say(key, values = {}) {
    return this.#filled(key, new Map(Object.entries(values)));
  }

  /**
   * Return what a key says in each language.
   * @param {string} key
   */
  everywhere(key) {
    return [this.#catalogues.en.get(key), this.#catalogues.zh.get(key)].filter((text) => text !== undefined);
  }

  /**
   * Return the keys of a group, each with its name in that group.
   * @param {string} group what stands before the dot
   * @returns {[string, string][]}
   */
  under(group) {
    const keys = [...this.#catalogues.en.keys()].filter((key) => key.startsWith(`${group}.`));
    return keys.map((key) => [key, key.slice(group.length + 1)]);
  }

  /**
   * Set all words below and at an element in the present language; returns the element.
   * @template {Element | Document} T
   * @param {T} root
   * @returns {T}
   */
  put(root) {
    const found = [...root.querySelectorAll("[data-w], [data-w-label], [data-w-title], [data-w-placeholder]")];
    if (root instanceof Element) found.push(root);
    for (const element of found) this.#set(element);
    return root;
  }

  /** @param {Element} element */
  #set(element) {
    for (const { name, value } of [...element.attributes]) {
      if (!name.startsWith("data-w")) continue;
      const text = this.#filled(value, valuesOf(element));
      if (name === "data-w") {
        if (element.textContent !== text) element.textContent = text;
      } else if (name === "data-w-label") element.setAttribute("aria-label", text);
      else if (name === "data-w-title") element.setAttribute("title", text);
      else if (name === "data-w-placeholder") element.setAttribute("placeholder", text);
    }
  }

  /**
   * @param {string} key
   * @param {Map<string, string | number>} values
   */
  #filled(key, values) {
    let text = this.#catalogues[this.language].get(key) ?? key;
    const n = values.get("n");
    if (n !== undefined && text.includes("|")) {
      const [one = "", many = ""] = text.split("|");
      text = String(n) === "1" ? one : many;
    }
    return text.replace(/\{(\w+)\}/g, (whole, name) => String(values.get(name) ?? whole));
  }
}

/**
 * Return the language to begin with: the link's, else the one the report was made for, else the reader's.
 * @param {string} linked
 * @param {string} made
 * @returns {Language}
 */
export function firstLanguage(linked, made) {
  for (const tag of [linked, made, navigator.language]) {
    if (/^zh\b/i.test(tag)) return "zh";
    if (tag) return "en";
  }
  return "en";
}

/**
 * @param {Element} element
 * @returns {Map<string, string | number>}
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
