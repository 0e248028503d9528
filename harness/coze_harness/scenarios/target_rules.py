"""What a scenario uses that not every kind of target takes, and where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from coze_harness.messages import message
from coze_harness.model import CAPABILITIES, LIMITED_KEYS, TargetKind
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial
from coze_harness.scenarios.scenario_keys import ScenarioSpec

_TURN_KEYS: Final = ("input", "attach", "tools")
_ON_BY_DEFAULT: Final = "auto_save_history"
_RESUME: Final = "resume"
"""A prompt after an input answers the question that the workflow has asked."""


def limited_keys(spec: ScenarioSpec) -> dict[str, Location]:
    """Return the keys of a scenario and its turns that some target does not take.

    Each is there with its first place. `prompt` is there if the conversation begins with one,
    `resume` if a prompt follows an `input`.
    """
    positions = spec.positions
    places = {
        key: positions.key(key)
        for key in spec.keys & LIMITED_KEYS
        if bool(getattr(spec, key)) is not (key == _ON_BY_DEFAULT)
    }
    if spec.simulate is not None:
        places["prompt"] = positions.key("simulate")
    for index, turn in enumerate(spec.turns):
        for key in _TURN_KEYS:
            if turn.get(key) is not None and turn[key] != [] and key not in places:
                places[key] = positions.key("turns", index, key)
        if turn.get("input") is None:
            use = _RESUME if "input" in places else "prompt"
            if use not in places:
                places[use] = positions.below("turns", index).key("prompt")
    return places


def own_workflow_kind(keys: Mapping[str, Location]) -> TargetKind:
    """Return the kind of a scenario's own `workflow:`, from what `limited_keys` found."""
    return TargetKind.CHATFLOW if "prompt" in keys else TargetKind.WORKFLOW


def unsupported_keys(
    kind: TargetKind, keys: Mapping[str, Location], name: str = ""
) -> Iterator[ScenarioError]:
    """Yield an error for each key that a kind of target does not take.

    Args:
        kind: the kind.
        keys: from `limited_keys`.
        name: the target's name, if it has one in the project.
    """
    declared = CAPABILITIES[kind]
    if keys.keys() <= declared.scenario_keys:
        return
    for key, where in keys.items():
        if key not in declared.scenario_keys:
            others = (one.title for one in CAPABILITIES.values() if key in one.scenario_keys)
            word = "prompt" if key == _RESUME else key
            yield ScenarioError(
                message("target.unsupported", key=word, target=declared.title),
                where=where,
                detail=[message("target.name", name=name)] if name else (),
                next_step=message("target.unsupported.next", targets=tuple(others)),
            )


def unsendable_prompts(trials: Sequence[Trial]) -> list[ScenarioError]:
    """Return an error for each scenario whose prompts Coze certainly refuses.

    Its recordings can be replayed, so that it is no error of the scenario file.
    """
    errors: dict[str, ScenarioError] = {}
    targets = ((trial, target) for trial in trials for target in (trial.bot, trial.tester))
    for trial, target in targets:
        if target is None:
            continue
        name = trial.key.scenario
        if target.kind is TargetKind.CHATFLOW and not (target.bot_id or target.app_id):
            errors[name] = ScenarioError(
                message("target.not_associated", scenario=name),
                where=trial.location,
                next_step=message(
                    "target.not_associated.next",
                    example=f'flow: {{workflow: "{target.id}", bot_id: "…"}}',
                ),
            )
    return list(errors.values())
