"""Folders by URL: where they may stand, and what they must not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.config import load_settings
from coze_harness.model.errors import SettingsError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.storage.remote_folder import RemoteFolder


def write_config(root: Path, text: str) -> Path:
    (root / "harness.yaml").write_text(text, encoding="utf-8")
    return root


def test_recordings_and_runs_may_be_elsewhere(tmp_path: Path) -> None:
    text = "cassettes: s3://bucket/录音/\nreports: memory://runs\n"
    settings = load_settings(write_config(tmp_path, text), {})
    assert settings.cassettes == RemoteFolder("s3://bucket/录音")
    assert settings.reports == RemoteFolder("memory://runs")
    assert settings.scenarios == tmp_path / "scenarios"


def test_an_option_wins_whichever_is_the_url(tmp_path: Path) -> None:
    write_config(tmp_path, "cassettes: s3://bucket/a\nreports: runs\n")
    options = SettingsOverrides(cassettes="here", reports="gs://bucket/b")
    settings = load_settings(tmp_path, {}, options)
    assert settings.cassettes == tmp_path / "here"
    assert settings.reports == RemoteFolder("gs://bucket/b")


def test_a_file_url_is_another_word_for_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "录 音%"
    settings = load_settings(tmp_path, {}, SettingsOverrides(cassettes=folder.as_uri()))
    assert settings.cassettes == folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scenarios: s3://bucket/x", "not a folder inside the project"),
        ("cassettes: file:///etc", "folder of this machine"),
        ("reports: LOCAL:///etc", "folder of this machine"),
        ("cassettes: s3://key:hunter2@bucket/x", "password"),
        ("reports: s3://bucket/x?sig=hunter2", "query"),
        ("reports: s3://bucket/../x", "must not contain"),
    ],
)
def test_what_harness_yaml_must_not_name(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(write_config(tmp_path, f"{text}\n"), {})
    assert str(caught.value.where).startswith("harness.yaml:1:")
    assert caught.value.next_step
    assert "hunter2" not in str(caught.value)


def test_a_wrong_option_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {}, SettingsOverrides(reports="s3://key:hunter2@bucket"))
    assert str(caught.value.where) == "--reports"
    assert "hunter2" not in str(caught.value)
