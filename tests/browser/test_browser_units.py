"""The filter's language and the links, by Node's own test runner: they need no page."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_FOLDER = Path(__file__).parent
_NODE = shutil.which("node")


@pytest.mark.parametrize("name", ["hash", "judge", "pace", "query"])
def test_module(name: str) -> None:
    if _NODE is None:
        assert not os.environ.get("CI"), "CI must install Node"
        pytest.skip("there is no Node")
    done = subprocess.run(
        [_NODE, "--test", "--test-reporter=spec", _FOLDER / f"{name}.test.js"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()
