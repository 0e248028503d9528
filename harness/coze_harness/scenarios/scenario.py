"""A loaded scenario: everything but the bots it runs on and how often."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from coze_harness.model import ChatOptions
from coze_harness.model.location import Location
from coze_harness.model.trial import TurnScript


class BotReference(Struct, frozen=True):
    """A bot as a scenario names it: a name of the project or an id, and where that is written."""

    word: str
    location: Location


class CaseInstance(Struct, frozen=True):
    """A scenario filled with one case; `label` is empty where there are no cases."""

    label: str
    options: ChatOptions
    script: TurnScript


class Scenario(Struct, frozen=True, kw_only=True):
    """A named conversation, ready to become trials.

    `file` is relative to the project, `folder` to the scenarios folder, with forward slashes.
    `workflow` is the id of the workflow that the prompts go to instead of bots. `limited_keys` are
    the places of keys that not every target takes. `max_increase` has shares by measure. `tester`
    plays the user. `judge` is the scenario's own judge; `judged_at` is where the first expectation
    is that needs one.
    """

    name: str
    file: str
    folder: str
    location: Location
    description: str
    tags: tuple[str, ...]
    bots: tuple[BotReference, ...]
    workflow: str
    repeat: int
    min_pass_rate: float
    max_increase: Mapping[str, float]
    known_failure: str
    stop_on_failure: bool
    cases: tuple[CaseInstance, ...]
    limited_keys: Mapping[str, Location] = field(default_factory=dict)
    tester: BotReference | None = None
    judge: BotReference | None = None
    judged_at: Location | None = None
