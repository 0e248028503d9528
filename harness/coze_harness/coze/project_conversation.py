"""A conversation with a project on coze.site: each turn is one call, and its reply one response.

The turns of an agent share a `session_id`. It is made here: the service keeps what is said without
one in a memory that all callers share.
"""

from __future__ import annotations

from collections.abc import Callable

from coze_harness.coze import project_calls, project_errors
from coze_harness.coze.answer_pace import with_pace
from coze_harness.coze.coze_conversation import PollSchedule
from coze_harness.coze.json_fields import fields_of, parse_fields
from coze_harness.coze.project_stream import ProjectReply, parse_agent_reply, parse_workflow_run
from coze_harness.coze.response_parsing import describe_body, is_stream, number, text
from coze_harness.coze.retry_policy import RetryPolicy
from coze_harness.messages import LocalizedText, message
from coze_harness.model import (
    ChatOptions,
    HttpCall,
    HttpResponse,
    Message,
    Reply,
    Target,
    TargetKind,
    Wait,
    replace,
)
from coze_harness.model.errors import (
    ApiError,
    ChatFailedError,
    ChatTimeoutError,
    PayloadError,
    ScenarioError,
    TransportError,
)
from coze_harness.model.protocols import CallFlow
from coze_harness.model.trial import Turn
from coze_harness.text.json_text import dump_json, parse_json


class ProjectConversation:
    """Turns with one project.

    Args:
        target: the project.
        options: what the scenario sends besides its prompts.
        schedule: its `timeout` is how long a reply may take.
        policy: how to retry rejected calls.
        new_session: returns the id of a new conversation.
    """

    def __init__(
        self,
        target: Target,
        options: ChatOptions,
        schedule: PollSchedule,
        policy: RetryPolicy,
        new_session: Callable[[], str],
    ) -> None:
        self._target = target
        self._options = options
        self._timeout = schedule.timeout
        self._policy = policy
        self._new_session = new_session
        self._session_id = options.conversation_id

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Send one prompt, or run the workflow on one input.

        Raises:
            CozeError: the service or the network failed, or the reply ended with an error and no
                expectation of the turn judges the status.
            ScenarioError: a local file is attached, which a project cannot get.
        """
        for file in turn.attachments:
            if file.is_local:
                raise ScenarioError(
                    message("project.local_file", file=file.name),
                    where=turn.location,
                    next_step=message("project.local_file.next"),
                )
        is_agent = self._target.kind is TargetKind.PROJECT
        if is_agent and not self._session_id:
            self._session_id = self._new_session()
        call = project_calls.send_prompt(self._target, self._options, turn, self._session_id)
        response = yield from _call(replace(call, timeout=self._timeout), self._policy)
        if is_stream(response):
            reply = (parse_agent_reply if is_agent else parse_workflow_run)(response)
        elif is_agent:
            what = message("project.no_stream", status=response.status)
            raise _no_reply(response, what, message("project.no_stream.next"))
        else:
            reply = _direct_run(response)
        if not reply.is_complete:
            yield from self._give_up(reply, response)
        self._session_id = reply.session_id or self._session_id
        return self._reply(reply, response, turn)

    def _reply(self, reply: ProjectReply, response: HttpResponse, turn: Turn) -> Reply:
        code, error_text = reply.error or ("", "")
        status = "completed"
        if reply.error:
            status = "canceled" if code in project_errors.CANCELED_CODES else "failed"
        log_id = reply.log_id or response.log_id
        if reply.error and not turn.checks_status:
            raise ChatFailedError(
                message("project.ended", status=status, code=code, text=error_text)
                if code
                else message("project.ended.no_code", status=status, text=error_text),
                next_step=project_errors.advice_for(code),
                detail=_run_id(reply),
                log_id=log_id,
            )
        messages = tuple(reply.messages)
        if self._target.kind is TargetKind.PROJECT_WORKFLOW and not reply.error:
            messages = (_workflow_answer(self._target, reply, log_id),)
        result = Reply(
            chat_id=reply.reply_id or reply.execute_id,
            conversation_id=self._session_id,
            log_id=log_id,
            status=status,
            messages=messages,
            usage=reply.usage,
            seconds=round(response.elapsed, 3),
            tool_calls=tuple(reply.tool_calls),
            error_code=number(code),
            error_message=error_text,
        )
        return with_pace(result, reply.growth, response.started)

    def _give_up(self, reply: ProjectReply, response: HttpResponse) -> CallFlow[None]:
        """Raise the error of a stream without an end; cancel the reply if it took too long."""
        if self._timeout is None or response.elapsed < self._timeout:
            raise PayloadError(
                message("project.broke"),
                detail=_run_id(reply),
                next_step=message("project.broke.next"),
                log_id=reply.log_id,
            )
        seconds = round(response.elapsed, 1)
        what = message("project.timeout", seconds=seconds)
        if reply.execute_id:
            try:
                cancellation = yield project_calls.cancel_run(self._target, reply.execute_id)
                assert cancellation is not None  # noqa: S101 (a call is always sent a response)
                what = message(
                    "project.timeout.canceled", seconds=seconds, status=cancellation.status
                )
            except TransportError as error:
                what = message("project.timeout.not_canceled", seconds=seconds, reason=error.what)
        raise ChatTimeoutError(what, next_step=message("project.timeout.next"), log_id=reply.log_id)


def _call(call: HttpCall, policy: RetryPolicy) -> CallFlow[HttpResponse]:
    """Make a call; repeat it if it was certainly not received (no connection, HTTP 429).

    Raises:
        TransportError: no response came.
        ApiError: the HTTP status is an error.
    """
    responses = 0
    for tries in range(1, policy.tries + 1):
        response: HttpResponse | None = None
        try:
            response = yield replace(call, attempt=responses + 1) if responses else call
            assert response is not None  # noqa: S101 (a call is always sent a response)
        except TransportError as error:
            if error.may_have_arrived or tries == policy.tries:
                raise
        else:
            responses += 1
            if response.status < 400:
                return response
            if response.status != 429 or tries == policy.tries:
                raise _rejection(response, tries)
        yield Wait(policy.retry_delay(tries, response, is_minute_limit=response is not None))
    raise AssertionError  # tries is 1 or more


def _rejection(response: HttpResponse, tries: int) -> ApiError:
    body = parse_fields(response.body)
    texts = (text(body.get(key)) for key in ("message", "msg", "detail", "error_msg"))
    error_text = next(filter(None, texts), "")
    return ApiError(
        message("project.rejected.text", status=response.status, text=error_text)
        if error_text
        else message("project.rejected", status=response.status),
        code=number(body.get("code")) or response.status,
        http_status=response.status,
        detail=(
            *((message("coze.tried", n=tries),) if tries > 1 else ()),
            *(() if error_text else (describe_body(response),)),
        ),
        next_step=project_errors.advice_for_status(response.status),
        log_id=response.log_id,
    )


def _direct_run(response: HttpResponse) -> ProjectReply:
    """Return the run of a workflow whose response is its output."""
    try:
        output = parse_json(response.body)
    except ValueError:
        raise _no_reply(
            response,
            message("project.not_json", status=response.status),
            message("project.not_json.next"),
        ) from None
    run_id = text(fields_of(output).get("run_id"))
    return ProjectReply(output=output, execute_id=run_id, is_complete=True)


def _no_reply(
    response: HttpResponse, what: LocalizedText, next_step: LocalizedText
) -> PayloadError:
    detail = (describe_body(response),)
    return PayloadError(what, detail=detail, next_step=next_step, log_id=response.log_id)


def _workflow_answer(target: Target, reply: ProjectReply, log_id: str) -> Message:
    """Return the part of a workflow's output that is the answer; text as it is, else JSON."""
    answer = reply.output
    if target.answer:
        from jmespath import compile as compile_query  # only such targets need it
        from jmespath.exceptions import JMESPathError

        try:
            answer = compile_query(target.answer).search(reply.output)
        except JMESPathError:
            answer = None
    if answer is None:
        keys = tuple(fields_of(reply.output))
        raise PayloadError(
            message("project.no_answer", path=target.answer or "@"),
            detail=(
                message("project.no_answer.keys", keys=keys)
                if keys
                else message("project.no_answer.no_keys"),
            ),
            next_step=message("project.no_answer.next", target=target.name),
            log_id=log_id,
        )
    content = answer if isinstance(answer, str) else dump_json(answer).decode()
    return Message(id=reply.execute_id, role="assistant", type="answer", content=content)


def _run_id(reply: ProjectReply) -> tuple[LocalizedText, ...]:
    return (message("coze.run.id", run=reply.execute_id),) if reply.execute_id else ()
