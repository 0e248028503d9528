"""`import`: files of other tools become scenarios that `check` accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from project import ProjectFolder

CONFIG = """
prompts: ["{{ q }}"]
tests:
  - vars: {q: 几点开门?}
    assert: [{type: contains, value: 九点}, {type: cost, threshold: 1}]
  - vars: {q: 能退吗?}
    assert: [{type: cost, threshold: 1}, {type: cost, threshold: 1}, {type: cost, threshold: 1}]
"""
TABLE = "问题,答案,期望,id\n几点开门?,每天九点开门。,九点,a\n能退吗?,7 天内可退。,,b\n,x,y,c\n"


def test_a_configuration_becomes_scenarios_that_are_in_order(empty: ProjectFolder) -> None:
    empty.write("pf/promptfooconfig.yaml", CONFIG)
    result = empty.run("import", "pf/promptfooconfig.yaml")
    assert result.code == 0, result
    assert "4 not imported:" in result.out
    assert "  pf/promptfooconfig.yaml:5:43: The assertion cost" in result.out
    assert "Written: scenarios/pf.yaml" in result.out
    assert "1 of 5 assertions" in result.out
    step = result.err.removeprefix("next: coze-harness ").partition(",")[0].split()
    assert empty.run(*step).code == 0
    assert empty.run("list").out.count("missing") >= 2


def test_a_grader_needs_the_projects_judge(empty: ProjectFolder) -> None:
    test = "{vars: {}, assert: [{type: llm-rubric, value: is polite}, {type: g-eval, value: calm}]}"
    empty.write("graded/promptfooconfig.yaml", f"prompts: [hi]\ntests: [{test}]\n")
    result = empty.run("import", "graded/promptfooconfig.yaml")
    assert "0 of 2 assertions" in result.out
    assert "judge: {bot: …}" in result.out
    assert empty.run("check", "--no-recordings").code == 0
    empty.write("harness.yaml", empty.read("harness.yaml") + "judge: {bot: second}\n")
    result = empty.run("import", "graded/promptfooconfig.yaml", "--force")
    assert "2 of 2 assertions" in result.out
    assert empty.run("check", "--no-recordings").code == 0


def test_files_are_replaced_only_when_that_is_asked_for(empty: ProjectFolder) -> None:
    empty.write("pf/promptfooconfig.yaml", CONFIG)
    empty.write("scenarios/pf.yaml", "turns: [{prompt: mine}]\n")
    result = empty.run("import", "pf/promptfooconfig.yaml")
    assert (result.code, result.out) == (2, "")
    assert "scenarios/pf.yaml" in result.err
    assert "mine" in empty.read("scenarios/pf.yaml")
    assert empty.run("import", "pf/promptfooconfig.yaml", "--name", "other").code == 0
    result = empty.run("import", "pf/promptfooconfig.yaml", "--force", "--lang", "zh")
    assert result.code == 0
    assert "已替换：scenarios/pf.yaml" in result.out
    assert "mine" not in empty.read("scenarios/pf.yaml")


def test_a_name_of_another_scenario_is_rejected(empty: ProjectFolder) -> None:
    empty.write("scenarios/mine.yaml", "name: pf-2\nturns: [{prompt: mine}]\n")
    empty.write("pf/promptfooconfig.yaml", CONFIG)
    result = empty.run("import", "pf/promptfooconfig.yaml")
    assert result.code == 2
    assert "pf-2" in result.err
    assert not empty.path("scenarios/pf.yaml").exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_becomes_cases(empty: ProjectFolder, encoding: str, delimiter: str) -> None:
    empty.path("faq.csv").write_bytes(TABLE.replace(",", delimiter).encode(encoding))
    result = empty.run("import", "faq.csv")
    assert result.code == 0, result
    assert "  faq.csv:4: " in result.out
    assert "3 of 3 assertions" in result.out
    assert empty.run("check", "--no-recordings").code == 0
    assert empty.run("list").out.split()[1::3][:2] == ["faq-1[a]", "faq-2[b]"]


def test_conversations_become_scenarios_without_secrets(empty: ProjectFolder) -> None:
    token = "pat_" + "Zx9Kq2Vb7Lm4Wp8T" * 4
    turns = [("user", f"{{{{ {token} }}}}"), ("assistant", "😀"), ("user", "然后呢?")]
    messages = [{"role": role, "content": text} for role, text in turns]
    empty.write("log.json", json.dumps({"data": messages}))
    result = empty.run("import", "log.json")
    assert result.code == 0, result
    assert "1 of 1 assertion imported" in result.out
    assert token not in empty.read("scenarios/log.yaml")
    assert empty.run("check", "--no-recordings").code == 0


def test_many_rows_go_into_a_file_of_their_own(empty: ProjectFolder) -> None:
    rows = "".join(f"question {n},{n}\n" for n in range(30))
    empty.write("sums.csv", f"question,expected\n{rows}")
    assert empty.run("import", "sums.csv").code == 0
    assert len(empty.read("scenarios/cases/sums.jsonl").splitlines()) == 30
    assert "30 trials" in empty.run("check", "--no-recordings").out


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("missing.yaml", None, "missing.yaml was not found"),
        ("tests.xlsx", "x", "type that cannot be imported"),
        ("other.yaml", "turns: []", "not a promptfoo configuration"),
        ("empty.yaml", "prompts: [a]", "nothing to import"),
        ("broken.yaml", "prompts: [", "broken.yaml:1"),
        ("faq.csv", "a,b\n1,2\n", "No column"),
    ],
)
def test_what_cannot_be_imported_is_said(
    empty: ProjectFolder, name: str, text: str | None, error: str
) -> None:
    if text is not None:
        empty.write(name, text)
    before = sorted(empty.root.rglob("*"))
    result = empty.run("import", name)
    assert (result.code, result.out) == (2, "")
    assert error in result.err
    assert sorted(empty.root.rglob("*")) == before


@pytest.mark.parametrize("name", ["../x", "a/b", "", " x"])
def test_a_name_leads_nowhere_else(empty: ProjectFolder, tmp_path: Path, name: str) -> None:
    empty.write("faq.csv", "question\n1\n")
    result = empty.run("import", "faq.csv", "--name", name)
    assert result.code == (0 if not name else 2)
    assert not (tmp_path / "x.yaml").exists()
