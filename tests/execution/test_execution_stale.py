"""What a stale or missing recording says: what changed, where, and the command that records."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.model.errors import CassetteMissingError, CassetteStaleError, HarnessError
from coze_harness.model.process_context import ProcessContext
from coze_harness.project.opened_project import open_project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of one recorded scenario."""
    for name in ("harness.yaml", "scenarios/identity.yaml", "cassettes/identity.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(REPOSITORY / name, tmp_path / name)
    return tmp_path


def error_of(folder: Path) -> HarnessError:
    process = ProcessContext(environment={}, folder=folder, processors=1)
    with open_project(process) as project:
        (trial,) = select_trials(project, TrialSelection())
        with pytest.raises(HarnessError) as caught:
            project.replayer.load(trial, str(folder / "cassettes" / "identity.yaml"))
    return caught.value


CHANGES = [
    (
        "prompt: 你是谁?",
        "prompt: 你是哪位?",
        message("replay.stale.prompt", trial="identity", turn=1),
    ),
    (
        "turns:",
        "custom_variables: {city: 北京}\nturns:",
        message("replay.stale.request", trial="identity", turn=1),
    ),
    (
        "turns:",
        "turns:\n  - prompt: 你好",
        message("replay.stale.prompt", trial="identity", turn=1),
    ),
    (
        "      - tokens: {max: 800}",
        "  - prompt: 再见",
        message("replay.stale.turns", trial="identity"),
    ),
    (
        "turns:",
        "conversation: create\nturns:",
        message("replay.stale", trial="identity"),
    ),
]


@pytest.mark.parametrize(("old", "new", "what"), CHANGES)
def test_a_stale_recording_says_what_changed(
    folder: Path, old: str, new: str, what: LocalizedText
) -> None:
    path = folder / "scenarios" / "identity.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    error = error_of(folder)
    assert isinstance(error, CassetteStaleError)
    assert error.what == what
    assert str(error.detail[0]).endswith("scenarios/identity.yaml:2")
    assert str(error.next_step) == "coze-harness record scenarios/identity.yaml"


def test_a_stale_recording_shows_both_prompts_in_the_readers_language(folder: Path) -> None:
    path = folder / "scenarios" / "identity.yaml"
    path.write_text(path.read_text("utf-8").replace("你是谁", "你是哪位"), "utf-8")
    lines = error_of(folder).lines(Catalogue("zh"))
    assert "identity 的录制文件已过时：录制之后，第 1 轮的提问有改动。" in lines[0]
    assert lines[2:] == [
        '  第 1 轮，录制：additional_messages[0].content = "你是谁?"',
        '  第 1 轮，当前：additional_messages[0].content = "你是哪位?"',
        "  下一步：coze-harness record scenarios/identity.yaml",
    ]


def test_a_missing_recording_says_how_to_record_it(folder: Path) -> None:
    (folder / "cassettes" / "identity.yaml").unlink()
    error = error_of(folder)
    assert isinstance(error, CassetteMissingError)
    assert error.what == message("replay.missing", trial="identity")
    command = "coze-harness record scenarios/identity.yaml"
    assert error.next_step == message("replay.missing.next", command=command)
