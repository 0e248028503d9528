"""A conversation with one bot: prompt, polling, messages, and the next turn. No I/O.

Times are those of the responses, which replay returns as they were recorded: a replay sees what the
recording saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from coze_harness.coze import api_calls, response_parsing, workflow_calls
from coze_harness.coze.answer_pace import continue_growth, with_pace
from coze_harness.coze.chat_stream import parse_stream
from coze_harness.coze.conversation_setup import create_conversation, upload_attachments
from coze_harness.coze.error_codes import ENDED_CODES, advice_for
from coze_harness.coze.message_list import ListMethod, list_messages
from coze_harness.coze.prompt_messages import build_prompt_messages
from coze_harness.coze.response_parsing import ChatState, Envelope
from coze_harness.coze.retry_policy import RetryPolicy, call_with_retry
from coze_harness.messages import LocalizedText, Param, message
from coze_harness.model import (
    Attachment,
    ChatOptions,
    HttpCall,
    HttpResponse,
    Message,
    Reply,
    Target,
    ToolCall,
    Wait,
    replace,
)
from coze_harness.model.errors import (
    ApiError,
    CallTimeoutError,
    ChatFailedError,
    ChatTimeoutError,
    PayloadError,
    ResponseTooLargeError,
    ScenarioError,
    TransportError,
)
from coze_harness.model.protocols import CallFlow
from coze_harness.model.reply import is_tool_of_plugin
from coze_harness.model.trial import Turn

_GROWTH: Final = 1.5
_MAX_GROWTH_STEPS: Final = 2
_MAX_GROWTH: Final = 2.0
_FIRST_POLL_SHARE: Final = 0.8
_MAX_TOOL_ROUNDS: Final = 20
_LAST_CALL: Final = 1.0
"""Seconds that the last poll of a chat may take, whatever is left of its time."""
_CANCEL_SECONDS: Final = 2.0
"""Seconds for cancelling a chat: it is given up in any case."""


class PollSchedule(Struct, frozen=True, kw_only=True):
    """When a chat is polled; all times in seconds.

    `interval` is the shortest time between two polls (Coze recommends one second). `timeout` is how
    long a chat may take before it is cancelled; `None` in replay, where nothing takes time.
    `expected` is how long each round of polls took in the last recording (one round for each turn,
    and one more each time that tool outputs were submitted): it times the first poll, since every
    poll counts against the plan.
    """

    interval: float = 1.0
    timeout: float | None = None
    expected: Sequence[float] = ()

    def next_delay(self, rounds: int, poll: int) -> float:
        """Return the seconds to wait before a poll (rounds and polls counted from 0)."""
        is_expected = rounds < len(self.expected)
        if poll == 0 and is_expected:
            return max(self.interval, self.expected[rounds] * _FIRST_POLL_SHARE)
        if is_expected:
            return self.interval
        return self.interval * min(_GROWTH ** min(poll, _MAX_GROWTH_STEPS), _MAX_GROWTH)


class CozeConversation:
    """Turns with one bot, all in the conversation that the first one opened.

    Args:
        bot: the bot.
        options: sent with each prompt.
        schedule: when to poll a chat.
        policy: how to retry rejected calls.
        list_method: how the service lists messages, as far as it is known; `None` in replay.
    """

    def __init__(
        self,
        bot: Target,
        options: ChatOptions,
        schedule: PollSchedule,
        policy: RetryPolicy,
        list_method: ListMethod | None = None,
    ) -> None:
        self._bot = bot
        self._options = options
        self._schedule = schedule
        self._policy = policy
        self._list_method = list_method
        self._conversation_id = options.conversation_id
        self._file_ids: dict[Attachment, str] = {}
        self._has_started = False
        self._rounds = 0

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Send one prompt and wait for the end of its chat.

        Raises:
            CozeError: the service or the network failed, or the chat ended in another state than
                completed and no expectation of the turn judges the status.
            ScenarioError: the bot calls a tool that the turn has no output for.
        """
        call = yield from self._prepare_prompt(turn)
        if self._schedule.timeout is not None:
            call = replace(call, timeout=self._schedule.timeout)
        envelope, response = yield from call_with_retry(call, self._policy, repeatable=False)
        envelope.raise_for_code(message("coze.call.prompt"))
        progress = _TurnProgress(
            response.started,
            response.started + response.elapsed,
            envelope.log_id,
            self._schedule.timeout,
        )
        chat = progress.read_chat(envelope, response)
        if chat.status not in response_parsing.FAILED and not (chat.id and chat.conversation_id):
            raise _payload_error(envelope, message("coze.response.no_ids"))
        self._conversation_id = chat.conversation_id or self._conversation_id
        if self._bot.is_workflow and progress.is_stream_complete:
            chat = chat.with_final_status()  # it has no state to poll
        chat = yield from self._poll_and_submit(chat, turn, progress)
        messages = progress.streamed
        if chat.status == "completed" or chat.asks:
            is_whole = bool(self._bot.is_workflow) and progress.is_stream_complete
            if not is_whole and not _has_answer(messages):
                messages = yield from self._list_messages(chat)
        elif not turn.checks_status:
            raise _failed_chat_error(chat, progress.log_id)
        reply = Reply(
            chat_id=chat.id,
            conversation_id=self._conversation_id,
            log_id=progress.log_id,
            status="asks" if chat.asks else chat.status,
            messages=messages,
            usage=chat.usage,
            seconds=round(progress.seconds, 3),
            first_token=progress.first_token,
            poll_count=progress.polls,
            tool_calls=response_parsing.parse_tool_calls(
                messages, (*progress.submitted, *response_parsing.pending_tool_calls(chat))
            ),
            error_code=chat.error_code,
            error_message=chat.error_message,
        )
        return with_pace(reply, progress.growth, progress.started)

    def _prepare_prompt(self, turn: Turn) -> CallFlow[HttpCall]:
        """Create the conversation, upload the files, and return the call that sends the prompt."""
        options, policy = self._options, self._policy
        if options.create_conversation and not self._conversation_id:
            bot_id = self._bot.bot_id if self._bot.is_workflow else self._bot.id
            self._conversation_id = yield from create_conversation(bot_id, policy)
        if turn.attachments:
            yield from upload_attachments(turn.attachments, self._file_ids, policy)
        messages = build_prompt_messages(options, turn, self._file_ids, first=not self._has_started)
        self._has_started = True
        if self._bot.is_workflow:
            return workflow_calls.start_chat(self._bot, options, messages, self._conversation_id)
        return api_calls.start_chat(self._bot.id, options, messages, self._conversation_id)

    def _poll_and_submit(
        self, chat: ChatState, turn: Turn, progress: _TurnProgress
    ) -> CallFlow[ChatState]:
        """Poll until the chat has ended, and submit the outputs of the tools that it calls."""
        for _round in range(_MAX_TOOL_ROUNDS):
            chat = yield from self._poll(chat, progress)
            if chat.status != "requires_action" or not turn.tools or not chat.pending:
                return chat
            outputs = [
                (call_id, _tool_output(turn, call_id, name, arguments))
                for call_id, name, arguments in chat.pending
            ]
            call = api_calls.submit_tool_outputs(
                chat.conversation_id,
                chat.id,
                outputs,
                self._remaining(progress),
                stream=self._options.stream,
            )
            envelope, response = yield from call_with_retry(call, self._policy, repeatable=False)
            envelope.raise_for_code(message("coze.call.tool_outputs"))
            progress.submitted += response_parsing.pending_tool_calls(chat)
            progress.update(response, envelope)
            chat = chat.update_to(progress.read_chat(envelope, response))
        return chat

    def _poll(self, chat: ChatState, progress: _TurnProgress) -> CallFlow[ChatState]:
        polls = 0
        while chat.status not in response_parsing.FINAL:
            delay = self._schedule.next_delay(self._rounds, polls)
            if self._schedule.timeout is not None:
                remaining = self._schedule.timeout - progress.seconds
                if remaining <= 0:
                    raise (yield from self._cancel(chat, progress))
                delay = min(delay, max(remaining, self._schedule.interval))
            yield Wait(delay)
            call = api_calls.retrieve_chat(chat.conversation_id, chat.id, self._remaining(progress))
            try:
                envelope, response = yield from call_with_retry(call, self._policy, repeatable=True)
            except CallTimeoutError as error:
                progress.add_timeout(error)
                if self._schedule.timeout is None or progress.seconds < self._schedule.timeout:
                    raise
                raise (yield from self._cancel(chat, progress)) from error
            envelope.raise_for_code(message("coze.call.poll"))
            polls += 1
            progress.polls += response.repeat_count
            progress.update(response, envelope)
            new_state = response_parsing.parse_chat(envelope.data)
            if not new_state.status:
                raise _payload_error(envelope, message("coze.response.no_status"))
            chat = chat.update_to(new_state)
        self._rounds += bool(polls)
        return chat

    def _remaining(self, progress: _TurnProgress) -> float | None:
        """Return how many seconds the next call of a chat may take; `None`: no limit."""
        timeout, interval = self._schedule.timeout, self._schedule.interval
        return None if timeout is None else max(timeout - progress.seconds, interval, _LAST_CALL)

    def _cancel(self, chat: ChatState, progress: _TurnProgress) -> CallFlow[ChatTimeoutError]:
        """Cancel a chat, and return the error that says so."""
        call = api_calls.cancel_chat(chat.conversation_id, chat.id, _CANCEL_SECONDS)
        facts: dict[str, Param] = {
            "n": progress.polls,
            "seconds": round(progress.seconds, 1),
            "status": chat.status or "?",
        }
        try:
            envelope, _response = yield from call_with_retry(call, self._policy, repeatable=True)
            if envelope.code in ENDED_CODES:
                what = message("coze.chat.timeout.ended", **facts)
            else:
                envelope.raise_for_code(message("coze.call.cancel"))
                what = message("coze.chat.timeout.canceled", **facts)
        except (ApiError, PayloadError, ResponseTooLargeError, TransportError) as error:
            what = message("coze.chat.timeout.not_canceled", **facts, reason=error.what)
        return ChatTimeoutError(
            what,
            next_step=message("coze.chat.timeout.next"),
            detail=(_chat_ids(chat),),
            log_id=progress.log_id,
        )

    def _list_messages(self, chat: ChatState) -> CallFlow[tuple[Message, ...]]:
        """List the chat's messages; the answer may appear a moment after the chat has completed."""
        messages, _envelope, response = yield from self._list_once(chat)
        # A recording has equal responses to GET once.
        if response.repeat_count > 1 or _has_answer(messages):
            return messages
        yield Wait(self._schedule.interval)
        messages, envelope, response = yield from self._list_once(chat)
        if not envelope.has_code and not _has_answer(messages):
            raise PayloadError(
                message("coze.chat.no_answer"),
                detail=(response_parsing.describe_body(response),),
                next_step=message("coze.chat.no_answer.next"),
                log_id=envelope.log_id,
            )
        return messages

    def _list_once(
        self, chat: ChatState
    ) -> CallFlow[tuple[tuple[Message, ...], Envelope, HttpResponse]]:
        envelope, response = yield from list_messages(
            chat.conversation_id, chat.id, self._policy, self._schedule.timeout, self._list_method
        )
        envelope.raise_for_code(message("coze.call.messages"))
        return response_parsing.parse_messages(envelope.data), envelope, response


class _TurnProgress:
    """Times and counts of one turn; times are in seconds from the trial's start."""

    def __init__(self, started: float, now: float, log_id: str, timeout: float | None) -> None:
        self.started = started
        self.timeout = timeout
        self.now = now
        self.log_id = log_id
        self.polls = 0
        self.first_token: float | None = None
        self.streamed: tuple[Message, ...] = ()
        self.growth: Sequence[tuple[float, int]] = ()
        self.submitted: tuple[ToolCall, ...] = ()
        self.is_stream_complete = False

    @property
    def seconds(self) -> float:
        return self.now - self.started

    def read_chat(self, envelope: Envelope, response: HttpResponse) -> ChatState:
        """Return the chat in a response; if that is a stream, keep its messages.

        A stream that broke leaves a running chat, which is polled like any other; its messages then
        come from the message list.
        """
        if not response_parsing.is_stream(response):
            return response_parsing.parse_chat(envelope.data)
        stream = parse_stream(response)
        if self.first_token is None and stream.first_token is not None:
            self.first_token = round(stream.first_token - self.started, 3)
        if stream.error is not None:
            raise _stream_error(stream.error, envelope)
        if stream.chat is None:
            if self.timeout is not None and response.elapsed >= self.timeout:
                raise ChatTimeoutError(
                    message("coze.chat.stream_timeout", seconds=float(self.timeout)),
                    next_step=message("coze.chat.stream_timeout.next"),
                    log_id=envelope.log_id,
                )
            raise _payload_error(envelope, message("coze.response.stream_broke"))
        self.is_stream_complete = stream.is_complete
        if stream.is_complete or stream.chat.status in response_parsing.FINAL:
            self.streamed += stream.messages
            self.growth = continue_growth(self.growth, stream.growth)
        else:
            self.streamed = ()
            self.growth = ()
        return stream.chat

    def add_timeout(self, error: CallTimeoutError) -> None:
        """Add the time of a call that was not answered."""
        self.now += error.seconds
        self.log_id = error.log_id or self.log_id

    def update(self, response: HttpResponse, envelope: Envelope) -> None:
        self.now = response.started + response.elapsed
        self.log_id = envelope.log_id or self.log_id


def _has_answer(messages: Sequence[Message]) -> bool:
    return any(message.type == "answer" for message in messages)


def _tool_output(turn: Turn, call_id: str, name: str, arguments: str) -> str:
    tools = turn.tools or {}
    tool = tools.get(name)
    if tool is None:
        # The scenario may have the full name, with the plugin's, which the message list shows.
        others = (
            key for key in tools if is_tool_of_plugin(key, name) or is_tool_of_plugin(name, key)
        )
        tool = tools.get(next(others, name))
    if tool is None:
        raise ScenarioError(
            message("coze.chat.tool", tool=name),
            where=turn.location,
            detail=(message("coze.chat.tool.arguments", arguments=arguments),),
            next_step=message("coze.chat.tool.next", tools=tuple(tools))
            if tools
            else message("coze.chat.tool.next_first"),
        )
    if isinstance(tool, str):
        return tool
    return tool.call(call_id, response_parsing.parse_arguments(arguments))


def _failed_chat_error(chat: ChatState, log_id: str) -> ChatFailedError:
    if chat.status == "requires_action" and chat.pending:
        names = tuple([name for _id, name, _arguments in chat.pending if name])
        return ChatFailedError(
            message("coze.chat.waits", tools=names)
            if names
            else message("coze.chat.waits.unnamed"),
            next_step=message("coze.chat.waits.next"),
            log_id=log_id,
        )
    code, text = chat.error_code, chat.error_message
    what = message("coze.chat.ended", status=chat.status)
    if text:
        what = message("coze.chat.ended.text", status=chat.status, code=code, text=text)
    elif code:
        what = message("coze.chat.ended.code", status=chat.status, code=code)
    return ChatFailedError(
        what,
        next_step=advice_for(code, 200) if code else message("coze.advice.log_id"),
        detail=(_chat_ids(chat),) if chat.id else (),
        log_id=log_id,
    )


def _stream_error(error: tuple[int, str], envelope: Envelope) -> ApiError:
    code, text = error
    what = message("coze.stream_error")
    if code or text:
        what = message("coze.stream_error.text", code=code, text=text)
    return ApiError(
        what,
        code=code,
        http_status=envelope.http_status,
        next_step=advice_for(code, 200),
        log_id=envelope.log_id,
    )


def _payload_error(envelope: Envelope, what: LocalizedText) -> PayloadError:
    return PayloadError(what, next_step=message("coze.response.next"), log_id=envelope.log_id)


def _chat_ids(chat: ChatState) -> LocalizedText:
    return message("coze.chat.ids", chat=chat.id, conversation=chat.conversation_id)
