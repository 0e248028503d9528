/**
 * Trees of JSON into elements, by allow-lists of tags and attributes and never by markup.
 * What a bot said comes through here, and only ever becomes text.
 */

/** @import { Tree } from "./page.d.ts" */

const TAGS = new Set(
  ("a article b bdi blockquote br button code dd del details dialog div dl dt em h2 h3 h4 h5 h6 header hr i input " +
    "ins kbd label li mark nav ol option p pre s section select strong summary table tbody td th thead time tr ul").split(" "),
);
const DRAWN = new Set(["svg", "path"]);
const ATTRIBUTES = new Set(
  ("id class dir lang title role tabindex type value start rowspan scope datetime autocomplete spellcheck " +
    "viewBox preserveAspectRatio d").split(" "),
);
const SVG = "http://www.w3.org/2000/svg";

// The trees inside an element, as JSON text, until somebody looks at it.
/** @type {WeakMap<Element, string>} */
const inside = new WeakMap();

/**
 * Return the element for a tree.
 * @param {Tree} tree
 * @param {boolean} own the page's own markup: may have ids, controls and links inside the page
 * @returns {Node}
 */
export function build(tree, own = false) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree;
  const element = DRAWN.has(tag)
    ? document.createElementNS(SVG, tag)
    : document.createElement(TAGS.has(tag) ? tag : "span");
  if (attributes) {
    for (const [name, value] of Object.entries(attributes)) adorn(element, name, value, own);
  }
  for (const child of /** @type {Tree[]} */ (children)) element.append(build(child, own));
  return element;
}

/**
 * Return an element of the page's own making.
 * @param {Tree} tree not a bare text
 * @returns {HTMLElement}
 */
export function make(tree) {
  return /** @type {HTMLElement} */ (build(tree, true));
}

/**
 * Return a button; the page does what it says (report.js).
 * @param {string} what
 * @param {string} word what stands on it, or, where there is a sign on it, what it is called
 * @param {{sign?: string, class?: string}} look
 */
export function button(what, word, { sign = "", class: name = "" } = {}) {
  /** @type {{[name: string]: string}} */
  const said = sign ? { "data-w-label": word, "data-w-title": word } : { "data-w": word };
  return make(["button", { type: "button", class: name, "data-do": what, ...said }, sign]);
}

/**
 * Build what `data-tree` promised at or below an element; what is built stays.
 * @param {Element} root
 */
export function fill(root) {
  for (const element of [root, ...root.querySelectorAll("*")]) {
    const text = inside.get(element);
    if (text !== undefined && !element.firstChild) element.append(builtFrom(text));
  }
}

/**
 * Return what the tree inside an element makes, once more; empty if there is none.
 * @param {Element} element
 */
export function another(element) {
  return builtFrom(inside.get(element) ?? '""');
}

/** @param {string} text */
function builtFrom(text) {
  try {
    return build(JSON.parse(text));
  } catch {
    return document.createTextNode(text);
  }
}

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 * @param {boolean} own
 */
function adorn(element, name, value, own) {
  if (name === "data-tree") {
    if (own) inside.set(element, value);
    return;
  }
  if (name === "href") {
    if (own && value.startsWith("#")) element.setAttribute(name, value);
    else if (/^(?:https?:\/\/|mailto:)[^\s]/i.test(value)) {
      element.setAttribute(name, value);
      element.setAttribute("rel", "noopener noreferrer nofollow");
      element.setAttribute("target", "_blank");
    }
    return;
  }
  if (!own && (name === "id" || name === "for" || name === "name")) return;
  if (ATTRIBUTES.has(name) || /^(?:data|aria)-[a-z-]+$/.test(name)) element.setAttribute(name, value);
}
