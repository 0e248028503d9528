"""Trials and their names, discovery, and the schema."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import pytest
from coze_harness.messages import message
from coze_harness.model import Target
from coze_harness.model.errors import ScenarioErrors, UsageError
from coze_harness.model.trial import Trial
from coze_harness.scenarios import expand_trials, find_files, load_scenarios
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_project import BOTS, faults_of, load_all, load_one, project_in, trials_of

ASK = "turns: [{prompt: a}]"
ID = "7374752000116113999"


def ids(trials: list[Trial]) -> list[str]:
    return [trial.key.id for trial in trials]


def cassettes(trials: list[Trial]) -> list[str]:
    return [trial.key.cassette for trial in trials]


def test_trials_go_by_bot_case_and_repeat(tmp_path: Path) -> None:
    text = f"bots: [chat, 助手]\nrepeat: 2\ncases: [{{case: x}}, {{case: y}}]\n{ASK}"
    trials = trials_of(tmp_path, text)
    assert ids(trials) == [
        "a@chat[x]",
        "a@chat[x]#2",
        "a@chat[y]",
        "a@chat[y]#2",
        "a@助手[x]",
        "a@助手[x]#2",
        "a@助手[y]",
        "a@助手[y]#2",
    ]
    assert cassettes(trials)[:2] == ["a@chat+x.yaml", "a@chat+x~2.yaml"]
    assert [t.key.trial for t in trials[:2]] == [1, 2]


def test_a_single_bot_is_not_named_but_another_one_is(tmp_path: Path) -> None:
    loaded = load_one(tmp_path, f"bot: chat\n{ASK}")
    assert ids(expand_trials(loaded, BOTS)) == ["a"]
    assert ids(expand_trials(loaded, BOTS, chosen_bots=["chat"])) == ["a"]
    assert ids(expand_trials(loaded, BOTS, chosen_bots=[BOTS["chat"].id])) == ["a"]
    assert ids(expand_trials(loaded, BOTS, chosen_bots=["助手", "chat"])) == ["a@助手", "a"]
    assert cassettes(expand_trials(loaded, BOTS, chosen_bots=["助手"])) == ["a@助手.yaml"]


def test_a_chosen_bot_of_several_keeps_its_name(tmp_path: Path) -> None:
    loaded = load_one(tmp_path, f"bots: [chat, 助手]\n{ASK}")
    assert ids(expand_trials(loaded, BOTS, chosen_bots=["chat"])) == ["a@chat"]


def test_a_bot_may_be_an_id_or_the_default(tmp_path: Path) -> None:
    (trial,) = expand_trials(load_one(tmp_path, f"bot: '{ID}'\n{ASK}"), {})
    assert trial.bot == Target(name=ID, id=ID)
    (trial,) = expand_trials(load_one(tmp_path, ASK), {}, ID)
    assert trial.bot.id == ID
    assert trial.key.id == "a"


def test_an_unknown_bot_is_a_fault_with_the_nearest_name(tmp_path: Path) -> None:
    loaded = load_all(
        tmp_path,
        {
            "scenarios/a.yaml": f"bot: caht\n{ASK}",
            "scenarios/b.yaml": f"bots: [chat, '12345']\n{ASK}",
            "scenarios/c.yaml": ASK,
        },
    )
    with pytest.raises(ScenarioErrors) as caught:
        expand_trials(loaded, BOTS)
    a, b, c = caught.value.errors
    assert str(a.where) == "scenarios/a.yaml:1:6"
    assert 'Did you mean "chat"?' in str(a.what)
    assert str(b.where) == "scenarios/b.yaml:1:14"
    assert "has no bot" in str(c.what)
    assert "default_bot" in str(c.next_step)


def test_chosen_bots_serve_scenarios_that_name_none(tmp_path: Path) -> None:
    assert ids(expand_trials(load_one(tmp_path, ASK), BOTS, chosen_bots=["chat"])) == ["a@chat"]
    with pytest.raises(UsageError, match="chat"):
        expand_trials(load_one(tmp_path, ASK), BOTS, chosen_bots=["chta"])


def test_repeat_as_an_option_wins(tmp_path: Path) -> None:
    loaded = load_one(tmp_path, f"bot: chat\nrepeat: 5\n{ASK}")
    assert ids(expand_trials(loaded, BOTS, repeat=2)) == ["a", "a#2"]
    with pytest.raises(UsageError):
        expand_trials(loaded, BOTS, repeat=0)


def test_two_trials_are_never_called_the_same(tmp_path: Path) -> None:
    loaded = load_all(
        tmp_path,
        {
            "scenarios/1.yaml": f"name: a\ncases: [{{case: b}}]\n{ASK}",
            "scenarios/2.yaml": f"name: a[b]\n{ASK}",
        },
    )
    with pytest.raises(ScenarioErrors) as caught:
        expand_trials(loaded, BOTS, "chat")
    assert 'called "a[b]"' in str(caught.value.errors[0].what)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("identity", r"identity\.yaml"),
        ("身份 测试", r"身份 测试\.yaml"),
        ("Ünï", r"Ünï\.yaml"),
        ("a/b", r"a-b-[0-9a-f]{10}\.yaml"),
        ("a:b?", r"a-b--[0-9a-f]{10}\.yaml"),
        (".hidden", r"hidden-[0-9a-f]{10}\.yaml"),
        ("con", r"_con-[0-9a-f]{10}\.yaml"),
        ("dot.", r"dot-[0-9a-f]{10}\.yaml"),
        ("a@b", r"a-b-[0-9a-f]{10}\.yaml"),
        ("x" * 150, r"x{99}-[0-9a-f]{10}\.yaml"),
        ("身" * 100, r"身{33}-[0-9a-f]{10}\.yaml"),
        ("a\u200bb", r"a-b-[0-9a-f]{10}\.yaml"),
        ("\u202eabc", r"-abc-[0-9a-f]{10}\.yaml"),
    ],
)
def test_a_cassettes_name_is_safe_readable_and_short(
    tmp_path: Path, name: str, pattern: str
) -> None:

    (trial,) = trials_of(tmp_path, f"name: {json.dumps(name)}\n{ASK}")
    assert re.fullmatch(pattern, trial.key.cassette)
    assert trial.key.scenario == name


def test_the_scenarios_folder_is_mirrored(tmp_path: Path) -> None:
    trials = expand_trials(
        load_all(tmp_path, {"scenarios/深/er/a.yaml": ASK, "scenarios/b.yaml": ASK}), BOTS, "chat"
    )
    assert cassettes(trials) == ["b.yaml", "深/er/a.yaml"]


_NAMES = st.text(alphabet="aAbBeésSß./:@+~-# []中😀\u0301\u200b", min_size=1, max_size=8)


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(_NAMES, min_size=2, max_size=8, unique=True))
def test_no_two_cases_share_a_cassette_whatever_the_file_system(
    tmp_path: Path, labels: list[str]
) -> None:

    rows = [{"case": label} for label in labels]
    text = json.dumps({"repeat": 2, "cases": rows, "turns": [{"prompt": "a"}]}, ensure_ascii=False)
    trials = trials_of(tmp_path, text)
    files = [unicodedata.normalize("NFC", name.casefold()) for name in cassettes(trials)]
    assert len(set(files)) == len(files) == 2 * len(labels)
    for file in files:
        assert not re.search(r'[\\:*?"<>|/\x00-\x1f]', file)
        assert not file.startswith(".")
        assert len(file.encode()) <= 120


# --- discovery ---------------------------------------------------------------------------------


def test_words_are_files_folders_or_names(tmp_path: Path) -> None:
    files = {
        "scenarios/a.yaml": ASK,
        "scenarios/sub/b.yml": ASK,
        "scenarios/sub/c.yaml": f"name: 第三 个\n{ASK}",
        "scenarios/notes.txt": "x",
        "other/d.yaml": ASK,
    }
    project = project_in(tmp_path, files)

    def names(*words: str, start: Path = project.root) -> list[str]:
        selection = find_files(words, project, start)
        return [s.name for s in selection.select(load_scenarios(selection.files, project))]

    assert names() == ["a", "b", "第三 个"]
    assert names("scenarios/sub") == ["b", "第三 个"]
    assert names("sub/b.yml", start=project.scenarios) == ["b"]
    assert names("第三 个") == ["第三 个"]
    assert names("scenarios/a.yaml", "b") == ["a", "b"]
    assert names("other") == ["d"]
    assert names("scenarios/a.yaml", "scenarios/a.yaml", "scenarios") == ["a", "b", "第三 个"]


@pytest.mark.parametrize("word", ["identiti", "scenarios/identiti.yaml", "", "a\0b"])
def test_an_unknown_word_is_refused_with_the_nearest_name(tmp_path: Path, word: str) -> None:
    project = project_in(tmp_path, {"scenarios/a.yaml": f"name: identity\n{ASK}"})
    selection = find_files([word], project, project.root)
    with pytest.raises(UsageError) as caught:
        selection.select(load_scenarios(selection.files, project))
    unknown = message("selection.unknown", name=word)
    near = message("spelling.suggestion", what=unknown, word="identity")
    assert caught.value.what == (near if word == "identiti" else unknown)


@pytest.mark.parametrize("word", ["..", "../outside.yaml", "/etc", "scenarios/link.yaml"])
def test_a_path_that_leads_out_of_the_project_is_refused(tmp_path: Path, word: str) -> None:
    (tmp_path / "outside.yaml").write_text(ASK)
    project = project_in(tmp_path / "project", {})
    (project.scenarios / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(UsageError, match="outside the project"):
        find_files([word], project, project.root)
    with pytest.raises(UsageError, match="outside the project"):
        find_files([], project, project.root)


def test_a_missing_scenarios_folder_is_told(tmp_path: Path) -> None:
    project = project_in(tmp_path, {})
    project.scenarios.rmdir()
    with pytest.raises(UsageError, match="init"):
        find_files([], project, project.root)


def test_trials_know_how_much_more_they_may_cost(tmp_path: Path) -> None:
    text = "max_increase: {tokens: 20%, latency: 0.5}\nturns: [{prompt: a}]\n"
    (trial,) = trials_of(tmp_path, text)
    assert trial.max_increase == {"tokens": 0.2, "latency": 0.5}
    (fault,) = faults_of(tmp_path, {"scenarios/a.yaml": text.replace("20%", "20")})
    assert str(fault.where) == "scenarios/a.yaml:1:24"
    assert "20%" in str(fault.what)
