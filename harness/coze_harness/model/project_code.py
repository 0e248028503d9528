"""Where a project's own Python code is: functions that its files name, and modules with kinds."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from coze_harness.model.location import Location


class KindModule(Struct, frozen=True):
    """A module that registers kinds of expectations, and where harness.yaml names it."""

    name: str
    location: Location


class ProjectCode(Struct, frozen=True):
    """Where a project's own code is. Picklable: other processes find the same code by it.

    `root` is the project's folder, absolute; empty outside of a project.
    """

    root: str = ""
    kind_modules: tuple[KindModule, ...] = ()


NO_PROJECT: Final = ProjectCode()
