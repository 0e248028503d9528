"""Which versions of its dependencies the package accepts, and which ones the tests run with."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[2]


def _project() -> dict[str, Any]:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert isinstance(project, dict)
    return project


def _applies(requirement: Requirement) -> bool:
    """Return whether a requirement is one for this Python and platform."""
    environment = {key: str(value) for key, value in default_environment().items()}
    return requirement.marker is None or requirement.marker.evaluate(environment)


def _required_packages() -> list[Requirement]:
    return [Requirement(text) for text in _project()["dependencies"]]


def _optional_packages() -> list[Requirement]:
    extras = _project()["optional-dependencies"].values()
    return [Requirement(text) for extra in extras for text in extra]


def _locked_versions(name: str) -> dict[str, str]:
    """Return the versions that a lock pins for this Python, by name."""
    text = (_ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    lines = re.findall(r"^([^\s#].*?) \\$", text, re.MULTILINE)
    pins = [Requirement(line) for line in lines]
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pins
        if _applies(pin)
    }


@pytest.mark.parametrize(
    "pin",
    [
        "pytest==8.0.0",
        "pytest==8.4.2",
        "click==8.1.3",
        "click==8.1.8",
        "rich==13.0.0",
        "requests==2.31.0",
        "vcrpy==6.0.2",
    ],
)
def test_the_package_installs_beside(pin: str) -> None:
    other = Requirement(pin)
    [version] = [part.version for part in other.specifier]
    ours = [required for required in _required_packages() if required.name == other.name]
    assert any(required.specifier.contains(version) for required in ours)


def test_each_lower_bound_is_the_version_in_the_lowest_environment() -> None:
    locked = _locked_versions("lowest")
    for required in filter(_applies, [*_required_packages(), *_optional_packages()]):
        [bound] = [part.version for part in required.specifier if part.operator == ">="]
        pinned = Requirement(f"{required.name}=={bound}").specifier
        assert pinned.contains(locked[canonicalize_name(required.name)]), required


def test_locks_hold_what_the_package_requires() -> None:
    run, dev = _locked_versions("run"), _locked_versions("dev")
    assert run.items() <= dev.items()
    for required in filter(_applies, _required_packages()):
        assert required.specifier.contains(run[canonicalize_name(required.name)]), required
    for required in _optional_packages():
        assert required.specifier.contains(dev[canonicalize_name(required.name)]), required


@pytest.mark.parametrize("name", ["run", "dev", "lowest"])
def test_locks_hold_hashes_and_no_address(name: str) -> None:
    text = (_ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
    pins = re.findall(r"^[^\s#].*\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)) > 0
    assert "://" not in text
    assert "--find-links" not in text
