"""The peer: pytest-recording and vcrpy on the same cassette files, set up to be fast.

One test for each trial and one cassette for each test, record mode `none`, no unused plugin, no
cache of results, no report file (we write all of ours). The client is the walkthrough's; the tuned
variant keeps one `requests.Session` for each test, which makes it faster.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import walkthrough
from benchmarks.project import BOT, HOST, Exchange

_CONFIGURATION = """\
import pytest


@pytest.fixture(scope="module")
def vcr_cassette_dir():
    return {cassettes!r}


@pytest.fixture
def default_cassette_name(trial):
    return trial[0]


@pytest.fixture(scope="module")
def vcr_config():
    return {{"record_mode": "none"}}
"""

_TESTS = """\
import re

import pytest
import requests
from walkthrough import ask

TRIALS = [
{trials}
]


@pytest.mark.vcr
@pytest.mark.parametrize("trial", TRIALS, ids=[name for name, _ in TRIALS])
def test_bot(trial):
    {ask}
    assert "学术助手" in answer
    assert "ChatGPT" not in answer
    assert re.search(r"第\\d+次", answer)
    assert len(answer) <= 600
    assert tokens <= 800
"""

_ASK = {
    False: f'answer, tokens = ask(requests, "{HOST}", "{BOT}", trial[1])',
    True: f"""with requests.Session() as session:
        answer, tokens = ask(session, "{HOST}", "{BOT}", trial[1])""",
}


def write_tests(
    folder: Path, cassettes: Path, exchanges: Sequence[Exchange], *, tuned: bool
) -> None:
    """Write a folder of tests that replay the cassettes of a project."""
    folder.mkdir(parents=True)
    shutil.copy(walkthrough.__file__, folder / "walkthrough.py")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    configuration = _CONFIGURATION.format(cassettes=str(cassettes))
    (folder / "conftest.py").write_text(configuration, encoding="utf-8")
    trials = "\n".join(f"    ({item.name!r}, {item.prompt!r})," for item in exchanges)
    tests = _TESTS.format(trials=trials, ask=_ASK[tuned])
    (folder / "test_replies.py").write_text(tests, encoding="utf-8")


def command(workers: int = 1) -> list[str]:
    """Return the command that runs the tests, to be started in their folder."""
    xdist = ["-p", "xdist.plugin", "-n", str(workers)] if workers > 1 else []
    recording = ["-p", "pytest_recording.plugin", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", "-q", *recording, *xdist]


ENVIRONMENT = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Without the plugins that happen to be installed here."""
