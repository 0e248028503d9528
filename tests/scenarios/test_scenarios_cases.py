"""Cases and templates: what fills them, what is drawn, what is refused."""

from __future__ import annotations

import json
import pickle
import random
import re
import uuid
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from coze_harness.model.errors import ScenarioError
from coze_harness.scenarios import GENERATED_NAMES, expand_trials, generate_values
from scenario_project import BOTS, fault_of, load_all, load_one, prompts, trials_of

ASK = "cases: {}\nturns: [{{prompt: '{{{{ city }}}}?'}}]\n"


def test_cases_come_from_csv_with_a_mark_and_quoted_cells(tmp_path: Path) -> None:
    csv = '\ufeffcity,note\r\n北京,"a, b"\r\n\r\n"上\n海",x\r\n'
    text = "cases: c.csv\nturns: [{prompt: '{{ city }}|{{ note }}'}]"
    trials = trials_of(tmp_path, text, c__csv=csv)
    assert [prompts(t) for t in trials] == [["北京|a, b"], ["上\n海|x"]]
    assert [t.key.id for t in trials] == ["a[1]", "a[2]"]
    assert [t.key.case for t in trials] == ["1", "2"]


def test_cases_come_from_jsonl_yaml_and_lists_with_their_types(tmp_path: Path) -> None:
    template = "turns: [{prompt: '{{ city }} {{ n + 1 }} {{ ok }} {{ none }}|'}]"
    row = {"city": "北京", "n": 1, "ok": True, "none": None}
    for cases, others in (
        ("c.jsonl", {"c__jsonl": json.dumps(row, ensure_ascii=False) + "\n\n"}),
        ("c.yaml", {"c__yaml": "- {city: 北京, n: 1, ok: True, none: }"}),
        ("[{city: 北京, n: 1, ok: true, none: ~}]", {}),
    ):
        folder = tmp_path / str(len(cases))
        trials = trials_of(folder, f"cases: {cases}\n{template}", **others)
        assert [prompts(t) for t in trials] == [["北京 2 true |"]]


def test_cases_are_found_from_the_files_folder_then_from_the_projects(tmp_path: Path) -> None:
    files = {
        "scenarios/sub/a.yaml": ASK.format("data/c.csv"),
        "scenarios/sub/data/c.csv": "city\nnear\n",
        "data/c.csv": "city\nfar\n",
        "scenarios/b.yaml": ASK.format("data/c.csv"),
    }
    trials = expand_trials(load_all(tmp_path, files), BOTS, "chat")
    assert {t.key.scenario: prompts(t) for t in trials} == {"a": ["near?"], "b": ["far?"]}


def test_a_yaml_file_of_cases_is_no_scenario(tmp_path: Path) -> None:
    files = {
        "scenarios/a.yaml": ASK.format("rows.yaml"),
        "scenarios/rows.yaml": "- city: x\n",
        "scenarios/cases/other.yaml": "- city: y\n",
        "scenarios/.hidden/x.yaml": "nonsense: 1\n",
    }
    assert [s.name for s in load_all(tmp_path, files)] == ["a"]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ("case,id\nx,1\ny,2\n", ["x", "y"]),
        ("id,name\nx,p\nx,q\n", ["p", "q"]),
        ("id,b\n,p\nx,q\n", ["1", "2"]),
        ("name,b\n北京,p\n上海,q\n", ["北京", "上海"]),
        ('name,b\n"a\nb",p\nc,q\n', ["1", "2"]),
        ("b\np\nq\n", ["1", "2"]),
    ],
)
def test_a_case_is_called_by_a_column_that_tells_them_apart_else_by_its_number(
    tmp_path: Path, rows: str, labels: list[str]
) -> None:
    trials = trials_of(tmp_path, "cases: c.csv\nturns: [{prompt: a}]", c__csv=rows)
    assert [t.key.case for t in trials] == labels


@pytest.mark.parametrize(
    ("cases", "content", "where", "what"),
    [
        ("c.csv", "city\na,b\n", "c.csv:2", "2 cells; the header has 1"),
        ("c.csv", 'city,b\n"x\ny",1\nz\n', "c.csv:4", "1 cell;"),
        ("c.csv", "city,city\na,b\n", "c.csv:1", "twice"),
        ("c.csv", "city,\na,b\n", "c.csv:1", "no name"),
        ("c.csv", "city\n", "c.csv", "no case"),
        ("c.csv", "", "c.csv", "no case"),
        ("c.csv", 'city\n"a\n', "c.csv:2", "not valid CSV"),
        ("c.csv", b"city\n\xff\n", "c.csv:2", "not UTF-8"),
        ("c.jsonl", '{"city": 1}\n{"city"\n', "c.jsonl:2", "not valid JSON"),
        ("c.jsonl", '{"city": 1, "city": 2}\n', "c.jsonl:1", "twice"),
        ("c.jsonl", '{"city": NaN}\n', "c.jsonl:1", "NaN"),
        ("c.jsonl", "[1]\n", "c.jsonl:1", "a list"),
        ("c.jsonl", "[" * 100_000, "c.jsonl:1", "not valid JSON"),
        ("c.yaml", "city: x\n", "c.yaml:1:1", "a list"),
        ("c.yaml", "- x\n", "c.yaml:1:3", "mapping"),
        ("c.yaml", "- {a: 1, a: 2}\n", "c.yaml:1:10", "twice"),
        ("c.txt", "x", "a.yaml:1:8", ".txt"),
        ("d.csv", "x", "a.yaml:1:8", "no file"),
        ("../../c.csv", "x", "a.yaml:1:8", "outside the project"),
        ("/etc/passwd", "x", "a.yaml:1:8", "outside the project"),
        ("[]", "x", "a.yaml:1:8", "no case"),
        ("[x]", "x", "a.yaml:1:9", "mapping"),
        ("{city: x}", "x", "a.yaml:1:8", "a mapping"),
        ("5", "x", "a.yaml:1:8", "number 5"),
    ],
)
def test_faults_of_cases_are_told_with_their_place(
    tmp_path: Path, cases: str, content: str | bytes, where: str, what: str
) -> None:
    name = cases if re.fullmatch(r"c\.\w+", cases) else "c.csv"
    fault = fault_of(tmp_path, ASK.format(cases), **{name.replace(".", "__"): content})
    assert str(fault.where) == f"scenarios/{where}"
    assert what in str(fault.what)
    assert fault.next_step


def test_cases_that_link_out_of_the_project_are_refused(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("city\nx\n")
    root = tmp_path / "project"
    (root / "scenarios").mkdir(parents=True)
    (root / "scenarios" / "c.csv").symlink_to(tmp_path / "c.csv")
    assert "outside the project" in str(fault_of(root, ASK.format("c.csv")).what)


def test_a_missing_column_is_told_once_with_both_places(tmp_path: Path) -> None:
    text = "cases: c.csv\nturns:\n  - prompt: '{{ town }}'\n"
    fault = fault_of(tmp_path, text, c__csv="towm\na\nb\nc\n")
    assert str(fault.where) == "scenarios/a.yaml:3:13"
    assert 'uses "town"' in str(fault.what)
    assert 'Did you mean "towm"?' in str(fault.what)
    assert "for case 1 at scenarios/c.csv:2, and 2 more" in str(fault.detail[0])


def test_a_column_that_only_some_rows_have_is_told_for_those(tmp_path: Path) -> None:
    text = "cases: [{city: a}, {town: b}]\nturns: [{prompt: '{{ city }}'}]"
    fault = fault_of(tmp_path, text)
    assert "for case 2 at scenarios/a.yaml:1:20" in str(fault.detail[0])
    assert "more" not in str(fault.detail[0])


def test_a_template_without_cases_says_what_is_always_there(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, "turns: [{prompt: '{{ todya }}'}]")
    assert 'Did you mean "today"?' in str(fault.what)
    assert "random_id" in str(fault)


def test_templates_are_filled_everywhere_they_may_stand(tmp_path: Path) -> None:
    text = """
cases: [{x: 北京, n: 3, file: b.txt}]
custom_variables: {a: "{{ x }}"}
meta_data: {b: "{{ n }}"}
parameters: {c: ["{{ x }}", {d: "{{ n }}"}], e: 5}
turns:
  - prompt: "{{ x }}{% if n > 2 %}!{% endif %}{# quiet #}"
    attach: ["{{ file }}"]
    tools: {t: '{"temp": {{ n }}}'}
    expect:
      - "{{ x }}"
      - {not: {contains: {any: ["{{ n }}", x]}}}
      - {length: {max: "{{ n }}"}}
      - {all_of: [{contains: "{{ n }}"}, {length: {min: "{{ n }}", max: 9}}]}
      - {regex: '^\\d{3}$'}
"""
    (trial,) = trials_of(tmp_path, text, b__txt="b")
    (turn,) = trial.script.turns({})
    assert turn.prompt == "北京!"
    assert [item.name for item in turn.attachments] == ["scenarios/b.txt"]
    assert turn.tools == {"t": '{"temp": 3}'}
    assert trial.options.custom_variables == {"a": "北京"}
    assert trial.options.meta_data == {"b": "3"}
    assert trial.options.parameters == {"c": ["北京", {"d": "3"}], "e": 5}
    assert [e.kind for e in turn.expectations] == ["contains", "not", "length", "all_of", "regex"]
    assert "北京" in repr(turn.expectations[0])
    assert "3" in repr(turn.expectations[2])


def test_a_lone_template_is_a_number_only_where_text_is_refused(tmp_path: Path) -> None:
    text = "cases: c.csv\nturns: [{prompt: a, expect: [{length: {max: '{{ n }}'}}]}]"
    assert len(trials_of(tmp_path, text, c__csv="n\n5\n7\n")) == 2
    fault = fault_of(tmp_path, text, c__csv="n\nfive\n")
    assert "number" in str(fault.what)
    assert "for case 1" in str(fault.detail[0])
    half = text.replace("{{ n }}", "{{ n }}0")
    assert "number" in str(fault_of(tmp_path, half, c__csv="n\n5\n").what)


def test_limits_are_checked_on_what_is_filled_in(tmp_path: Path) -> None:
    text = "cases: [{x: ''}, {x: y}]\nmeta_data: {a: '{{ x }}'}\nturns: [{prompt: a}]"
    assert "4003" in str(fault_of(tmp_path, text).what)
    text = "cases: [{x: ''}, {x: y}]\nturns: [{prompt: '{{ x }}'}]"
    fault = fault_of(tmp_path, text)
    assert "prompt is empty" in str(fault.what)
    assert "case 1" in str(fault.detail[0])


def test_a_template_where_none_is_filled_is_refused(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, "name: '{{ today }}'\nturns: [{prompt: a}]")
    assert "not filled" in str(fault.what)


@pytest.mark.parametrize(
    ("template", "what"),
    [
        ("{{ x", "cannot be read"),
        ("{% if %}", "cannot be read"),
        ("{{ x | nonsense }}", "cannot be read"),
        ("{{ x.__class__.__mro__ }}", "cannot be filled"),
        ("{{ ''.__class__.__base__.__subclasses__() }}", "cannot be filled"),
        ("{{ 1 / 0 }}", "cannot be filled"),
        ("{% include 'x' %}", "cannot be filled"),
        ("{{ x | random }}", "cannot be read"),
        ("{{ lipsum() }}", "lipsum"),
        ("{% for i in range(10**9) %}x{% endfor %}", "cannot be filled"),
        ("{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}", "steps"),
        ("{% for i in range(2000) %}{{ x * 1000 }}{% endfor %}", "characters"),
        ("{{ 'x' * 999999999 }}", "characters"),
        ("{{ 9 ** 9 ** 9 }}", "cannot be filled"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "cannot be filled"),
        ("{{ " + "(" * 500 + "x" + ")" * 500 + " }}", "cannot be"),
    ],
)
def test_a_template_that_cannot_be_served_is_a_fault(
    tmp_path: Path, template: str, what: str
) -> None:
    text = f"cases: [{{x: abc}}]\nturns:\n  - prompt: {json.dumps(template)}\n"
    fault = fault_of(tmp_path, text)
    assert what in str(fault.what)
    assert str(fault.where) == "scenarios/a.yaml:3:13"


def test_a_template_is_text_as_it_is(tmp_path: Path) -> None:
    text = """
cases: [{x: '<b>&'}]
turns: [{prompt: "{{ x }}\\n"}, {prompt: '{% raw %}{{ x }}{% endraw %}'}]
"""
    (trial,) = trials_of(tmp_path, text)
    assert prompts(trial) == ["<b>&\n", "{{ x }}"]


# --- drawn values ------------------------------------------------------------------------------

seeded = random.Random
NOW = datetime(2024, 3, 1, 8, 30, 15, 999, tzinfo=timezone(timedelta(hours=8)))


def test_every_drawable_has_its_form() -> None:
    values = generate_values(GENERATED_NAMES, NOW, seeded(1))
    assert list(values) == list(GENERATED_NAMES)
    assert (values["yesterday"], values["today"], values["tomorrow"]) == (
        "2024-02-29",
        "2024-03-01",
        "2024-03-02",
    )
    assert values["now"] == "2024-03-01T08:30:15+08:00"
    assert values["timestamp"] == str(int(NOW.timestamp()))
    assert re.fullmatch(r"[0-9a-f]{12}", values["random_id"])
    assert 0 <= int(values["random_number"]) <= 999_999
    assert uuid.UUID(values["uuid"]).version == 4


def test_drawing_is_repeatable_from_a_seed_and_gives_only_what_is_asked() -> None:
    names = {"uuid", "random_id"}
    assert generate_values(names, NOW, seeded(7)) == generate_values(names, NOW, seeded(7))
    assert generate_values(names, NOW, seeded(7)) != generate_values(names, NOW, seeded(8))
    assert generate_values({"today", "city"}, NOW, seeded(1)) == {"today": "2024-03-01"}


def test_drawn_values_fill_prompts_and_expectations_when_they_are_known(tmp_path: Path) -> None:
    text = """
cases: [{city: 北京}]
turns:
  - prompt: "{{ city }} {{ today }}"
    expect: ["{{ today }}", fixed]
  - prompt: plain
"""
    (trial,) = trials_of(tmp_path, text)
    assert trial.script.generated_names == {"today"}
    one, two = trial.script.turns({"today": "2024-10-01"})
    assert (one.prompt, two.prompt) == ("北京 2024-10-01", "plain")
    assert "2024-10-01" in repr(one.expectations[0])
    with pytest.raises(ScenarioError, match="today"):
        trial.script.turns({})


def test_a_case_column_wins_over_a_drawable(tmp_path: Path) -> None:
    (trial,) = trials_of(tmp_path, "cases: [{today: Monday}]\nturns: [{prompt: '{{ today }}'}]")
    assert trial.script.generated_names == frozenset()
    assert prompts(trial) == ["Monday"]


def test_a_drawn_template_is_checked_when_it_is_loaded(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, "turns: [{prompt: '{{ today }}', expect: [{length: '{{ now }}'}]}]")
    assert "length" in str(fault.what)


def test_a_drawn_value_among_the_options_is_refused(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, "custom_variables: {day: '{{ today }}'}\nturns: [{prompt: a}]")
    assert "generated value (today)" in str(fault.what)


def test_trials_can_be_pickled_drawn_ones_too(tmp_path: Path) -> None:
    text = """
cases: [{city: 北京}]
turns:
  - prompt: "{{ city }} {{ random_id }}"
    expect: ["{{ random_id }}", {length: {max: 5}}]
"""
    with_values = trials_of(tmp_path, text)
    plain = expand_trials(load_one(tmp_path, "turns: [{prompt: a, expect: [b]}]"), BOTS, "chat")
    for trials in (with_values, plain):
        again = pickle.loads(pickle.dumps(trials))  # noqa: S301  # our own bytes
        values = {"random_id": "abc"}
        assert [t.key for t in again] == [t.key for t in trials]
        assert prompts(again[0], **values) == prompts(trials[0], **values)


def test_what_no_template_touches_is_made_once_for_all_cases_and_repeats(tmp_path: Path) -> None:
    text = (
        "repeat: 3\ncases: [{c: 1}, {c: 2}]\nturns: [{prompt: '{{ c }}', expect: [b]}, {prompt: x}]"
    )
    trials = trials_of(tmp_path, text)
    turns = [t.script.turns({}) for t in trials]
    assert len({id(turn[0].expectations[0]) for turn in turns}) == 1
    assert len({id(turn[1]) for turn in turns}) == 1
    assert len({id(t.options) for t in trials}) == 1


def test_a_date_of_another_zone_is_that_zones_day() -> None:
    late = datetime(2024, 12, 31, 23, 59, tzinfo=UTC)
    assert generate_values({"tomorrow"}, late, seeded(1)) == {"tomorrow": "2025-01-01"}
