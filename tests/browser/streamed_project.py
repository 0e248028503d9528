"""A project whose bot streams: one trial of two turns, recorded and compared with the draft."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from coze_harness.server.script_reader import parse_script
from coze_harness.server.server_process import serve
from project import TOKEN, ProjectFolder

BEFORE: Final = "您好，签收后 7 天内可以申请退货。😀𠮷👨‍👩‍👧 **请保持商品完好**，并附上发票。"
NOW: Final = "亲～签收后 15 天内都可以申请退货哦，超过 15 天也没关系，我们会酌情处理！请附上发票。"

_BOT: Final = f"""bots:
- id: "7403315657221079041"
  name: 小青
  version: "12"
  answers:
  - {{prompt: 退货?, answer: "{BEFORE}", delay: 0.9, delta: 2}}
  - {{prompt: 运费?, answer: 运费 18 元。, delay: 0.2, delta: 2}}
  draft:
    version: "13"
    answers:
    - {{prompt: 退货?, answer: "{NOW}", delay: 0.5, delta: 3}}
    - {{prompt: 运费?, answer: 全国包邮。, delay: 0.1, delta: 2}}
"""
_SETTINGS: Final = """bots: {xiaoqing: "7403315657221079041"}
default_bot: xiaoqing
poll: {interval: 0.02, timeout: 5}
"""
_SCENARIO: Final = """name: refund
stream: true
turns:
- {prompt: 退货?, expect: [发票]}
- {prompt: 运费?, expect: [{regex: '[元邮]'}]}
"""


def streamed_project(folder: Path) -> ProjectFolder:
    """Record the published bot, and compare its draft; return the project."""
    project = ProjectFolder(folder / "streamed", home=folder / "home")
    project.write("harness.yaml", _SETTINGS)
    project.write("scenarios/refund.yaml", _SCENARIO)
    with serve(parse_script(_BOT, "bot.yaml")) as server:
        service_env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        recorded = project.run("record", env=service_env)
        assert recorded.code == 0, recorded
        result = project.run("compare", "--draft", env=service_env)
    assert result.code == 0, result
    return project
