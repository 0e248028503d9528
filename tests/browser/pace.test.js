import assert from "node:assert/strict";
import { test } from "node:test";

import { PacedAnswer, pacedAnswer, pacedSides } from "../../harness/coze_harness/reporting/browser/pace.js";

test("an answer grows by its steps, and is whole at the last one", () => {
  const answer = new PacedAnswer("一二三四", [[100, 1], [200, 2]]);
  assert.equal(answer.duration, 300);
  const texts = [0, 99, 100, 299, 300, 1000].map((time) => answer.textAt(time));
  assert.deepEqual(texts, ["", "", "一", "一", "一二三四", "一二三四"]);
});

test("characters are code points, so no half of a pair is shown", () => {
  const answer = new PacedAnswer("好😀𠮷👨‍👩。", [[1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 2]]);
  const texts = [1, 2, 3, 4, 5].map((time) => answer.textAt(time));
  assert.deepEqual(texts, ["好", "好😀", "好😀𠮷", "好😀𠮷👨", "好😀𠮷👨\u200d"]);
});

test("steps beyond the answer show the whole answer", () => {
  assert.equal(new PacedAnswer("一二", [[1, 9], [1, 90]]).textAt(1), "一二");
});

test("only an answer whose pace is known can be played", () => {
  const paced = { answer: "一", pace: [[1, 1]] };
  const polled = { answer: "一" };
  const record = { turns: [paced, polled, { answer: null }, paced], change: { baseline: { turns: [paced, paced, paced, polled] } } };
  assert.deepEqual([0, 1, 2, 3, 4].map((turn) => pacedAnswer(record, turn) !== null), [true, false, false, true, false]);
  assert.deepEqual([0, 1, 2, 3].map((turn) => pacedSides(record, turn) !== null), [true, false, false, false]);
  assert.equal(pacedSides({ turns: [paced], change: null }, 0), null);
  assert.equal(pacedAnswer({}, 0), null);
});
