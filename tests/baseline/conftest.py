"""A project with candidates, and a warm process that runs commands in copies of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from accepting import ComparedProject, compared_project
from kill_points import Runner, warm_runner


@pytest.fixture(scope="session")
def compared(tmp_path_factory: pytest.TempPathFactory) -> ComparedProject:
    return compared_project(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="session")
def runner(compared: ComparedProject) -> Iterator[Runner]:
    with warm_runner(compared.project.env) as runner:
        yield runner
