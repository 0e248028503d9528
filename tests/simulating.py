"""Projects with a simulated user: recorded over loopback from two scripted bots, and replayed."""

from __future__ import annotations

import json
from pathlib import Path

from coze_harness import open_project
from coze_harness.cassettes import Recording
from coze_harness.cassettes.cassette_files import read_cassette
from coze_harness.messages import UserText
from coze_harness.model import TrialResult, replace
from coze_harness.project.live_access import called_targets, open_live_runner
from coze_harness.project.public_api import replay_project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from project import TOKEN, script_server

SHOP, TESTER = "7403315657221079041", "7403315657221079042"

SHOP_ANSWERS = """
- {prompt: 你好，我要投诉。, answer: 您好，请问您的订单号是多少？}
- {regex: 订单号, answer: 好的，订单号 12345 已找到。请问多扣了多少？}
- {regex: 12 元, answer: 已为您登记，工单已创建。}
- {default: true, answer: 请问有什么可以帮您？}
"""
TESTER_ANSWERS = """
- {turn: 1, regex: 订单号是多少, answer: 订单号是 12345。}
- {turn: 1, default: true, answer: 你好，我要投诉。}
- {regex: 多扣了多少, answer: 多扣了 12 元。}
- {regex: 订单号, answer: 订单号是 12345。}
- {default: true, answer: 我不知道。}
"""
SETTINGS = f"""
bots: {{shop: "{SHOP}", tester: "{TESTER}"}}
default_bot: shop
poll: {{interval: 0.02, timeout: 2}}
"""
COMPLAINT = """name: complaint
simulate:
  bot: tester
  goal: 你被多扣了费用，要求退款，态度配合。
  first: 你好，我要投诉。
  until: [工单已创建]
  max_turns: 8
expect: [工单, {turns: {max: 6}}]
every_turn: [{not: {contains: ChatGPT}}]
"""
PROMPTS = ["你好，我要投诉。", "订单号是 12345。", "多扣了 12 元。"]


def two_bot_script(
    shop: str = SHOP_ANSWERS, tester: str = TESTER_ANSWERS, *, draft: str = "", rest: str = ""
) -> ServerScript:
    """Return a script of a bot and a tester; their answers, and those of a draft, are YAML."""
    lines = ["seed: 5", "defaults: {delay: 0.0}", "bots:"]
    for bot_id, name, answers in ((SHOP, "shop", shop), (TESTER, "tester", tester)):
        lines += [f'- id: "{bot_id}"', f"  name: {name}", f"  prompt: 你是{name}"]
        if draft and name == "shop":
            lines += ["  draft:", "    prompt: 你是新客服", "    answers:"]
            lines += [f"    {line}" for line in draft.strip().splitlines()]
        lines += ["  answers:", *(f"  {line}" for line in answers.strip().splitlines())]
    return parse_script("\n".join([*lines, rest]), "script.yaml")


def write_project(folder: Path, scenario: str = COMPLAINT, settings: str = SETTINGS) -> Path:
    """Write a project of one scenario file, and return its folder."""
    (folder / "scenarios").mkdir(parents=True)
    (folder / "harness.yaml").write_text(settings, "utf-8")
    edit_scenario(folder, scenario)
    return folder


def edit_scenario(folder: Path, text: str) -> None:
    (folder / "scenarios" / "complaint.yaml").write_text(text, "utf-8")


def record(folder: Path, script: ServerScript) -> list[TrialResult]:
    """Record all trials of a project from a server that is stopped then."""
    with script_server(script) as server:
        return record_at(folder, server.base_url)


def record_at(folder: Path, base_url: str, **tokens: str) -> list[TrialResult]:
    """Record all trials of a project from a server."""
    environment = {"COZE_API_BASE": base_url, "COZE_API_TOKEN": TOKEN, **tokens}
    warnings: list[UserText] = []
    with open_project(folder, environment=environment) as project:
        trials = select_trials(project, TrialSelection())
        with open_live_runner(project, called_targets(trials), warnings.append) as runner:
            runner = replace(runner, replayer=replace(runner.replayer, root=str(folder)))
            return [one for batch in runner.results(trials, return_result) for one in batch]


def replay(folder: Path) -> list[TrialResult]:
    """Replay all trials of a project, without a token."""
    with open_project(folder, environment={}) as project:
        return list(replay_project(project))


def recording(folder: Path, name: str = "complaint") -> Recording:
    return read_cassette(str(folder / "cassettes" / f"{name}.yaml"))


def sent_prompts(cassette: Recording) -> list[tuple[str, str]]:
    """Return the prompts of a recording in order: the bot that got it, and the text."""
    bodies = [
        json.loads(one.request_body)
        for one in cassette.interactions
        if one.target.partition("?")[0] == "/v3/chat"
    ]
    return [(body["bot_id"], body["additional_messages"][-1]["content"]) for body in bodies]


def prompts(result: TrialResult) -> list[str]:
    return [turn.prompt for turn in result.turns]


def kinds(result: TrialResult) -> list[list[str]]:
    """Return the kinds of the verdicts, by turn; failed ones with a mark."""
    return [
        [f"{one.kind}{'!' if one.status.value == 'failed' else ''}" for one in turn.verdicts]
        for turn in result.turns
    ]


def return_result(result: TrialResult, /, *, exit_code: int | None = None) -> TrialResult:
    del exit_code
    return result
