"""One chat, asked by hand: the same conversation as in a scenario, shown while it goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from coze_harness.cassettes import Recorder, Redactor
from coze_harness.commands.network import open_wire, redactor
from coze_harness.config import Settings
from coze_harness.coze import CozeDialogue, Pace, Patience
from coze_harness.coze.chat_stream import pieces
from coze_harness.coze.region import placed
from coze_harness.execution import Task, run_live
from coze_harness.model import Answer, Call, ChatOptions, Reply
from coze_harness.model.errors import CozeError
from coze_harness.model.location import Location
from coze_harness.model.process_context import World
from coze_harness.model.trial import Turn
from coze_harness.scenarios.bots import find_bot
from coze_harness.text.sse import whole
from coze_harness.transport import Line

_WORD: Final = re.compile(r"[A-Za-z0-9_.=%+/-]+$")


@dataclass(frozen=True, slots=True)
class _Told:
    """A transport that tells of each call before it is made."""

    recorder: Recorder
    tell: Callable[[Call], None]

    def send(self, call: Call) -> Answer:
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
        end = whole(self._bytes)
        text = self._word + "".join(pieces(self._bytes[:end]))
        self._bytes = self._bytes[end:]
        ended = _WORD.search(text)
        cut = ended.start() if ended else len(text)
        self._word = text[cut:]
        if cut:
            self._show(self._secrets.clean(text[:cut]))

    def finish(self) -> None:
        if self._word:
            self._show(self._secrets.clean(self._word))


def ask(
    prompt: str,
    *,
    bot: str,
    conversation_id: str,
    settings: Settings,
    world: World,
    tell: Callable[[Call], None],
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
    whom = find_bot(bot, settings)
    options = ChatOptions(
        user_id=settings.user_id, conversation_id=conversation_id, stream=show is not None
    )
    pace = Pace(interval=settings.poll.interval, timeout=settings.poll.timeout)
    patience = Patience(jitter=world.rng.random)
    dialogue = CozeDialogue(whom, options, pace, patience)
    secrets = redactor(settings)
    wire = open_wire(settings, world, secrets, workers=1)
    shown = _Shown(show, secrets) if show else None
    line = Line(wire, world.clock.monotonic, shown)
    # The recorder is here for what it takes out: an answer may repeat the token to the terminal.
    transport = _Told(Recorder(line, wire.base_url, secrets), tell)
    turn = Turn(prompt=prompt, expectations=(), location=Location("ask"))
    try:
        task = Task(dialogue.ask(turn), transport, lambda reply: reply)
        (reply,) = run_live([lambda: task], workers=1, monotonic=world.clock.monotonic)
        if shown:
            shown.finish()
        return reply
    except CozeError as fault:
        placed(fault, wire.base_url)
        raise
    finally:
        wire.close()
