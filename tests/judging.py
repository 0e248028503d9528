"""A bot and its judge on one scripted server, and a project that asks both."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from project import CHATCHAT, ProjectFolder

JUDGE = "7403315657221079099"
TESTER = "7403315657221079077"

# Takes the answer for what stands between its two marks, as a judge should.
ANSWER = r"BEGIN ANSWER (?P<code>[0-9a-f]{16})\n(?:(?!\nEND ANSWER (?P=code)).)*"
# A task and the words of the author come before the data.
QUESTION = r"(?s)\AYou are a judge\. Answer.*?"

SETTINGS = f"""
bots: {{chatchat: "{CHATCHAT}", judge: "{JUDGE}"}}
default_bot: chatchat
judge: {{bot: judge}}
user_id: "0"
poll: {{interval: 0.05, timeout: 5}}
"""

POLITE = """name: polite
turns:
- prompt: 你是谁?
  expect:
  - judge: 是否使用敬语？
"""


def yes(reason: str = "有敬语") -> str:
    return json.dumps({"answer": "yes", "reason": reason}, ensure_ascii=False)


def no(reason: str = "没有敬语") -> str:
    return json.dumps({"answer": "no", "reason": reason}, ensure_ascii=False)


def judging(
    answers: dict[str, str] | list[dict[str, object]],
    *,
    version: str = "1",
    looks_for: str = "您",
    judge: list[dict[str, object]] | None = None,
    tester: list[dict[str, object]] | None = None,
) -> ServerScript:
    """Return a script of a bot with answers by prompt, and of a judge.

    Args:
        answers: the bot's, by prompt or as in a script.
        version: the judge's.
        looks_for: what an answer must have for the judge to say yes.
        judge: the judge's answers in place of that.
        tester: what another bot says that plays a user.
    """
    by_default: list[dict[str, object]] = [
        {"regex": QUESTION + ANSWER + looks_for, "answer": yes()},
        {"default": True, "answer": no()},
    ]
    bot = answers
    if isinstance(answers, dict):
        bot = [{"prompt": prompt, "answer": answer} for prompt, answer in answers.items()]
    bots = [
        # A bot that answers otherwise is another version.
        {"id": CHATCHAT, "name": "chatchat", "prompt": str(answers), "answers": bot},
        {"id": JUDGE, "name": "judge", "version": version, "answers": judge or by_default},
        {"id": TESTER, "name": "tester", "answers": tester or []},
    ]
    text = yaml.safe_dump({"seed": 7, "defaults": {"delay": 0.0}, "bots": bots}, allow_unicode=True)
    return parse_script(text, "script.yaml")


def judged_project(folder: Path, scenario: str = POLITE) -> ProjectFolder:
    """Return a project with one scenario and a judge."""
    project = ProjectFolder(folder / "project", home=folder / "home")
    project.write("harness.yaml", SETTINGS)
    project.write("scenarios/polite.yaml", scenario)
    return project


def verdicts(project: ProjectFolder, trial: str = "polite") -> list[str]:
    """Return the statuses of a trial's verdicts in the latest run, turn by turn."""
    turns = project.lines()[trial]["turns"]
    return [verdict["status"] for turn in turns for verdict in turn["verdicts"]]


def block(project: ProjectFolder, name: str = "cassettes/polite~judge.yaml") -> dict[str, object]:
    """Return what a recording says about itself."""
    details = yaml.safe_load(project.read(name))["x-coze"]
    assert isinstance(details, dict)
    return details
