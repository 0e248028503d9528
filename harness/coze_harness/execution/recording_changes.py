"""What makes a recording stale: in each turn, or by side if a tester writes the prompts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.cassettes import Recording
from coze_harness.cassettes.request_difference import request_differences
from coze_harness.coze.request_fingerprint import (
    prompt_bodies,
    recorded_prompt_bodies,
    tester_body,
)
from coze_harness.coze.simulated_user import goal_of, prompt_text, without_prompt
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, Target
from coze_harness.model.trial import Trial, Turn

_MAX_CHANGES: Final = 12


def recording_changes(
    trial: Trial, turns: Sequence[Turn], recording: Recording
) -> Sequence[LocalizedText]:
    """Return what changed since a recording, then how, as far as its requests show it."""
    if trial.tester is not None:
        return _simulation_changes(trial, trial.tester, turns[0], recording)
    recorded_bodies = _recorded_prompts(recording)
    current_bodies = prompt_bodies(trial.bot, trial.options, turns)
    what: LocalizedText | None = None
    lines: list[LocalizedText] = []
    for turn, (before, after) in enumerate(zip(recorded_bodies, current_bodies, strict=False), 1):
        changes = request_differences(before, after)
        lines += [message("replay.turn", turn=turn, line=line) for line in changes]
        if changes and what is None:
            what = (
                message("replay.stale.prompt", trial=trial.key.id, turn=turn)
                if _prompt(before) != _prompt(after)
                else message("replay.stale.request", trial=trial.key.id, turn=turn)
            )
    if len(recorded_bodies) != len(current_bodies):
        what = what or message("replay.stale.turns", trial=trial.key.id)
        lines.append(message("replay.recorded_turns", n=len(recorded_bodies)))
        lines.append(message("replay.now_turns", n=len(current_bodies)))
    return (what or message("replay.stale", trial=trial.key.id), *lines[:_MAX_CHANGES])


def _prompt(body: JSON) -> JSON:
    return body.get("additional_messages") if isinstance(body, Mapping) else body


def _recorded_prompts(recording: Recording) -> list[JSON]:
    return recorded_prompt_bodies(
        [
            (item.target.partition("?")[0], item.request_body, item.response_body)
            for item in recording.interactions
        ]
    )


def _simulation_changes(
    trial: Trial, tester: Target, pattern: Turn, recording: Recording
) -> Sequence[LocalizedText]:
    """Return what changed, then how, as far as the first recorded prompts show it.

    `pattern` is the turn that all turns are like.
    """
    recorded_bodies = _recorded_prompts(recording)
    goals = [goal_of(body) for body in recorded_bodies[:2]]
    name = trial.key.id
    if not any(goal is not None for goal in goals):
        return (message("simulate.stale.other", trial=name),)
    at = 0 if goals[0] is not None else 1
    sent_body = tester_body(tester, trial.options, pattern)
    to_tester = [
        *request_differences(without_prompt(recorded_bodies[at]), without_prompt(sent_body)),
        *request_differences({"goal": goals[at]}, {"goal": goal_of(sent_body)}),
    ]
    (current_body,) = prompt_bodies(trial.bot, trial.options, [pattern])
    before: JSON = recorded_bodies[1 - at] if len(recorded_bodies) > 1 else {}
    to_bot = request_differences(without_prompt(before), without_prompt(current_body))
    first = request_differences(
        {"first": prompt_text(before) if at else ""}, {"first": pattern.prompt}
    )
    lines = [
        *(message("simulate.stale.of_tester", tester=tester.name, line=one) for one in to_tester),
        *(message("simulate.stale.of_bot", bot=trial.bot.name, line=one) for one in to_bot),
        *first,
    ]
    what = message("replay.stale", trial=name)
    if to_tester and (to_bot or first):
        what = message("simulate.stale.both", trial=name, tester=tester.name, bot=trial.bot.name)
    elif to_tester:
        what = message("simulate.stale.tester", trial=name, tester=tester.name)
    elif to_bot:
        what = message("simulate.stale.bot", trial=name, bot=trial.bot.name)
    elif first:
        what = message("simulate.stale.first", trial=name)
    return (what, *lines[:_MAX_CHANGES])
