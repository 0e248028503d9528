/**
 * The data that Python writes into a page (reporting/html/) and the script reads. Nothing here is ever markup.
 */

/** `<script type="application/json" id="head">` */
export interface Head {
  /** The language of --lang; "" means the browser's. */
  lang: "" | Language;
  /** The language in which the static parts of the page are written. */
  static: Language;
  /** The words of words.json that this page may have to show (`page_words` in html_report.py). */
  words: [names: { [group: string]: string[] }, english: string[], chinese: string[]];
  /** The number of trials in a chunk: trial i is chunk `c${Math.floor(i / chunk)}`, entry `i % chunk`. */
  chunk: number;
  /** The number of rows, and of entries in the index. */
  trials: number;
  /** The number of trials with a tree in a chunk (all, or the first 20,000); the others have only a row. */
  detailed: number;
  run: { id: string; mode: Mode; started: string };
  /** Previous runs, oldest first; letter i of a trial's `past` is past[i]. */
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
  /** In the order of the rows: the most important first. */
  trials: Entry[];
}

/** What filters and sorting need of one trial. */
export type Entry = [
  id: string,
  status: Status,
  bot: string,
  tags: string[],
  /** Duration of the conversation. */
  seconds: number,
  tokens: number,
  turns: number,
  /** Kinds of the expectations that failed, including warnings, each once. */
  failed: string[],
  /** The error's kind, then Coze's error codes, separated by blanks; "" without an error. */
  code: string,
  change: Change | "",
  /** One letter for each previous run: p f e s k x (passed failed error skipped known_failure fixed), "." if absent. */
  past: string,
  /** Name, reason and first prompt, as NFKC and casefolded; fold the words of a query in the same way. */
  text: string,
];

/** A gzipped JSON text in base64: `<script type="application/octet-stream" id="c0">`, c1, … */
export interface Chunk {
  /** Trees that several trials share. */
  forms: MarkupTemplate[];
  /**
   * A trial is the number of its template with its own texts, or a whole tree. A text that is a number
   * repeats the text with that number; the last texts are used only by the record. In a record,
   * "\u0000n" is text n, unless `asItIs` is set.
   */
  trials: [form: number | Tree, texts: (string | number)[], record: TrialRecord | null, asItIs?: 1][];
}

/** A tree with gaps in its texts and attributes, and the texts for them; 0 where each trial has its own. */
export type MarkupTemplate = [tree: Tree, texts: (string | 0)[]];

/** The trial's line of trials.jsonl; null if the line is longer than 64 KB. */
export type TrialRecord = { [key: string]: unknown };

/**
 * An element or a text. `0` stands for no attributes.
 *
 * - An element with `data-w` has no child: its text is the word of that key in the chosen language,
 *   filled with the values of `data-v` (a JSON object of strings). So a tree has no language.
 *   `data-w-label`, `data-w-title` and `data-w-placeholder` are keys for those attributes.
 * - `data-second` is the text in the language that is not shown (second.js); the element's only child is
 *   the text of the shown one, at first that of the page.
 * - `data-tree` is one Tree as JSON text (rendered Markdown, a diff): it is built inside the element
 *   (by the same allow-lists) and not set as an attribute.
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

/** Makes the part of a comparison; `globalThis.openReview` is there if the page has one. */
export type OpenReview = (
  report: import("./report.js").Report,
  live: import("./live.js").LiveServer | null,
) => import("./review.js").Review;

/** Makes the part that judges answers again; `globalThis.openPlayground` is there if the page has trials. */
export type OpenPlayground = (
  report: import("./report.js").Report,
) => import("./playground.js").Playground;

/** Makes the part that plays streamed answers; `globalThis.openPlayback` is there if the page has some. */
export type OpenPlayback = (report: import("./report.js").Report) => import("./playback.js").Playback;

declare global {
  var openPlayback: OpenPlayback | undefined;
  var openPlayground: OpenPlayground | undefined;
  var openReview: OpenReview | undefined;
}

/**
 * Elements that the script fills or uses:
 *
 * - `div#tools` in the header: language, theme, help.   `div#filter` above the list: search and chips.
 * - `p#count[role=status]`: how many rows are shown.    `ol#list`: the rows, `li > a.row[href="#s=…"]`.
 * - `[data-card]`: a scenario of a comparison, to decide about (review.js).
 * - `section#v-trial > div#trial`: the opened trial.   `div#first`: the first failing trials in full, for
 *   readers without a script.
 * - `article.trial[data-id]`: percent-encoded as in the link; likewise `article[id="s=…"]`.
 * - A row: `a.row.STATUS` with `.CHANGE` where compared, `data-i` (its position in the index).
 * - Links that filter: `a[href^="#v=trials&…"]`.
 */
export {};
