/** The index of the page: what filters and sorting need of each trial, without unpacking the trial. */

/** @import { Index, Entry as IndexEntry } from "./page.d.ts" */

import { fold } from "./query.js";
import { linkable } from "./hash.js";

/**
 * One trial of the index. `at` is its position; `facets` are the values for bot:, tag:, st:, exp: and code:, folded.
 * @typedef {{at: number, id: string, status: string, bot: string, tags: string[], seconds: number, tokens: number,
 *   turns: number, failed: string[], change: string, past: string, text: string, byName: string, failing: boolean,
 *   facets: Map<string, string[]>}} Entry
 */

/**
 * Return the entries of an index.
 * @param {Index} index
 * @returns {Entry[]}
 */
export function entriesOf(index) {
  return index.trials.map(entryOf);
}

/**
 * @param {IndexEntry} entry
 * @param {number} at
 * @returns {Entry}
 */
function entryOf([id, status, bot, tags, seconds, tokens, turns, failed, code, change, past, text], at) {
  return {
    at,
    id: linkable(id),
    status,
    bot,
    tags,
    seconds,
    tokens,
    turns,
    failed,
    change,
    past,
    text,
    // Sorts numbers by value. Intl.Collator takes seconds for ten thousand names.
    byName: fold(id).replace(/\d+/g, (digits) => digits.padStart(9, "0")),
    failing: status === "failed" || status === "error",
    facets: new Map([
      ["st", change ? [status, change] : [status]],
      ["bot", [fold(bot)]],
      ["tag", tags.map(fold)],
      ["exp", failed.map(fold)],
      ["code", code ? fold(code).split(" ") : []],
    ]),
  };
}

/** The letters of `past` and their statuses. */
export const STATUS_OF_LETTER = new Map([
  ["p", "passed"],
  ["f", "failed"],
  ["e", "error"],
  ["s", "skipped"],
  ["k", "known_failure"],
  ["x", "fixed"],
]);
