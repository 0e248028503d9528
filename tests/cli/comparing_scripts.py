"""Bots before and after somebody worked on them, and a project that asks them."""

from __future__ import annotations

from coze_harness.server.script_reader import parse_script
from coze_harness.server.script_schema import ServerScript
from project import ProjectFolder

BEFORE = """
seed: 7
defaults: {delay: 0.0}
bots:
- id: "7403315657221079041"
  name: chatchat
  version: "100"
  model: {name: GPT-4o, temperature: 0.7}
  prompt: |
    你是chatchat,一个虚拟的学术助手。
    不知道的事情要说不知道。
  answers:
  - {prompt: 你是谁?, answer: "我是chatchat,一个虚拟的学术助手。", usage: {input: 100, output: 40}}
  - {prompt: 几点开门?, answer: 我们每天九点开门，晚上六点关门。}
  - {prompt: 1加1?, answer: 等于3。}
  - {prompt: 北京?, answer: 北京是中国的首都。}
  - {prompt: 掷硬币, vary: [正面, 反面]}
  - {default: true, answer: 不知道。}
"""

AFTER = """
seed: 8
defaults: {delay: 0.0}
bots:
- id: "7403315657221079041"
  name: chatchat
  version: "200"
  model: {name: 豆包·Pro·32k, temperature: 0.2}
  prompt: |
    你是chatchat,一个开心的朋友。
    不知道的事情要说不知道。
    回答要简短。
  answers:
  - {prompt: 你是谁?, answer: "我是chatchat,你的朋友😀。", usage: {input: 100, output: 12}}
  - {prompt: 几点开门?, answer: 我们每天九点开门，晚上六点打烊。}
  - {prompt: 1加1?, answer: 等于2。}
  - {prompt: 北京?, answer: 北京是中国的首都。}
  - {prompt: 掷硬币, vary: [反面, 正面]}
  - {default: true, answer: 不知道。}
"""

IDENTITY = "name: identity\nturns:\n- {prompt: 你是谁?, expect: [学术助手]}\n"
HOURS = "name: hours\nturns:\n- {prompt: 几点开门?, expect: [九点]}\n"
SUM = "name: sum\nturns:\n- {prompt: 1加1?, expect: [等于2]}\n"
CITY = "name: city\ntags: [steady]\nturns:\n- {prompt: 北京?, expect: [首都]}\n"


def write_scenarios(project: ProjectFolder) -> None:
    """Write the four scenarios."""
    project.write("scenarios/identity.yaml", IDENTITY)
    project.write("scenarios/hours.yaml", HOURS)
    project.write("scenarios/sum.yaml", SUM)
    project.write("scenarios/city.yaml", CITY)


def before() -> ServerScript:
    """The bot as it was recorded."""
    return parse_script(BEFORE, "before.yaml")


def after(*, instead: tuple[str, str] | None = None) -> ServerScript:
    """The bot afterwards: another version, model and prompt, and some other answers."""
    text = AFTER
    if instead is not None:
        assert instead[0] in text
        text = text.replace(*instead)
    return parse_script(text, "after.yaml")


def draft(answers: str, *, rest: str = "") -> ServerScript:
    """The bot as it was, with a draft (and more of `rest`) that nobody has published."""
    lines = "".join(f"    {line}\n" for line in answers.strip().splitlines())
    return parse_script(
        f"{BEFORE}  draft:\n    version: '150'\n    prompt: 草稿\n    answers:\n{lines}{rest}",
        "draft.yaml",
    )
