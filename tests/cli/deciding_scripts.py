"""Bots that pass at known rates, and projects that ask them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence

from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from project import CHATCHAT, TOKEN, ProjectFolder

_ANSWERS = {"p": "对", "f": "错"}
_LENGTH = 120


def letters(rng: random.Random, rate: float) -> str:
    """Return verdicts of a bot that passes at this rate."""
    return "".join("p" if rng.random() < rate else "f" for _ in range(_LENGTH))


def names(count: int) -> list[str]:
    return [f"s{number:02}" for number in range(count)]


def bot(
    verdicts: Mapping[str, str],
    *,
    draft: Mapping[str, str] | None = None,
    version: str = "100",
    old: tuple[str, Mapping[str, str]] | None = None,
) -> ServerScript:
    """Return a bot whose answers to each scenario's prompt pass and fail in this order.

    Args:
        verdicts: ``p`` and ``f`` by scenario, repeated without end.
        draft: those of its draft.
        version: the version that is published.
        old: a version that is not published any more, and its verdicts.
    """
    published: dict[str, object] = {
        "id": CHATCHAT,
        "name": "chatchat",
        "version": version,
        "prompt": f"这是版本 {version}。",
        "answers": _answers(verdicts),
    }
    if draft is not None:
        published["draft"] = {"version": version, "prompt": "草稿。", "answers": _answers(draft)}
    if old is not None:
        published["versions"] = {old[0]: {"answers": _answers(old[1])}}
    script = {"seed": 1, "defaults": {"delay": 0.0}, "bots": [published]}
    return parse_script(json.dumps(script, ensure_ascii=False), "deciding.yaml")


def _answers(verdicts: Mapping[str, str]) -> list[dict[str, object]]:
    return [
        {"prompt": name, "vary": [_ANSWERS[one] for one in order]}
        for name, order in verdicts.items()
    ]


def write_scenarios(project: ProjectFolder, scenarios: Sequence[str]) -> None:
    """Write scenarios whose trials take one call each."""
    for name in scenarios:
        text = f"name: {name}\nstream: true\nturns: [{{prompt: {name}, expect: [对]}}]\n"
        project.write(f"scenarios/{name}.yaml", text)
    project.env["COZE_API_TOKEN"] = TOKEN


def add_evidence(project: ProjectFolder, verdicts: Mapping[str, str]) -> None:
    """Add earlier verdicts of each trial's bot as those of one run."""
    path = "cassettes/evidence.jsonl"
    lines = [json.loads(line) for line in project.read(path).splitlines()]
    for trial, line in {line["trial"]: line for line in lines}.items():
        counts = {"attempts": len(verdicts[trial]), "passed": verdicts[trial].count("p")}
        lines.append({**line, "run": f"earlier {len(lines)}", **counts})
    project.write(path, "".join(f"{json.dumps(line)}\n" for line in lines))


def states(project: ProjectFolder) -> dict[str, str]:
    """Return the state of each scenario of the latest comparison."""
    comparison = project.run_json()["comparison"]
    return {one["scenario"]: one["state"] for one in comparison["scenarios"]}
