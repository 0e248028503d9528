"""promptfoo configurations as scenarios: prompts, tests, files, and what is not imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from coze_harness.importing.imported_scenario import ImportedFile, NotImportableError
from coze_harness.importing.promptfoo_config import read_configuration
from coze_harness.importing.scenario_files import scenario_files
from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import Trial
from coze_harness.scenarios import ProjectPaths, expand_trials, load_scenarios


def import_config(folder: Path, text: str, **files: str | bytes) -> ImportedFile:
    """Import a configuration; names of files have `__` for a dot."""
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name.replace("__", ".")).write_bytes(data)
    (folder / "config.yaml").write_text(text, "utf-8")
    return read_configuration(folder / "config.yaml", [folder.resolve()], "config.yaml")


def trials(folder: Path, result: ImportedFile) -> list[Trial]:
    """Write the scenarios, and load them as a project does."""
    root = (folder / "project").resolve()
    for name, text in scenario_files("pf", result.scenarios, "config.yaml", "").items():
        path = root / "scenarios" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    loaded = load_scenarios([root / "scenarios/pf.yaml"], ProjectPaths(root, root / "scenarios"))
    return expand_trials(loaded, {}, "7403315657221079041")


def prompts(folder: Path, result: ImportedFile) -> list[str]:
    return [turn.prompt for trial in trials(folder, result) for turn in trial.script.turns({})]


def kinds(folder: Path, result: ImportedFile) -> list[list[str]]:
    return [
        [one.kind for turn in trial.script.turns({}) for one in turn.expectations]
        for trial in trials(folder, result)
    ]


def reasons(result: ImportedFile) -> list[tuple[str, str]]:
    return [
        (str(one.where), getattr(one.what.params.get("reason", one.what), "id", ""))
        for one in result.findings
    ]


def test_each_prompt_is_sent_with_each_test(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        """
prompts: ["翻译：{{ text }}", "Translate: {{ text }}"]
tests:
  - {vars: {text: 你好}, assert: [{type: contains, value: hello}]}
  - {vars: {text: [再见, 谢谢]}, assert: [{type: contains, value: thanks}]}
""",
    )
    assert prompts(tmp_path, result) == [
        "翻译：你好", "翻译：再见", "翻译：谢谢",
        "Translate: 你好", "Translate: 再见", "Translate: 谢谢",
    ]  # fmt: skip
    assert (result.assertions, result.imported, result.findings) == (2, 2, [])


def test_tests_that_expect_alike_are_cases_of_one_scenario(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        """
prompts: "{{ q }}"
defaultTest: {assert: [{type: is-json}], vars: {unused: 1}}
tests:
  - {description: first, vars: {q: a}}
  - {description: second, vars: {q: b}}
""",
    )
    (scenario,) = result.scenarios
    assert scenario.rows == [{"case": "first", "q": "a"}, {"case": "second", "q": "b"}]
    assert [trial.key.id for trial in trials(tmp_path, result)] == ["pf[first]", "pf[second]"]
    assert result.assertions == 1


def test_defaults_prefixes_and_references_apply(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        """
assertionTemplates: {polite: {type: icontains, value: "please {{ name }}"}}
prompts: ["{{ q }}"]
defaultTest:
  vars: {name: Li}
  options: {prefix: "Hi. ", suffix: "?"}
  assert: [{type: latency, threshold: 1500}]
tests:
  - {vars: {q: Who}, assert: [{$ref: "#/assertionTemplates/polite", weight: 3}]}
  - {vars: {q: What}, options: {disableDefaultAsserts: true}}
""",
    )
    assert prompts(tmp_path, result) == ["Hi. Who?", "Hi. What?"]
    expected = [turn.expect for one in result.scenarios for turn in one.turns]
    text: JSON = {"text": "please {{ name }}", "ignore_case": True}
    assert expected == [[{"latency": {"max": 1.5}}, {"contains": text, "weight": 3}], []]


def test_chats_become_the_history_of_a_prompt(tmp_path: Path) -> None:
    chat = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "a {{ q }}"},
        {"role": "assistant", "content": [{"type": "text", "text": "b"}]},
        {"role": "user", "content": "{{ q | dump }}"},
    ]
    result = import_config(
        tmp_path,
        "prompts: file://chat.json\ntests: [{vars: {q: 'x\"'}}]\n",
        chat__json=json.dumps(chat, indent="\t"),
    )
    assert result.scenarios[0].history == (
        {"role": "user", "content": "a {{ q }}"},
        {"role": "assistant", "content": "b"},
    )
    assert prompts(tmp_path, result) == ['"x\\""']
    assert [one.what.id for one in result.findings] == ["import.system_prompt"]


def test_prompts_come_from_files(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        "prompts: [file://p*.txt, {id: file://t.csv, label: L}, {raw: r, label: R}, file://g.js]\n"
        "tests: [{vars: {}}]\n",
        p1__txt="one\n---\ntwo\nlines\n",
        p2__txt="three",
        t__csv="prompt,label\nfour,x\n",
    )
    assert prompts(tmp_path, result) == ["one", "two\nlines", "three", "four", "r"]
    assert [one.description for one in result.scenarios] == ["", "", "", "L", "R"]
    assert reasons(result) == [("config.yaml:1:76", "import.reason.code_file")]


TABLE = """city,text,__expected,__expected2,__description,__metric
Oslo,明天天气?,雨,contains: Oslo,rain,m
Rom,明天天气?,晴,contains: Rom,sun,m
Bern,"a
b",fn:output.length < 9,,,
"""


def test_a_table_gives_cases_with_what_they_expect(tmp_path: Path) -> None:
    result = import_config(
        tmp_path, "prompts: '{{ city }}{{ text }}'\ntests: t.csv\n", t__csv=TABLE
    )
    assert len(result.scenarios) == 2
    assert result.scenarios[0].rows == [
        {
            "case": "rain",
            "city": "Oslo",
            "text": "明天天气?",
            "expected": "雨",
            "expected2": "Oslo",
        },
        {"case": "sun", "city": "Rom", "text": "明天天气?", "expected": "晴", "expected2": "Rom"},
    ]
    assert kinds(tmp_path, result) == [["equals", "contains"]] * 2 + [["length"]]
    assert str(result.scenarios[1].where) == "t.csv:4"


def test_tests_come_from_files_of_each_format(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        "prompts: ['{{ q }}']\ntests: [file://a.yaml, file://b.json, file://c.jsonl]\n",
        a__yaml="- vars: {q: 1}\n- vars: {q: file://q.txt}\n",
        b__json='[{"vars": {"q": 2}, "assert": [{"type": "equals", "value": "x"}]}]',
        c__jsonl='{"vars": {"q": 3}}\n\n{broken\n',
        q__txt="from a file",
    )
    assert sorted(prompts(tmp_path, result)) == ["1", "2", "3", "from a file"]
    assert reasons(result) == [("c.jsonl:3", "import.reason.json_line")]


def test_what_follows_the_end_of_a_table_that_can_be_read_is_a_finding(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        "prompts: ['{{ q }}', file://prompts.csv]\ntests: [file://tests.csv, {vars: {q: 2}}]\n",
        tests__csv=f"q\n1\n{'x' * 200_000}\n",
        prompts__csv=f"prompt\na\n{'x' * 200_000}\n",
    )
    assert prompts(tmp_path, result) == ["1", "2"]
    assert reasons(result) == [
        ("config.yaml:1:22", "import.reason.csv"), ("tests.csv:3", "import.reason.csv"),
    ]  # fmt: skip


def test_scenarios_combine_their_configurations_and_tests(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        """
prompts: ["{{ a }}{{ b }}"]
scenarios:
  - config: [{vars: {a: 1}}, {vars: {a: 2}}]
    tests: [{vars: {b: x}}, {vars: {b: y}}]
""",
    )
    assert prompts(tmp_path, result) == ["1x", "1y", "2x", "2y"]


def test_values_that_yaml_reads_otherwise_stay_texts(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        "prompts: ['{{ q }}']\ntests: [{vars: {q: yes}, assert: [{type: contains, value: Yes}, "
        "{type: contains, value: 1.50}, {type: contains, value: true}]}]\n",
    )
    assert prompts(tmp_path, result) == ["yes"]
    assert result.scenarios[0].turns[0].expect == [
        {"contains": "Yes"}, {"contains": "1.50"}, {"contains": "true"},
    ]  # fmt: skip


def test_variables_may_use_variables(tmp_path: Path) -> None:
    result = import_config(
        tmp_path, "prompts: ['{{ a }}']\ntests: [{vars: {a: 'about {{ b }}', b: tea}}]\n"
    )
    assert prompts(tmp_path, result) == ["about tea"]


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ("{vars: {q: file:///etc/passwd}}", "import.reason.outside"),
        ("{vars: {q: file://../outside.txt}}", "import.reason.outside"),
        ("{vars: {q: file://link.txt}}", "import.reason.outside"),
        ("{vars: {q: file://missing.txt}}", "import.reason.missing"),
        ("{vars: {q: file://code.py}}", "import.reason.code_file"),
        ("{vars: {q: file://picture.jpg}}", "import.reason.encoding"),
        ("{vars: {other: 1}}", "import.reason.variable"),
        ("{vars: {q: '{{ missing }}'}}", "import.reason.variable"),
        ("{vars: {q: 1}, options: {transformVars: x}}", "import.reason.transform_vars"),
        ("https://example.com/tests", "import.reason.url"),
        ("file://tests.xlsx", "import.reason.file_type"),
        (f"{{vars: {{q: {list(range(101))}, r: {list(range(101))}}}}}", "import.reason.too_many"),
    ],
)
def test_a_test_that_cannot_be_read_is_a_finding(tmp_path: Path, test: str, reason: str) -> None:
    (tmp_path / "outside.txt").write_text("secret")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.txt").symlink_to(tmp_path / "outside.txt")
    text = f"prompts: ['{{{{ q }}}}']\ntests:\n  - {{vars: {{q: fine}}}}\n  - {test}\n"
    result = import_config(inner, text, picture__jpg=b"\xff\xd8\xff\xff\x80", tests__xlsx="")
    assert prompts(tmp_path, result) == ["fine"]
    assert [one for _, one in reasons(result)] == [reason]
    assert "secret" not in str(result)


def test_a_type_of_the_future_is_a_finding_with_its_place(tmp_path: Path) -> None:
    result = import_config(
        tmp_path,
        "prompts: [a]\nredteam: {plugins: []}\ntests:\n  - assert:\n"
        "      - {type: contains, value: x}\n      - {type: of-tomorrow, value: x}\n"
        "      - {type: regex, value: '('}\n",
    )
    assert (result.assertions, result.imported) == (3, 1)
    assert [place for place, _ in reasons(result)] == [
        "config.yaml:2:1", "config.yaml:6:9", "config.yaml:7:9",
    ]  # fmt: skip
    assert kinds(tmp_path, result) == [["contains"]]


@pytest.mark.parametrize("text", ["[]", "turns: []", "prompts: [", "&a [*a]", "x" * 100])
def test_what_is_no_configuration_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises((HarnessError, NotImportableError)):
        import_config(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        "prompts: 1\ntests: 2\n", "prompts: [[1], {a: 1}, null]\ntests: [[[]], 3, null]\n",
        "tests: [{vars: [1, {}], assert: [1, null, {}, [x], {type: []}]}]\n",
        "prompts: [a]\ndefaultTest: [1]\ntests: [{assert: {type: equals}, threshold: x}]\n",
        "prompts: {a: b}\nscenarios: [1, {config: 2, tests: []}]\n",
        "prompts: [a]\ntests: [{assert: [{$ref: '#/tests/0'}, {$ref: 5}]}]\n",
    ],
)  # fmt: skip
def test_data_of_other_types_loses_only_itself(tmp_path: Path, text: str) -> None:
    result = import_config(tmp_path, text)
    assert result.findings or result.scenarios
