"""What people see: plain lines in a pipe, colours and a bar on a terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios

import pytest
from project import ProjectFolder


def _without_run_ids(text: str) -> str:
    """Remove what differs from run to run: ids, and how long something has been failing."""
    text = re.sub(r"^Since .*\n(  .*\n)+", "", text, flags=re.MULTILINE)
    return re.sub(r"reports/[^/]+/", "", text)


def test_a_pipe_gets_plain_lines_in_utf_8_whatever_the_locale_says(
    recorded_project: ProjectFolder,
) -> None:
    plain = recorded_project.run("run")
    odd = recorded_project.run("run", env={"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"})
    forced = recorded_project.run("run", env={"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    quiet = recorded_project.run("run", "-q")
    assert "\x1b" not in plain.out + forced.out
    assert len({_without_run_ids(result.out) for result in (plain, odd, forced)}) == 1
    assert [line[:8] for line in quiet.out.splitlines()] == ["FAILED  ", "1 of 3 s"]
    for text in ("  prompt:   说点什么", "  answer:   不知道。", "    expected: ", ":5:9"):
        assert text in plain.out
    assert "绝不会有的话" in odd.out


def test_verbose_shows_the_chat_and_the_verdicts(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("run", "-v")
    assert result.code == 1
    for words in ("说点什么", "不知道。", "绝不会有的话", "scenarios/wrong.yaml"):
        assert words in result.out


def _on_a_terminal(
    project: ProjectFolder, arguments: list[str], env: dict[str, str]
) -> tuple[int, str]:
    """Run a command on a pseudo-terminal of 80 columns; return its exit code and all it wrote."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "coze_harness", *arguments],
        cwd=project.root,
        env={**project.env, "TERM": "xterm-256color", **env},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    output = b""
    while select.select([master], [], [], 60)[0]:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not piece:
            break
        output += piece
    os.close(master)
    return process.wait(60), output.decode("utf-8")


def test_a_terminal_gets_colours_a_bar_and_the_whole_failure(
    recorded_project: ProjectFolder,
) -> None:
    code, output = _on_a_terminal(recorded_project, ["run"], {})
    assert code == 1
    assert "\x1b[31m" in output
    assert "4/4" in output
    assert "━" in output
    assert "说点什么" in output
    assert output.count("report: ") == 1


@pytest.mark.parametrize(
    ("arguments", "env", "bar"),
    [
        (["run"], {"NO_COLOR": "1"}, True),
        (["run"], {"TERM": "dumb"}, False),
        (["run", "--no-progress"], {"NO_COLOR": "1"}, False),
        (["run", "-q"], {"NO_COLOR": "1"}, False),
    ],
)
def test_colours_and_bar_can_be_done_without(
    recorded_project: ProjectFolder, arguments: list[str], env: dict[str, str], bar: bool
) -> None:
    code, output = _on_a_terminal(recorded_project, arguments, env)
    assert code == 1
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7][;m]", output)
    assert ("━" in output) is bar
