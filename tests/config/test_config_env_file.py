"""The project's `.env`: what it gives, what wins over it, and what is refused in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.auth.credentials import AccessToken
from coze_harness.config.env_file import with_env_file
from coze_harness.model.errors import SettingsError
from coze_harness.model.process_context import ProcessContext
from coze_harness.project.opened_project import open_project
from project import ProjectFolder


def process_in(folder: Path, environment: dict[str, str] | None = None) -> ProcessContext:
    return ProcessContext(environment=environment or {}, folder=folder, processors=1)


def test_the_file_of_the_project_is_read_from_any_of_its_folders(tmp_path: Path) -> None:
    (tmp_path / "harness.yaml").write_text("{}")
    (tmp_path / ".env").write_text("\ufeff# 令牌\nA=1\nexport B='x y'\nC\nD=${A}\n", "utf-8")
    inner = tmp_path / "scenarios"
    inner.mkdir()
    environment = with_env_file(process_in(inner, {"A": "2"})).environment
    assert environment == {"A": "2", "B": "x y", "D": "${A}"}


def test_without_a_file_nothing_changes(tmp_path: Path) -> None:
    process = process_in(tmp_path, {"A": "2"})
    assert with_env_file(process) is process


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"A=1\nnot a variable\n", 2, "env_file.invalid"),
        (b"A='1\n", 1, "env_file.invalid"),
        (b"A=\xff\n", 0, "env_file.unreadable"),
    ],
)
def test_what_is_no_variable_is_refused_with_its_line(
    tmp_path: Path, content: bytes, line: int, reason: str
) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        with_env_file(process_in(tmp_path))
    assert caught.value.where is not None
    assert (caught.value.where.line, caught.value.what.id) == (line, reason)


def test_a_token_in_the_file_is_the_projects_credential(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COZE_API_TOKEN=pat_abc\n")
    with open_project(process_in(tmp_path)) as project:
        assert isinstance(project.settings.credentials, AccessToken)
        assert project.settings.credentials.get_secret_value() == "pat_abc"


def test_a_secret_of_the_file_is_not_printed(tmp_path: Path) -> None:
    project = ProjectFolder(tmp_path, home=tmp_path)
    secret = "k" * 40
    project.write(".env", f"COZE_API_TOKEN={secret}\n")
    done = project.run("run", secret)
    assert done.code in (2, 5)
    assert secret not in done.out + done.err
    project.write(".env", f"not a variable\nCOZE_API_TOKEN={secret}\n")
    done = project.run("run")
    assert done.code == 2
    assert done.err.startswith(".env:1")
