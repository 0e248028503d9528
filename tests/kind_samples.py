"""The samples of each kind of expectation: answers that pass, that fail, and that are skipped.

`docs/kind_samples/KIND.yaml` is a list of `{expect, passes, fails, skips}`. `expect` is an item as
in scenarios. An answer is a text, or a mapping for what a text alone does not say:

- `answer`: the text. `messages`: instead of it, mappings with `type`, `content`, `content_type` and
  `reasoning`. `status`, `seconds`, `first_token`, `poll_count`, `usage`, `tool_calls`, `error_code`
  and `error_message` are fields of `Reply`.
- `prompt`: of the turn. `previous`: the turns before it, each with `prompt` and one of these
  answers. `baseline`: the recorded answer. `snapshot`: fields of `BotSnapshot`.
- `judge`: what a judge replies to each question, in order: yes, no, unknown (in quotes), a score.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import msgspec
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.expectations.judge.judge_kind import judges_in
from coze_harness.model import JSON, BotSnapshot, Reply, VerdictStatus, replace
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import EvaluationContext
from coze_harness.yaml_source import YamlDocument, read_yaml

FOLDER = Path(__file__).parent / "docs" / "kind_samples"
STATUSES = {
    "passes": VerdictStatus.PASSED,
    "fails": VerdictStatus.FAILED,
    "skips": VerdictStatus.SKIPPED,
}
"""The keys of a sample, and the status of the verdict on each answer there."""

_REPLY_KEYS = set(Reply.__struct_fields__)
_CONTEXT_KEYS = {"answer", "prompt", "previous", "baseline", "snapshot", "judge"}


@dataclass(frozen=True)
class Sample:
    """One answer. `text` is it for readers, `is_plain` whether it is the answer's text alone."""

    status: VerdictStatus
    text: str
    is_plain: bool
    context: EvaluationContext


@dataclass(frozen=True)
class SampleItem:
    """One item of `expect:`, as it is written, and the answers that it judges."""

    source: str
    positions_path: tuple[int, str]
    data: JSON
    document: YamlDocument
    samples: tuple[Sample, ...]

    def build(self) -> ExpectationKind:
        """Build the expectation; raises what loading a scenario raises."""
        return build_expectation(self.data, self.document.positions.below(*self.positions_path))


def sample_items(kind: str) -> list[SampleItem]:
    """Return the items of a kind's file."""
    path = FOLDER / f"{kind}.yaml"
    document = read_yaml(path.read_bytes(), path.name, ScenarioError)
    assert isinstance(document.data, list), path
    return list(_items(document, document.data))


def _items(document: YamlDocument, items: list[JSON]) -> Iterator[SampleItem]:
    for i, item in enumerate(items):
        assert isinstance(item, dict), item
        assert item.keys() <= {"expect", *STATUSES}, item.keys()
        samples = []
        for key in (key for key in STATUSES if key in item):
            answers = item[key]
            assert isinstance(answers, list), answers
            for j, answer in enumerate(answers):
                source = _source(document, i, key, j)
                text = answer if isinstance(answer, str) else source
                plain = isinstance(answer, str)
                context = sample_context(answer)
                if isinstance(answer, dict) and "judge" in answer:
                    place = document.positions.below(i, "expect")
                    context = _with_judge_replies(
                        context, build_expectation(item["expect"], place), answer
                    )
                samples.append(Sample(STATUSES[key], text, plain, context))
        source = _source(document, i, "expect")
        yield SampleItem(source, (i, "expect"), item["expect"], document, tuple(samples))


def _source(document: YamlDocument, *path: str | int) -> str:
    """Return a value as it is written, without the indentation of its place."""
    positions = document.positions.below(*path)
    begin, end = positions.node[:2]
    margin = " " * (positions.location(begin).column - 1)
    return document.text[begin:end].rstrip().replace(f"\n{margin}", "\n")


def sample_context(answer: JSON) -> EvaluationContext:
    """Return what an expectation judges: an answer with whatever its mapping says."""
    data = {"answer": answer} if isinstance(answer, str) else answer
    assert isinstance(data, dict), data
    assert data.keys() <= _REPLY_KEYS | _CONTEXT_KEYS, data.keys()
    previous = cast("list[dict[str, JSON]]", data.get("previous", []))
    baseline = data.get("baseline")
    return EvaluationContext(
        prompt=str(data.get("prompt", "你好")),
        reply=_reply(data),
        previous_replies=tuple(_reply(one) for one in previous),
        baseline_answer=None if baseline is None else str(baseline),
        previous_prompts=tuple(str(one["prompt"]) for one in previous),
        snapshot=msgspec.convert(data["snapshot"], BotSnapshot) if "snapshot" in data else None,
    )


def _with_judge_replies(
    context: EvaluationContext, expectation: ExpectationKind, data: Mapping[str, JSON]
) -> EvaluationContext:
    """Return a context with what the judge replies to each question."""
    questions = [one for judge in judges_in(expectation) for one in judge.questions(context)]
    replies = cast("list[JSON]", data["judge"])
    return replace(
        context,
        judge_replies={
            question.key: json.dumps({question.form.value: reply, "reason": ""})
            for question, reply in zip(questions, replies, strict=True)
        },
    )


def _reply(data: Mapping[str, JSON]) -> Reply:
    answer: JSON = [{"content": data.get("answer", "")}]
    messages = cast("list[dict[str, JSON]]", data.get("messages", answer))
    own = {key: value for key, value in data.items() if key in _REPLY_KEYS}
    usual = {"id": "1", "role": "assistant", "type": "answer", "content": ""}
    return msgspec.convert(
        {
            "chat_id": "1", "conversation_id": "2", "log_id": "3", "status": "completed",
            **own, "messages": [{**usual, **one} for one in messages],
        },
        Reply,
    )  # fmt: skip
