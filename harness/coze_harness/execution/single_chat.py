"""One chat, asked by hand: the same conversation as in a scenario, shown while it goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coze_harness.cassettes import RecordingTransport, Redactor
from coze_harness.commands.network import build_redactor, open_transport
from coze_harness.config import Settings
from coze_harness.coze import CozeConversation, PollSchedule, RetryPolicy
from coze_harness.coze.chat_stream import answer_deltas
from coze_harness.coze.region import add_region_hint
from coze_harness.execution import FlowTask, run_concurrently
from coze_harness.model import ChatOptions, HttpCall, HttpResponse, Reply
from coze_harness.model.errors import CozeError
from coze_harness.model.location import Location
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import Turn
from coze_harness.scenarios.trial_expansion import find_bot
from coze_harness.text.sse import complete_length
from coze_harness.transport import TimedTransport

_WORD: Final = re.compile(r"[A-Za-z0-9_.=%+/-]+$")


@dataclass(frozen=True, slots=True)
class _Told:
    """A transport that tells of each call before it is made."""

    recorder: RecordingTransport
    tell: Callable[[HttpCall], None]

    def send(self, call: HttpCall) -> HttpResponse:
        self.tell(call)
        return self.recorder.send(call)


class _Shown:
    """Shows a stream's answer as it comes, a secret in it excepted.

    A secret may come in several pieces; so a word is held back until it has ended.
    """

    def __init__(self, show: Callable[[str], None], secrets: Redactor) -> None:
        self._show = show
        self._secrets = secrets
        self._bytes = b""
        self._word = ""

    def __call__(self, piece: bytes) -> None:
        self._bytes += piece
        end = complete_length(self._bytes)
        text = self._word + "".join(answer_deltas(self._bytes[:end]))
        self._bytes = self._bytes[end:]
        ended = _WORD.search(text)
        cut = ended.start() if ended else len(text)
        self._word = text[cut:]
        if cut:
            self._show(self._secrets.redact(text[:cut]))

    def finish(self) -> None:
        if self._word:
            self._show(self._secrets.redact(self._word))


def send_single_prompt(
    prompt: str,
    *,
    bot: str,
    conversation_id: str,
    settings: Settings,
    world: ProcessContext,
    tell: Callable[[HttpCall], None],
    show: Callable[[str], None] | None = None,
) -> Reply:
    """Ask a bot one prompt and return its reply, whatever state the chat ended in.

    Args:
        prompt: what to ask.
        bot: a name from harness.yaml or an id; empty for the default one.
        conversation_id: the conversation to go on with; empty for a new one.
        settings: the project's.
        world: clock, chance, environment.
        tell: told of each call before it is made.
        show: given the answer as it comes; `None` asks without a stream.

    Raises:
        UsageError: there is no such bot.
        CozeError: the service or the network did not serve.
    """
    whom = find_bot(bot, settings.bots, settings.default_bot)
    options = ChatOptions(
        user_id=settings.user_id, conversation_id=conversation_id, stream=show is not None
    )
    pace = PollSchedule(interval=settings.poll.interval, timeout=settings.poll.timeout)
    patience = RetryPolicy(jitter=world.rng.random)
    dialogue = CozeConversation(whom, options, pace, patience)
    secrets = build_redactor(settings)
    wire = open_transport(settings, world, secrets, workers=1)
    shown = _Shown(show, secrets) if show else None
    line = TimedTransport(wire, world.clock.monotonic, shown)
    # The recorder is here for what it takes out: an answer may repeat the token to the terminal.
    transport = _Told(RecordingTransport(line, wire.base_url, secrets), tell)
    turn = Turn(prompt=prompt, expectations=(), location=Location("ask"))
    try:
        task = FlowTask(dialogue.run_turn(turn), transport, lambda reply: reply)
        (reply,) = run_concurrently([lambda: task], workers=1, monotonic=world.clock.monotonic)
        if shown:
            shown.finish()
        return reply
    except CozeError as fault:
        add_region_hint(fault, wire.base_url)
        raise
    finally:
        wire.close()
