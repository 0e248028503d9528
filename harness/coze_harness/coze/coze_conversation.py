"""A conversation with one bot: prompt, polling, messages, and on to the next turn. No I/O.

Times are those of the answers, which a tape gives as they were recorded; so what a replay sees is
what the recording saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from coze_harness.coze import (
    api_calls as requests,
)
from coze_harness.coze import (
    chat_stream as streaming,
)
from coze_harness.coze import (
    conversation_setup as opening,
)
from coze_harness.coze import (
    prompt_messages as prompts,
)
from coze_harness.coze import (
    response_parsing as payloads,
)
from coze_harness.coze import (
    workflow_calls as workflows,
)
from coze_harness.coze.error_codes import advice_for
from coze_harness.coze.response_parsing import ChatState, Envelope
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.model import (
    Attachment,
    Bot,
    ChatOptions,
    HttpCall,
    HttpResponse,
    Message,
    Reply,
    Wait,
)
from coze_harness.model.errors import (
    ApiError,
    ChatFailedError,
    ChatTimeoutError,
    PayloadError,
    ScenarioError,
    TransportError,
)
from coze_harness.model.trial import CallFlow, Turn

_GROWTH: Final = 1.5
_GROWN: Final = 2
_SLOWEST: Final = 2.0
_EARLY: Final = 0.8
_TOOL_ROUNDS: Final = 20
_HAD_ENDED: Final = 4104


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSchedule:
    """How a chat is waited for, in seconds.

    `interval` is the least time between two polls (Coze asks for one second). `timeout` is how long
    one chat may take before it is cancelled; `None` in replay, where nothing takes time. `expected`
    is how long each round of polls took when it was last recorded (one for each turn, and one more
    each time that tool outputs were sent): the first poll is timed by it, since every poll counts
    against the plan.
    """

    interval: float = 1.0
    timeout: float | None = None
    expected: Sequence[float] = ()

    def next_delay(self, rounds: int, poll: int) -> float:
        """Return how long to wait before a poll (rounds and polls counted from 0)."""
        known = rounds < len(self.expected)
        if poll == 0 and known:
            return max(self.interval, self.expected[rounds] * _EARLY)
        if known:
            return self.interval
        return self.interval * min(_GROWTH ** min(poll, _GROWN), _SLOWEST)


class CozeConversation:
    """Turns with one bot, each in the conversation that the first one opened.

    Args:
        bot: whom to ask.
        options: what goes with each prompt.
        pace: how to wait for a chat.
        patience: how to repeat a call that was refused.
    """

    def __init__(
        self, bot: Bot, options: ChatOptions, pace: PollSchedule, patience: RetryPolicy
    ) -> None:
        self._bot = bot
        self._options = options
        self._pace = pace
        self._patience = patience
        self._conversation_id = options.conversation_id
        self._file_ids: dict[Attachment, str] = {}
        self._begun = False
        self._rounds = 0

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Ask one prompt and take its chat to the end.

        Raises:
            CozeError: the service or the network did not serve; also when the chat ends in another
                state than completed, unless the turn judges the status itself.
            ScenarioError: the bot asks for a tool that the turn has no output for.
        """
        if turn.workflow_input is not None:
            timeout = self._pace.timeout
            return (yield from workflows.run_workflow(self._options, turn, timeout, self._patience))
        call = yield from self._prompt(turn)
        if call.stream:
            call = replace(call, timeout=self._pace.timeout)
        found, answer = yield from call_with_retry(call, self._patience, repeatable=False)
        found.raise_for_code("the prompt")
        watch = _Watch(answer.started, answer.started + answer.elapsed, found.log_id)
        chat = watch.chat_of(found, answer)
        if not chat.id or not chat.conversation_id:
            raise _unusable(found, "a chat without its ids")
        self._conversation_id = chat.conversation_id
        chat = yield from self._finish(chat, turn, watch)
        messages: tuple[Message, ...] = ()
        if chat.status == "completed":
            messages = watch.streamed
            if not any(item.type == "answer" for item in messages):
                messages = yield from self._messages(chat)
        elif not turn.checks_status:
            raise _failed(chat, watch.log_id)
        return Reply(
            chat_id=chat.id,
            conversation_id=chat.conversation_id,
            log_id=watch.log_id,
            status=chat.status,
            messages=messages,
            usage=chat.usage,
            seconds=round(watch.seconds, 3),
            first_token=watch.first_token,
            poll_count=watch.polls,
            tool_calls=payloads.parse_tool_calls(messages) or payloads.pending_tool_calls(chat),
            error_code=chat.error_code,
            error_message=chat.error_message,
        )

    def _prompt(self, turn: Turn) -> CallFlow[HttpCall]:
        """Make what a prompt needs, and return the call that sends it."""
        options, patience = self._options, self._patience
        if options.create_conversation and not self._conversation_id:
            asked = "" if options.workflow else self._bot.id
            self._conversation_id = yield from opening.create_conversation(asked, patience)
        if turn.attachments:
            yield from opening.upload_attachment(turn.attachments, self._file_ids, patience)
        messages = prompts.build_prompt_messages(
            options, turn, self._file_ids, first=not self._begun
        )
        self._begun = True
        if options.workflow:
            return workflows.start_chat(options, messages, self._conversation_id)
        return requests.start_chat(self._bot.id, options, messages, self._conversation_id)

    def _finish(self, chat: ChatState, turn: Turn, watch: _Watch) -> CallFlow[ChatState]:
        """Poll until the chat has ended, answering the tools that it asks for."""
        for _round in range(_TOOL_ROUNDS):
            chat = yield from self._settle(chat, watch)
            if chat.status != "requires_action" or not turn.tools or not chat.pending:
                return chat
            outputs = [
                (call, _output(turn, call, name, arguments))
                for call, name, arguments in chat.pending
            ]
            call = requests.submit_tool_outputs(
                chat.conversation_id, chat.id, outputs, stream=self._options.stream
            )
            found, answer = yield from call_with_retry(call, self._patience, repeatable=False)
            found.raise_for_code("the tool outputs")
            watch.saw(answer, found)
            chat = chat.now(watch.chat_of(found, answer))
        return chat

    def _settle(self, chat: ChatState, watch: _Watch) -> CallFlow[ChatState]:
        polls = 0
        while chat.status not in payloads.FINAL:
            pause = self._pace.next_delay(self._rounds, polls)
            if self._pace.timeout is not None:
                left = self._pace.timeout - watch.seconds
                if left <= 0:
                    yield from self._cancel(chat, watch)
                pause = min(pause, max(left, self._pace.interval))
            yield Wait(pause)
            call = requests.retrieve_chat(chat.conversation_id, chat.id)
            found, answer = yield from call_with_retry(call, self._patience, repeatable=True)
            found.raise_for_code("the look-up of a chat")
            polls += 1
            watch.polls += answer.repeat_count
            watch.saw(answer, found)
            seen = payloads.parse_chat(found.data)
            if not seen.status:
                raise _unusable(found, "a chat without a status")
            chat = chat.now(seen)
        self._rounds += bool(polls)
        return chat

    def _cancel(self, chat: ChatState, watch: _Watch) -> CallFlow[None]:
        call = requests.cancel_chat(chat.conversation_id, chat.id)
        try:
            found, _answer = yield from call_with_retry(call, self._patience, repeatable=True)
            if found.code == _HAD_ENDED:
                outcome = "it ended before it could be cancelled"
            else:
                found.raise_for_code("to cancel the chat")
                outcome = "it was cancelled"
        except (ApiError, PayloadError, TransportError) as fault:
            outcome = f"cancelling it failed too ({fault.what})"
        raise ChatTimeoutError(
            f"The chat was still {chat.status or 'without a status'} after {watch.seconds:.1f} s "
            f"and {watch.polls} poll{'' if watch.polls == 1 else 's'}; {outcome}.",
            next_step="raise `poll: {timeout: …}` in harness.yaml, or look at the bot's workflow.",
            detail=(f"chat {chat.id}, conversation {chat.conversation_id}",),
            log_id=watch.log_id,
        )

    def _messages(self, chat: ChatState) -> CallFlow[tuple[Message, ...]]:
        """List what the chat gave; an answer may turn up a moment after the chat has completed."""
        call = requests.list_messages(chat.conversation_id, chat.id)
        found, _answer = yield from call_with_retry(call, self._patience, repeatable=True)
        found.raise_for_code("the list of messages")
        listed = payloads.parse_messages(found.data)
        if any(item.type == "answer" for item in listed):
            return listed
        yield Wait(self._pace.interval)
        found, _answer = yield from call_with_retry(call, self._patience, repeatable=True)
        found.raise_for_code("the list of messages")
        return payloads.parse_messages(found.data)


class _Watch:
    """What one turn's clock and counter say; times are seconds from the trial's beginning."""

    def __init__(self, started: float, now: float, log_id: str) -> None:
        self.started = started
        self.now = now
        self.log_id = log_id
        self.polls = 0
        self.first_token: float | None = None
        self.streamed: tuple[Message, ...] = ()

    @property
    def seconds(self) -> float:
        return self.now - self.started

    def chat_of(self, found: Envelope, answer: HttpResponse) -> ChatState:
        """Return the chat in an answer, which may be a stream: then its messages are kept.

        A stream that broke leaves a chat that still runs, to be polled like any other; what it had
        said by then comes again in the list of messages, whole.
        """
        if not payloads.is_stream(answer):
            return payloads.parse_chat(found.data)
        stream = streaming.parse_stream(answer)
        if self.first_token is None and stream.first_token is not None:
            self.first_token = round(stream.first_token - self.started, 3)
        if stream.error is not None:
            raise _stopped(stream.error, found)
        if stream.chat is None:
            raise _unusable(found, "a stream that broke before it said anything")
        if stream.chat.status in payloads.FINAL:
            self.streamed += stream.messages
        return stream.chat

    def saw(self, answer: HttpResponse, found: Envelope) -> None:
        self.now = answer.started + answer.elapsed
        self.log_id = found.log_id or self.log_id


def _output(turn: Turn, call: str, name: str, arguments: str) -> str:
    tools = turn.tools or {}
    if name not in tools:
        raise ScenarioError(
            f'The bot asks for the tool "{name}", which this turn has no output for.',
            where=turn.location,
            detail=(f"arguments: {arguments}",),
            next_step=f"add it under `tools:` of the turn (now: {', '.join(tools) or 'none'}).",
        )
    tool = tools[name]
    return tool if isinstance(tool, str) else tool.call(call, payloads.parse_arguments(arguments))


def _failed(chat: ChatState, log_id: str) -> ChatFailedError:
    if chat.status == "requires_action":
        names = ", ".join(name for _id, name, _arguments in chat.pending)
        return ChatFailedError(
            f"The chat waits for the output of a tool: {names or 'unnamed'}.",
            next_step="give it under `tools:` of the turn, or expect `status: requires_action`.",
            log_id=log_id,
        )
    code, said = chat.error_code, chat.error_message
    reason = f": code {code}" + (f', "{said}"' if said else "") if code or said else ""
    return ChatFailedError(
        f"The chat ended {chat.status}{reason}.",
        next_step=advice_for(code, 200) if code else "quote the log id when asking Coze's support.",
        detail=(f"chat {chat.id}, conversation {chat.conversation_id}",),
        log_id=log_id,
    )


def _stopped(error: tuple[int, str], found: Envelope) -> ApiError:
    code, said = error
    return ApiError(
        f'Coze ended the stream with an error: code {code}, "{said}".',
        code=code,
        http_status=found.http_status,
        next_step=advice_for(code, 200),
        log_id=found.log_id,
    )


def _unusable(found: Envelope, what: str) -> PayloadError:
    return PayloadError(
        f"Coze answered with {what}.",
        next_step="check the base URL: does it lead to Coze's API, version 3?",
        log_id=found.log_id,
    )
