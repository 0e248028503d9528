import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readItem, writeItem } from "../../harness/coze_harness/reporting/browser/item.js";
import { judgeOf } from "../../harness/coze_harness/reporting/browser/judge.js";
import { NotHereError } from "../../harness/coze_harness/reporting/browser/nothere.js";

const cases = JSON.parse(readFileSync(new URL("playground_cases.json", import.meta.url), "utf-8"));

/**
 * @param {string} item
 * @param {string} answer
 */
function judged(item, answer) {
  try {
    return judgeOf(readItem(item))(answer) ? "passed" : "failed";
  } catch (error) {
    if (!(error instanceof NotHereError)) throw error;
    return "unsupported";
  }
}

test("the page judges as the table says", () => {
  const wrong = cases.filter(([item, answer, , here]) => judged(item, answer) !== here).map(([item, answer, , here]) => [item, answer, judged(item, answer), here]);
  assert.deepEqual(wrong, []);
});

test("an item that is written is read as the same", () => {
  for (const [item, , , here] of cases) {
    if (here === "unsupported") continue;
    const read = readItem(item);
    assert.deepEqual(readItem(writeItem(read)), read, item);
  }
});

test("hostile items and answers end in time", () => {
  const began = performance.now();
  const many = "(".repeat(5000) + ")".repeat(5000);
  for (const item of [`regex: '${many}'`, "regex: '(?:(?:a{1000}){1000}){1000}'", `${"[".repeat(10_000)}`, `not: ${"{not: ".repeat(2000)}x`, "regex: '(x+x+)+y'", "regex: '(a*)*b'", "regex: '(?<=(?:a|b)*)c'"]) {
    assert.equal(judged(item, "x".repeat(2000)).replace("failed", "unsupported"), "unsupported", item.slice(0, 40));
  }
  assert.equal(judged("contains: 好", "好".repeat(300_000)), "unsupported");
  assert.ok(performance.now() - began < 5000);
});
