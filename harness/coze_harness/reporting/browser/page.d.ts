/**
 * What Python writes into a page and what the script reads out of it. The Python side is
 * harness/coze_harness/reporting/html/. All of it is data: nothing here is ever markup.
 */

/** `<script type="application/json" id="head">` */
export interface Head {
  /** The language asked for by --lang; "" leaves it to the browser's own. */
  lang: "" | Language;
  /** The language in which the static parts of the page are written. */
  static: Language;
  /** What of harness/coze_harness/reporting/words.json this page can come to say (html/wording.py). */
  words: [names: { [group: string]: string[] }, english: string[], chinese: string[]];
  /** So many trials lie in a chunk: trial i is chunk `c${Math.floor(i / chunk)}`, entry `i % chunk`. */
  chunk: number;
  /** So many rows there are, and so many entries has the index. */
  trials: number;
  /** The first so many have a tree in a chunk (all of them, or 20,000); the others a row only. */
  detailed: number;
  run: { id: string; mode: Mode; started: string };
  /** The runs before this one, oldest first; letter i of a trial's `past` is past[i]. */
  past: PastRun[];
}

export type Language = "en" | "zh";
export type Mode = "replay" | "record" | "live" | "compare" | "mutate";
export type Status = "passed" | "failed" | "error" | "skipped" | "known_failure" | "fixed";
export type Change =
  | "regressed" | "broken" | "improved" | "different" | "reworded" | "new" | "missing" | "same";

/** `link` leads from this page to that run's own page. */
export interface PastRun {
  id: string;
  started: string;
  passed: number;
  trials: number;
  link: string;
}

/** A gzipped JSON text in base64: `<script type="application/octet-stream" id="index">`. */
export interface Index {
  /** In the order of the rows: what a reader must look at first, first. */
  trials: Entry[];
}

/** What filters, sorting and marks need of one trial. */
export type Entry = [
  id: string,
  status: Status,
  bot: string,
  tags: string[],
  /** The conversation's own time. */
  seconds: number,
  tokens: number,
  turns: number,
  /** Kinds of the expectations that failed, warnings too, each once. */
  failed: string[],
  /** The error's kind, then Coze's error codes, with a blank between; "" without. */
  code: string,
  change: Change | "",
  /** A letter a past run: p f e s k x (passed failed error skipped known_failure fixed), "." not in it. */
  past: string,
  /** Name, reason and first prompt, NFKC and casefolded; a query's words are to be made so too. */
  text: string,
];

/** A gzipped JSON text in base64: `<script type="application/octet-stream" id="c0">`, c1, … */
export interface Chunk {
  /** What many trials have in common. */
  forms: Form[];
  /**
   * A trial is the number of its form with its own texts, or a whole tree; a text that is a number
   * is the one with that number, and only the record has need of the last. In a record, unless it is told to be as it is, "\u0000n" is text n.
   */
  trials: [form: number | Tree, texts: (string | number)[], record: TrialRecord | null, asItIs?: 1][];
}

/** A tree in whose texts and attributes there are gaps, and their texts; 0 where each trial has its own. */
export type Form = [tree: Tree, texts: (string | 0)[]];

/** The trial's line of trials.jsonl, parsed with the rest; null where the line is over 64 KB. */
export type TrialRecord = { [key: string]: unknown };

/**
 * An element or a text. `0` stands for no attributes.
 *
 * - An element with `data-w` has no child: its text is the word of that key in the language chosen,
 *   with the values of `data-v` (a JSON object of strings) put in. So a tree has no language.
 *   `data-w-label`, `data-w-title` and `data-w-placeholder` are keys for those attributes.
 * - `data-tree` holds JSON text of one Tree (a rendered Markdown, a diff): parsed and appended to the
 *   element (by the same allow-list), and not set as an attribute.
 * - `href` is "#s=…" (percent-encoded) or, in rendered Markdown only, an absolute http(s) or mailto.
 */
export type Tree = string | Branch;
/** `[tag, attributes, ...children]`; a tuple type cannot hold itself. */
export interface Branch extends Array<string | Attributes | 0 | Branch> {
  0: string;
  1: Attributes | 0;
}
export interface Attributes {
  [name: string]: string;
}

/**
 * Elements that Python puts there for the script to fill or to wire (all else is as page.md has it):
 *
 * - `div#tools` in the header: language, theme, help.   `div#filter` above the list: search and chips.
 * - `p#count[role=status]`: how many rows are shown.    `ol#list`: the rows, `li > a.row[href="#s=…"]`.
 * - `section#v-trial > div#trial`: a trial is built in here.   `div#first`: the first failing trials in
 *   full, for readers without script; the script may remove it.
 * - `article.trial[data-id]`: percent-encoded as in the link; likewise `article[id="s=…"]`.
 * - A row: `a.row.STATUS` with `.CHANGE` where compared, `data-i` (its place in the index).
 * - Links that filter: `a[href^="#v=trials&…"]`.
 */
export {};
