"""One chat outside of a scenario: the same conversation, shown while it goes on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from coze_harness.cassettes import RecordingTransport, Redactor
from coze_harness.coze.error_codes import add_region_hint
from coze_harness.coze.target_conversation import AnswerReader
from coze_harness.execution.live_conversations import LiveConversations
from coze_harness.model import ChatOptions, HttpCall, HttpResponse, Reply, Target
from coze_harness.model.errors import CozeError
from coze_harness.model.location import Location
from coze_harness.model.trial import Turn
from coze_harness.transport import HttpTransport, TimedTransport

_WORD: Final = re.compile(r"[!-~]+$")
_PRIVATE_KEY: Final = "-----BEGIN"
# Characters before a text that decide whether it is a secret, such as `password: `.
_CONTEXT: Final = 400


class _ReportingTransport(Struct, frozen=True):
    """A transport that reports each call before it is made."""

    recorder: RecordingTransport
    on_call: Callable[[HttpCall], None]

    def send(self, call: HttpCall) -> HttpResponse:
        self.on_call(call)
        return self.recorder.send(call)


class _StreamDisplay(Struct):
    """Shows a streamed answer as it arrives, without secrets.

    A secret may arrive in several pieces: a word is held back until it has ended, and a private key
    until its last line.
    """

    show: Callable[[str], None]
    redactor: Redactor
    reader: AnswerReader
    _word: str = ""
    _context: str = ""

    def __call__(self, chunk: bytes) -> None:
        text = self._word + self.reader.read(chunk)
        last_word = _WORD.search(text)
        cut = last_word.start() if last_word else len(text)
        key = text.rfind(_PRIVATE_KEY)
        if key >= 0 and "-----END" not in text[key:cut]:
            cut = min(cut, key)
        self._word = text[cut:]
        self._show_text(text[:cut])

    def finish(self) -> None:
        self._show_text(self._word)

    def _show_text(self, text: str) -> None:
        if text:
            self.show(self.redactor.redact_rest(self._context, text))
            self._context = (self._context + text)[-_CONTEXT:]


def send_single_prompt(
    prompt: str,
    bot: Target,
    options: ChatOptions,
    *,
    conversations: LiveConversations,
    transport: HttpTransport,
    redactor: Redactor,
    on_call: Callable[[HttpCall], None],
    show: Callable[[str], None] | None = None,
) -> Reply:
    """Send a bot one prompt and return its reply, whatever state the chat ended in.

    The conversation is a new one unless `options` name one. `on_call` receives each call before it
    is made, `show` the answer as it arrives, if it is streamed. The caller closes the network.

    Raises:
        CozeError: the service or the network failed.
    """
    display = _StreamDisplay(show, redactor, AnswerReader(bot)) if show else None
    timed_transport = TimedTransport(transport, conversations.clock.monotonic, display)
    # Recorded for the redaction: an answer may repeat the token to the terminal.
    recorder = RecordingTransport(timed_transport, transport.base_url, redactor)
    conversation = conversations.open(bot, options)
    turn = Turn(prompt=prompt, expectations=(), location=Location("ask"))
    try:
        reply = conversations.run(
            conversation.run_turn(turn), _ReportingTransport(recorder, on_call)
        )
    except CozeError as error:
        if not bot.url:
            add_region_hint(error, transport.base_url)
        raise
    if display:
        display.finish()
    return reply
