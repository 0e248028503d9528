"""A project with candidates, and a warm process that runs commands in copies of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from accepting import ComparedProject, compared_project
from kill_points import Runner, warm_runner


@pytest.fixture(scope="session")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> ComparedProject:
    return compared_project(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="session")
def runner(comparison: ComparedProject) -> Iterator[Runner]:
    with warm_runner(comparison.project.env) as runner:
        yield runner
