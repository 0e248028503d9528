/** All that a link into the page says, as the part of its address after #. */

import { parse, written } from "./query.js";

/**
 * `view` is where the trial is closed to; turn and expectation count from 1, 0 is none.
 * @typedef {{view: string, query: string, sort: string, trial: string, turn: number, expectation: number,
 *   tab: string, lang: string, theme: string}} State
 */

export const VIEWS = ["overview", "trials", "compare", "matrix", "history", "mutations"];
export const TABS = ["chat", "diff", "http", "json", "history"];

// The demands that have names of their own in a link; all others stand in q.
const NAMED = ["st", "bot", "tag"];

/**
 * Return what a link says; whatever it does not say, or says wrongly, is as at the beginning.
 * @param {string} hash
 * @returns {State}
 */
export function readHash(hash) {
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const pair of hash.replace(/^#/, "").split("&")) {
    const at = pair.indexOf("=");
    if (at > 0) found.set(pair.slice(0, at), pair.slice(at + 1));
  }
  const text = (/** @type {string} */ key) => decoded(found.get(key) ?? "");
  const terms = parse(text("q"));
  for (const key of NAMED) {
    const values = (found.get(key) ?? "").split(",").filter(Boolean).map(decoded);
    if (values.length) terms.push({ not: false, key, values, unit: "" });
  }
  const view = text("v");
  return {
    view: VIEWS.includes(view) ? view : terms.length || found.has("s") ? "trials" : "overview",
    query: written(terms),
    sort: text("sort"),
    trial: text("s"),
    turn: counted(text("t")),
    expectation: counted(text("e")),
    tab: TABS.includes(text("tab")) ? text("tab") : "chat",
    lang: text("lang"),
    theme: text("theme"),
  };
}

/**
 * Return the link's part after #, with the # unless it is empty.
 * @param {Partial<State>} state
 */
export function writeHash(state) {
  const terms = parse(state.query ?? "");
  const named = NAMED.map((key) => terms.find((term) => term.key === key && !term.not));
  const rest = terms.filter((term) => !named.includes(term));
  const pairs = [
    ["v", state.view === "overview" && !terms.length && !state.trial ? "" : (state.view ?? "")],
    ["q", encoded(written(rest))],
    ...NAMED.map((key, at) => [key, (named[at]?.values ?? []).map(encoded).join(",")]),
    ["sort", encoded(state.sort ?? "")],
    ["s", encoded(state.trial ?? "")],
    ["t", state.trial && state.turn ? String(state.turn) : ""],
    ["e", state.trial && state.turn && state.expectation ? String(state.expectation) : ""],
    ["tab", state.trial && state.tab && state.tab !== "chat" ? state.tab : ""],
    ["lang", encoded(state.lang ?? "")],
    ["theme", encoded(state.theme ?? "")],
  ].filter(([, value]) => value);
  return pairs.length ? `#${pairs.map((pair) => pair.join("=")).join("&")}` : "";
}

/**
 * Return an id as it can stand in a link: half a surrogate pair cannot.
 * @param {string} text
 */
export function linkable(text) {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** @param {string} text */
function encoded(text) {
  return encodeURIComponent(linkable(text)).replaceAll("%2F", "/").replaceAll("%3A", ":");
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @param {string} text */
function counted(text) {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : 0;
}
