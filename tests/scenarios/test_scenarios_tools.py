"""What `tools:` declares: outputs as text or data, the scenario's and the turn's, and functions."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import Tool
from scenario_project import trials_of

FUNCTIONS = """
import json
from . import beside

def echo(arguments):
    return json.dumps({"got": arguments}, ensure_ascii=False)

def data(arguments):
    return {"天气": [beside.SUN, 21.5, None, True]}

def fails(arguments):
    return {}[arguments["city"]]

def leaves(arguments):
    raise SystemExit(3)

def nothing(arguments):
    pass

def odd(arguments):
    return {"a": object()}

def nan(arguments):
    return float("nan")

class Shop:
    @staticmethod
    def open(arguments):
        return "开"

TEXT = "no function"
"""


def tools_of(root: Path, text: str, case: int = 0) -> dict[str, str | Tool]:
    turn = trials_of(root, text)[case].script.turns({})[0]
    return dict(turn.tools or {})


def function(root: Path, name: str) -> Tool:
    """Return a tool of a project with a package that no other test has imported."""
    package = f"pkg_{abs(hash(str(root)))}"
    folder = root / package
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    (folder / "beside.py").write_text("SUN = '☀️'\n", "utf-8")
    (folder / "weather.py").write_text(FUNCTIONS, "utf-8")
    (folder / "broken.py").write_text("import no_such_library\n", "utf-8")
    reference = name if name.startswith("no_such") else f"{package}.{name}"
    tools = tools_of(root, f"turns: [{{prompt: a, tools: {{t: {{python: '{reference}'}}}}}}]")
    tool = tools["t"]
    assert not isinstance(tool, str)
    assert tool.name == reference
    return tool


def test_an_output_is_text_or_data_that_is_sent_as_json_text(tmp_path: Path) -> None:
    text = """
cases: [{city: 北京, n: 1}]
turns:
- prompt: a
  tools:
    text: 二十度
    empty: ""
    data: {city: "{{ city }}", days: [1, 2.5, null, true]}
    list: ["{{ n }}", "\u2028"]
    open: '{"{{ city }}": {{ n }}}'
"""
    assert tools_of(tmp_path, text) == {
        "text": "二十度",
        "empty": "",
        "data": '{"city": "北京", "days": [1, 2.5, null, true]}',
        "list": '["1", "\u2028"]',
        "open": '{"北京": 1}',
    }


@pytest.mark.parametrize(
    ("own", "tools"),
    [
        ("", {"a": "1", "b": "x"}),
        ("tools: {b: y, c: z}", {"a": "1", "b": "y", "c": "z"}),
        ("tools: {}", {}),
    ],
)
def test_a_turn_s_tools_are_laid_over_the_scenario_s(
    tmp_path: Path, own: str, tools: dict[str, str]
) -> None:
    text = f"cases: [{{n: 1}}]\ntools: {{a: '{{{{ n }}}}', b: x}}\nturns: [{{prompt: a, {own}}}]"
    assert tools_of(tmp_path, text) == tools


def test_a_drawn_value_in_the_scenario_s_tools_is_drawn(tmp_path: Path) -> None:
    (trial,) = trials_of(tmp_path, "tools: {day: '{{ today }}'}\nturns: [{prompt: a}]")
    assert trial.script.generated_names == {"today"}
    (turn,) = trial.script.turns({"today": "2024-10-01"})
    assert turn.tools == {"day": "2024-10-01"}


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("weather:echo", '{"got": {"city": "杭州"}}'),
        ("weather:data", '{"天气": ["☀️", 21.5, null, true]}'),
        ("weather:Shop.open", "开"),
    ],
)
def test_a_function_of_the_project_is_called_with_the_arguments(
    tmp_path: Path, name: str, output: str
) -> None:
    path = list(sys.path)
    tool = function(tmp_path, name)
    tool = pickle.loads(pickle.dumps(tool))  # noqa: S301 (our own; as a worker process gets it)
    assert tool.call("c1", {"city": "杭州"}) == output
    assert sys.path == path


@pytest.mark.parametrize(
    ("name", "what", "detail"),
    [
        ("weather:fails", "raised KeyError: '杭州'", "weather.py:12"),
        ("weather:leaves", "raised SystemExit: 3", "weather.py:15"),
        ("weather:nothing", "returned nothing", ""),
        ("weather:odd", "returned data that is not JSON", ""),
        ("weather:nan", "returned data that is not JSON", ""),
        ("weather:absent", "is not in its module", ""),
        ("weather:Shop.absent", "is not in its module", ""),
        ("weather:TEXT", "is not a function", ""),
        ("broken:f", "No module named 'no_such_library'", "broken.py:1"),
        ("no_such_package.x:f", "No module named 'no_such_package'", ""),
    ],
)
def test_a_function_that_does_not_serve_is_a_fault_of_the_line_that_names_it(
    tmp_path: Path, name: str, what: str, detail: str
) -> None:
    path = list(sys.path)
    tool = function(tmp_path, name)
    with pytest.raises(ScenarioError) as caught:
        tool.call("c1", {"city": "杭州"})
    assert what in str(caught.value.what)
    assert tool.name in str(caught.value.what)
    assert str(caught.value.where) == "scenarios/a.yaml:1:41"
    assert caught.value.next_step
    assert any(detail in str(line) for line in caught.value.detail) or not detail
    assert sys.path == path
