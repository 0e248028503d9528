"""Changes of bots whose result is known: scenarios, and the bots before and after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from project import ProjectFolder

BOTS: Final = {
    "prompted": "7403315657221079041",
    "modelled": "7403315657221079042",
    "extended": "7403315657221079043",
    "same": "7403315657221079044",
}
"""Of the first three the prompt, the model and a plugin change."""

_RIGHT, _WRONG = "对。", "错。"
_MARKS: Final = {"p": _RIGHT, "f": _WRONG}


class PlantedChange(NamedTuple):
    """A scenario and its change.

    `before` and `after` are answers that are repeated without end; ``p`` and ``f`` stand for a
    right and a wrong one. `state`, `code` and `calls` are what a comparison has to find; `keys` are
    further keys of the scenario. `history` are earlier verdicts of the baseline.
    """

    name: str
    before: str | Sequence[str]
    after: str | Sequence[str]
    state: str
    calls: int = 1
    bot: str = "prompted"
    expect: str = ""
    keys: str = ""
    turns: int = 1
    usage: tuple[int, int] = (100, 100)
    delays: tuple[float, float] = (0.0, 0.0)
    history: str = "p" * 10
    code: int = 0


def _answers(marks: str | Sequence[str]) -> list[str]:
    if isinstance(marks, str) and marks and set(marks) <= set(_MARKS):
        return [_MARKS[one] for one in marks]
    return [marks] if isinstance(marks, str) else list(marks)


def scenario(change: PlantedChange) -> str:
    """Return the scenario's file; the change is in its last turn."""
    expected = change.expect or ("对" if set(change.before) <= set(_MARKS) else "")
    expect = f", expect: [{json.dumps(expected, ensure_ascii=False)}]" if expected else ""
    first = "- {prompt: 你好}\n" * (change.turns - 1)
    prompt = "{{ q }}" if "cases:" in change.keys else change.name
    bot = "" if "bots:" in change.keys else f"bot: {change.bot}\n"
    return (
        f"name: {change.name}\n{bot}stream: true\n{change.keys}turns:\n{first}"
        f"- {{prompt: '{prompt}'{expect}}}\n"
    )


def script(rows: Sequence[PlantedChange], side: int) -> ServerScript:
    """Return the bots before (side 0) or after (side 1)."""
    bots = []
    for name, number in BOTS.items():
        is_new = bool(side) and name != "same"
        plugin = {"id": "1", "name": "weather", "description": "天气"}
        bots.append(
            {
                "id": number,
                "name": name,
                "version": "200" if is_new else "100",
                "prompt": "回答要简短。" if is_new and name == "prompted" else "你是客服。",
                "model": {"name": "豆包" if is_new and name == "modelled" else "GPT-4o"},
                "plugins": [plugin] if is_new and name == "extended" else [],
                "answers": [
                    {
                        "prompt": one.name,
                        "vary": _answers((one.before, one.after)[side]),
                        "usage": {"input": one.usage[side] - 10, "output": 10},
                        "delay": one.delays[side],
                    }
                    for one in rows
                    if name == one.bot
                ]
                + [{"default": True, "answer": _RIGHT, "usage": {"input": 90, "output": 10}}],
            }
        )
    text = {"seed": 1, "defaults": {"delay": 0.0}, "bots": bots}
    return parse_script(json.dumps(text, ensure_ascii=False), "planted.yaml")


def write_project(project: ProjectFolder, rows: Sequence[PlantedChange]) -> None:
    """Write settings and scenarios.

    With few workers no answer waits for others: on a busy machine its time would change.
    """
    names = "".join(f"  {name}: '{number}'\n" for name, number in BOTS.items())
    project.write("harness.yaml", f"base_url: https://api.coze.com\nworkers: 4\nbots:\n{names}")
    for one in rows:
        project.write(f"scenarios/{one.name}.yaml", scenario(one))


def add_history(project: ProjectFolder, rows: Sequence[PlantedChange]) -> None:
    """Add earlier verdicts of each trial to the evidence."""
    path = "cassettes/evidence.jsonl"
    lines = [json.loads(line) for line in project.read(path).splitlines()]
    history = {one.name: one.history for one in rows}
    for number, line in enumerate(list(lines)):
        verdicts = history[line["trial"].partition("[")[0].partition("@")[0]]
        counts = {"attempts": len(verdicts), "passed": verdicts.count("p")}
        lines.append({**line, "run": f"earlier {number}", **counts})
    project.write(path, "".join(f"{json.dumps(line)}\n" for line in lines))
