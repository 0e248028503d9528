"""`schema` of `json`: the official tests, what is refused, and what is bounded."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.project_code import ProjectCode
from coze_harness.yaml_source import read_yaml
from declaring import answer_context, ids, judge, refusal

pytest.importorskip("jsonschema")

FOLDER = Path(__file__).parent


def suite() -> dict[str, list[dict[str, Any]]]:
    files: dict[str, list[dict[str, Any]]] = defaultdict(list)
    text = (FOLDER / "json_schema_suite/draft2020-12.jsonl").read_text("utf-8")
    for line in text.splitlines():
        group = json.loads(line)
        files[group["file"]].append(group)
    return files


SUITE = suite()


@pytest.mark.parametrize("file", SUITE)
def test_the_official_tests_pass(file: str) -> None:
    wrong = []
    for group in SUITE[file]:
        item = {"json": {"schema": group["schema"]}}
        expectation = build_expectation(item, read_yaml("a", "a", ScenarioError).positions)
        for description, data, valid in group["tests"]:
            verdict = expectation.judge(answer_context(json.dumps(data)))
            if (verdict.status.value == "passed") != valid:
                wrong.append((group["group"], description, str(verdict.reason)))
    assert wrong == []


def test_the_official_tests_are_all_there() -> None:
    tests = [test for groups in SUITE.values() for group in groups for test in group["tests"]]
    assert len(tests) == 1250


OBJECT = "json: {schema: {type: object, required: [name], properties: {n: {type: integer}}}}"


@pytest.mark.parametrize(
    ("item", "answer", "status", "reason"),
    [
        (OBJECT, '{"name": "a", "n": 1}', "passed", "kind.json.passed"),
        (OBJECT, '{"n": 1}', "failed", "kind.json.schema.required"),
        (OBJECT, '{"name": "a", "n": "1"}', "failed", "kind.json.schema.violated"),
        (OBJECT, "[]", "failed", "kind.json.schema.violated"),
        ("json: {schema: false}", "1", "failed", "kind.json.schema.unexpected"),
        ("json: {schema: true}", "1", "passed", "kind.json.passed"),
        (
            "json: {schema: {properties: {a: {additionalProperties: false}}}}",
            '{"a": {"b": 1}}',
            "failed",
            "kind.json.schema.unexpected",
        ),
        (
            "json: {schema: {type: array}, where: {'[0]': 2}}",
            "[1]",
            "failed",
            "kind.where.other",
        ),
        ("json: {schema: {pattern: '^\\d$'}}", '"３"', "failed", "kind.json.schema.violated"),
        ("json: {schema: {pattern: '^a$'}}", '"a\\n"', "failed", "kind.json.schema.violated"),
        ("json: {schema: {pattern: '[$\\d]\\W'}}", '"$京"', "passed", "kind.json.passed"),
    ],
)
def test_a_violation_is_named_with_its_place(
    item: str, answer: str, status: str, reason: str
) -> None:
    verdict = judge(item, answer)
    actual = verdict.reason
    if actual.id == "kind.json.other":
        mismatch = actual.params["mismatch"]
        assert not isinstance(mismatch, str | int | float | tuple)
        actual = mismatch
    assert (verdict.status.value, actual.id) == (status, reason)


def test_the_outermost_violation_is_shown_with_its_path() -> None:
    item = "json: {schema: {properties: {a: {items: {type: string}}, z: {type: string}}}}"
    reason = str(judge(item, '{"a": ["x", 1], "z": 2}').reason)
    assert "z is 2" in reason
    assert "a[1] is 1" in str(judge(item, '{"a": ["x", 1], "z": "y"}').reason)


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        ("{type: objekt}", "is not a JSON Schema"),
        ("{$ref: 'https://example.com/a.json'}", "nothing is fetched"),
        ("{$ref: '#/$defs/a'}", "nothing in it is"),
        ("{properties: {a: {$ref: b.json}}}", "nothing in it is"),
        ("{pattern: '('}", "is not a regular expression"),
        ("{patternProperties: {'(': {}}}", "is not a regular expression"),
        ("{$schema: 'http://json-schema.org/draft-07/schema#'}", "draft-07"),
        ("[1]", "must be a mapping"),
    ],
)
def test_what_is_no_schema_is_rejected(schema: str, what: str) -> None:
    error = refusal(f"json: {{schema: {schema}}}")
    assert error.startswith("scenarios/greet.yaml:1:18: ")
    assert what in error


HOSTILE: list[tuple[JSON, JSON, str]] = [
    ({"pattern": "^(a|aa)+$"}, "a" * 60 + "b", "kind.json.schema.pattern"),
    ({"patternProperties": {"^(a|aa)+$": {}}}, {"a" * 60 + "b": 1}, "kind.json.schema.pattern"),
    (
        {"unevaluatedProperties": False, "allOf": [{"patternProperties": {"^(a|aa)+$": {}}}]},
        {"a" * 60 + "b": 1},
        "kind.json.schema.pattern",
    ),
    ({"items": {"type": "integer"}}, [1] * 60_000, "kind.json.schema.size"),
]


@pytest.mark.parametrize(("schema", "data", "reason"), HOSTILE)
def test_a_hostile_answer_is_stopped_also_inside_not(schema: JSON, data: JSON, reason: str) -> None:
    item = json.dumps({"json": {"schema": schema}})
    for one in (item, f'{{"not": {item}}}'):
        verdict = judge(one, json.dumps(data))
        assert (verdict.status.value, verdict.reason.id) == ("failed", reason)


def test_a_list_of_unequal_members_is_compared_in_linear_time() -> None:
    members: JSON = [[one, str(one), {"a": one}] for one in range(9_000)]
    begin = time.process_time()
    verdict = judge("json: {schema: {uniqueItems: true}}", json.dumps(members))
    assert verdict.status.value == "passed"
    assert time.process_time() - begin < 3


def test_deep_nesting_is_stopped() -> None:
    item = "json: {schema: {$defs: {a: {items: {$ref: '#/$defs/a'}}}, $ref: '#/$defs/a'}}"
    verdict = judge(item, "[" * 400 + "]" * 400)
    assert verdict.reason.id in ("kind.json.passed", "kind.json.schema.depth")


# --- files ----------------------------------------------------------------------------------------


def declare_in(root: Path, path: str) -> ExpectationKind:
    document = read_yaml(f"json: {{schema: {path}}}", "scenarios/a/b.yaml", ScenarioError)
    return build_expectation(document.data, document.positions, ProjectCode(str(root)))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in {
        "schemas/city.json": '{\n\t"type": "object",\n\t"required": ["name"]\n}',
        "scenarios/a/near.yaml": "type: array",
        "scenarios/a/broken.json": '{"type": }',
        "scenarios/a/no.json": '{"type": "objekt"}',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    (tmp_path / "outside.json").write_text("{}", "utf-8")
    return root


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("schemas/city.json", '{"name": "北京"}', "{}"),
        ("../../schemas/city.json", '{"name": "北京"}', "{}"),
        ("near.yaml", "[]", "{}"),
    ],
)
def test_a_file_is_found_from_the_scenario_or_the_project(
    project: Path, path: str, good: str, bad: str
) -> None:
    expectation = declare_in(project, path)
    assert expectation.judge(answer_context(good)).status.value == "passed"
    assert expectation.judge(answer_context(bad)).status.value == "failed"
    assert path.rpartition("/")[2] in str(expectation.expected)


@pytest.mark.parametrize(
    ("path", "where", "what"),
    [
        ("missing.json", "scenarios/a/b.yaml:1:16", "looked for scenarios/a/missing.json"),
        ("../../../outside.json", "scenarios/a/b.yaml:1:16", "outside the project"),
        ("broken.json", "scenarios/a/broken.json:1:10", "not JSON"),
        ("no.json", "scenarios/a/b.yaml:1:16", '"scenarios/a/no.json" is not a JSON Schema'),
    ],
)
def test_a_wrong_file_is_rejected(project: Path, path: str, where: str, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        declare_in(project, path)
    assert str(caught.value).startswith(f"{where}: ")
    assert what in str(caught.value)


def test_without_the_package_the_error_has_the_command_that_installs_it() -> None:
    """In a process of its own, in which the package cannot be imported."""
    code = (
        "from coze_harness.model.errors import ScenarioError\n"
        "from declaring import declare, judge\n"
        "assert judge('json: {where: {a: {gt: 1}}}', '{\"a\": 2}').status == 'passed'\n"
        "try: declare('json: {schema: {type: object}}')\n"
        "except ScenarioError as error: print(error)\n"
    )
    paths = [str(FOLDER), str(FOLDER.parent), *sys.path]
    start = f"import sys; sys.path[:0] = {paths!r}; sys.modules['jsonschema'] = None\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("scenarios/greet.yaml:1:18: ")
    assert "pip install 'coze-harness[schema]'" in done.stdout


# --- JSON with other text -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ('{"a": 1}', ""),
        ('好的：\n```json\n{"a": 1}\n```\n完成。', '{"a": 1}\n'),
        ('```\n{"a": 1}\n```', '{"a": 1}\n'),
        ('```py\nx\n```\n```json\n{"a": 1}\n```', '{"a": 1}\n'),
        ('见[1]，结果：{"a": 1}。', '{"a": 1}'),
        ('{坏的} {"a": 1}', '{"a": 1}'),
        ('结果 {"a": 1} 和 {"b": [1, 2, 3]}', '{"b": [1, 2, 3]}'),
    ],
)
def test_json_with_other_text_is_found_and_marked(answer: str, part: str) -> None:
    verdict = judge("json: {fenced: true}", answer)
    assert verdict.status.value == "passed", str(verdict.reason)
    assert "".join(answer[start:end] for start, end in verdict.evidence) == part
    if part:
        assert judge("json: true", answer).status.value == "failed"


@pytest.mark.parametrize("answer", ["没有", "{坏的}", "```json\n{坏的}\n```", "1 和 2"])
def test_an_answer_without_json_fails(answer: str) -> None:
    verdict = judge("json: {fenced: true}", answer)
    assert (verdict.status.value, ids(verdict.reason)) == ("failed", "kind.json.none")


@pytest.mark.parametrize("text", ["[", "{", '{"a":', "```\n", "[1,"])
def test_a_hostile_answer_is_searched_in_bounded_time(text: str) -> None:
    begin = time.process_time()
    judge("json: {fenced: true}", text * (1_000_000 // len(text)))
    assert time.process_time() - begin < 3
