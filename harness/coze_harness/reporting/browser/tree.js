/**
 * Builds elements from trees (JSON), with allow-lists of tags and attributes and never from markup.
 * Bots' answers pass through here and only ever become text.
 */

/** @import { Tree } from "./page.d.ts" */

const TAGS = new Set(
  ("a article b bdi blockquote br button code dd del details dialog div dl dt em h2 h3 h4 h5 h6 header hr i input " +
    "ins kbd label li mark nav ol option p pre s section select strong summary table tbody td th textarea thead time tr ul").split(" "),
);
const SVG_TAGS = new Set(["svg", "path", "rect"]);
const ATTRIBUTES = new Set(
  ("id class dir hidden lang title role tabindex type value start rowspan scope datetime autocomplete spellcheck " +
    "open viewBox preserveAspectRatio d x y width height rx transform").split(" "),
);
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

// The tree inside an element, as JSON text; it is built when the element is shown.
/** @type {WeakMap<Element, string>} */
const innerTrees = new WeakMap();

/**
 * Return the element for a tree.
 * @param {Tree} tree
 * @param {boolean} own whether it is the page's own markup, which may have ids, controls and links inside the page
 * @returns {Node}
 */
export function build(tree, own = false) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, attributes, ...children] = tree;
  const element = SVG_TAGS.has(tag)
    ? document.createElementNS(SVG_NAMESPACE, tag)
    : document.createElement(TAGS.has(tag) ? tag : "span");
  if (attributes) {
    for (const [name, value] of Object.entries(attributes)) addAttribute(element, name, value, own);
  }
  for (const child of /** @type {Tree[]} */ (children)) element.append(build(child, own));
  return element;
}

/**
 * Return an element of the page's own markup.
 * @param {Tree} tree not a bare text
 * @returns {HTMLElement}
 */
export function make(tree) {
  return /** @type {HTMLElement} */ (build(tree, true));
}

/**
 * Return a button; report.js performs its action.
 * @param {string} action
 * @param {string} word the key of its text or, if it shows a sign, of its label
 * @param {{sign?: string, class?: string}} look
 */
export function button(action, word, { sign = "", class: name = "" } = {}) {
  /** @type {{[name: string]: string}} */
  const labels = sign ? { "data-w-label": word, "data-w-title": word } : { "data-w": word };
  return make(["button", { type: "button", class: name, "data-do": action, ...labels }, sign]);
}

/**
 * Build the inner trees (`data-tree`) of an element and of all elements in it, once.
 * @param {Element} root
 */
export function fill(root) {
  for (const element of [root, ...root.querySelectorAll("*")]) {
    const text = innerTrees.get(element);
    if (text !== undefined && !element.firstChild) element.append(buildFrom(text));
  }
}

/**
 * Build the inner tree of an element again; empty if it has none.
 * @param {Element} element
 */
export function rebuild(element) {
  return buildFrom(innerTrees.get(element) ?? '""');
}

/** @param {string} text */
function buildFrom(text) {
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
function addAttribute(element, name, value, own) {
  if (name === "data-tree") {
    if (own) innerTrees.set(element, value);
    return;
  }
  if (name === "href") {
    // Also a report in the same folder of reports.
    if (own && /^(?:#|\.\.\/[^/:]+\/)/.test(value)) element.setAttribute(name, value);
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
