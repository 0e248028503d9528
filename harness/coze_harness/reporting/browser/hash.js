/** The state of the page as the part of its address after #. */

import { formatQuery, parse } from "./query.js";

/**
 * `view` is shown when the trial is closed; turn and expectation count from 1, 0 is none.
 * `card` is a scenario of a comparison.
 * @typedef {{view: string, query: string, sort: string, trial: string, turn: number, expectation: number,
 *   tab: string, card: string, lang: string, theme: string}} State
 */

export const VIEWS = ["overview", "trials", "compare", "matrix", "history", "mutations"];
export const TABS = ["chat", "diff", "http", "json", "history"];

// Filter keys with their own name in a link; all others are part of q.
const LINK_KEYS = ["st", "bot", "tag"];

/**
 * Return the state of a link; what is missing or invalid gets its default.
 * @param {string} hash
 * @param {string} home the view of a page that is opened without a link
 * @returns {State}
 */
export function readHash(hash, home = "overview") {
  /** @type {Map<string, string>} */
  const values = new Map();
  for (const pair of hash.replace(/^#/, "").split("&")) {
    const at = pair.indexOf("=");
    if (at > 0) values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const text = (/** @type {string} */ key) => decode(values.get(key) ?? "");
  const terms = parse(text("q"));
  for (const key of LINK_KEYS) {
    const texts = (values.get(key) ?? "").split(",").filter(Boolean).map(decode);
    if (texts.length) terms.push({ not: false, key, values: texts, unit: "" });
  }
  const view = text("v");
  const card = text("c");
  const first = terms.length || values.has("s") ? "trials" : card ? "compare" : home;
  return {
    view: VIEWS.includes(view) ? view : first,
    query: formatQuery(terms),
    sort: text("sort"),
    trial: text("s"),
    turn: parseCount(text("t")),
    expectation: parseCount(text("e")),
    tab: TABS.includes(text("tab")) ? text("tab") : "chat",
    card,
    lang: text("lang"),
    theme: text("theme"),
  };
}

/**
 * Return a state as a link, with the leading #; "" for the default state.
 * @param {Partial<State>} state
 * @param {string} home the view of a page that is opened without a link
 */
export function writeHash(state, home = "overview") {
  const terms = parse(state.query ?? "");
  const named = LINK_KEYS.map((key) => terms.find((term) => term.key === key && !term.not));
  const rest = terms.filter((term) => !named.includes(term));
  const pairs = [
    ["v", state.view === home && !terms.length && !state.trial ? "" : (state.view ?? "")],
    ["c", encode(state.card ?? "")],
    ["q", encode(formatQuery(rest))],
    ...LINK_KEYS.map((key, at) => [key, (named[at]?.values ?? []).map(encode).join(",")]),
    ["sort", encode(state.sort ?? "")],
    ["s", encode(state.trial ?? "")],
    ["t", state.trial && state.turn ? String(state.turn) : ""],
    ["e", state.trial && state.turn && state.expectation ? String(state.expectation) : ""],
    ["tab", state.trial && state.tab && state.tab !== "chat" ? state.tab : ""],
    ["lang", encode(state.lang ?? "")],
    ["theme", encode(state.theme ?? "")],
  ].filter(([, value]) => value);
  return pairs.length ? `#${pairs.map((pair) => pair.join("=")).join("&")}` : "";
}

/**
 * Return an id without lone surrogates, which a link cannot contain.
 * @param {string} text
 */
export function linkable(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** @param {string} text */
function encode(text) {
  return encodeURIComponent(linkable(text)).replaceAll("%2F", "/").replaceAll("%3A", ":");
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string} text */
function parseCount(text) {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0;
}
