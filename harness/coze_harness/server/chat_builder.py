"""How a scripted answer becomes a chat: its messages, its timeline, and faults in its run."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from random import Random

from coze_harness.model import JSON
from coze_harness.model.record import replace
from coze_harness.server.coze_ids import Snowflakes
from coze_harness.server.fault_injection import RUN_KINDS, Fault, FaultKind, Route
from coze_harness.server.message_builder import (
    DraftMessage,
    as_text,
    count_tokens,
    draft_messages,
    with_ids,
)
from coze_harness.server.prompt_matching import filler, match_answer
from coze_harness.server.request_validation import ChatRequest, IncomingCall
from coze_harness.server.response_envelope import MESSAGES, ApiRefusal
from coze_harness.server.script_schema import (
    RequiredAction,
    ScriptedBot,
    ScriptedContent,
    ScriptedWorkflow,
)
from coze_harness.server.server_state import ServerState
from coze_harness.server.stored_conversation import ChatTimeline, StoredChat


def build_chat(
    call: IncomingCall, route: Route, request: ChatRequest, source: ScriptedBot | ScriptedWorkflow
) -> StoredChat:
    """Start and store a chat with a bot or a workflow, in a new conversation if it continues none.

    Raises:
        ApiRefusal: the conversation is unknown (4002) or occupied (4016); there is no prompt, a
            file was not uploaded, or no answer fits (4000).
        FaultTriggered: a fault answers instead.
    """
    state, bot = call.state, source if isinstance(source, ScriptedBot) else None
    conversation = None
    if request.conversation_id:
        conversation = state.conversation(request.conversation_id)
        if conversation.is_occupied(call.now):
            raise ApiRefusal(4016)
    for file_id in (file_id for message in request.messages for file_id in message.file_ids):
        if file_id not in state.file_ids:
            raise ApiRefusal(4000, f"file_id {file_id} does not exist.")
    before = list(conversation.transcript(call.now)) if conversation else []
    prompt, turn, earlier = _prompt(request, before)
    answer, groups = match_answer(source.answers, prompt, turn, earlier)
    faults = (*answer.faults, *source.faults)
    call.trigger_fault(route, faults, stream=request.stream)

    variables = {**(bot.variables if bot else {}), **request.variables}
    words = {**variables, "prompt": prompt, "turn": str(turn), **groups}
    bot_id = bot.id if bot else ""
    conversation = conversation or state.create_conversation(
        bot_id, state.fixed_id(answer.conversation_id)
    )
    created_at, new_id = state.ids.second(), state.ids.new
    chat_id = state.fixed_id(answer.chat_id)
    if chat_id:
        created_at = answer.created_at or created_at
        # The same every time, as the chat's own id.
        new_id = partial(Snowflakes(Random(chat_id)).new, created_at)  # noqa: S311 - nothing secret
    chat = StoredChat(
        id=chat_id or state.ids.new(),
        conversation=conversation,
        bot_id=bot_id,
        created_at=created_at,
        inputs=request.messages,
        faults=faults,
        meta_data=request.meta_data,
        words=words,
        saved=request.saved,
    )
    drafts = list(draft_messages(answer, state.next_answers(answer), filler(words)))
    input_texts = [bot.prompt if bot else "", *earlier, prompt]
    timeline = _timeline(state, chat, answer, drafts, input_texts, new_id)
    chat.started, chat.timeline = timeline.begins, _apply_faults(state, timeline, faults)
    state.count_running(chat.timeline)
    conversation.chats[chat.id] = chat
    return chat


def _prompt(
    request: ChatRequest, before: Sequence[tuple[str, str]]
) -> tuple[str, int, Sequence[str]]:
    """Return the prompt, its number in the conversation, and the texts before it.

    Without a prompt, the last message before must be the user's, and is the prompt.
    """
    messages = [*before, *((message.role, message.text) for message in request.messages)]
    texts = [text for _, text in messages]
    prompt = request.prompt
    if not prompt:
        if not before or before[-1][0] != "user":
            raise ApiRefusal(4000, "additional_messages must hold a message of the user.")
        prompt = texts[-1]
    turn = max(1, sum(role == "user" for role, _ in messages))
    return prompt, turn, texts[:-1] if texts[-1:] == [prompt] else texts


def continue_chat(
    state: ServerState, chat: StoredChat, action: RequiredAction, outputs: Sequence[str]
) -> None:
    """Continue a chat whose tool outputs, one for each call, were submitted."""
    names = [call.name or "output" for call in action.calls]
    words = {**chat.words, "output": outputs[0], **dict(zip(names, outputs, strict=True))}
    drafts = [DraftMessage("tool_response", output) for output in outputs]
    drafts += draft_messages(action.then, state.next_answers(action.then), filler(words))
    earlier = chat.timeline.messages
    input_texts = [*(str(message["content"]) for message in earlier), *outputs]
    timeline = _timeline(state, chat, action.then, drafts, input_texts, state.ids.new)
    messages = [*earlier, *timeline.messages]
    chat.timeline = replace(timeline, messages=messages, sent=len(earlier))
    state.count_running(chat.timeline)


def _timeline(
    state: ServerState,
    chat: StoredChat,
    content: ScriptedContent,
    drafts: Sequence[DraftMessage],
    input_texts: Sequence[str],
    new_id: Callable[[], str],
) -> ChatTimeline:
    defaults, action, usage = state.script.defaults, content.requires_action, content.usage
    seconds = defaults.delay if content.delay is None else content.delay
    answers = [draft.content for draft in drafts if draft.type == "answer"]
    start = state.clock.monotonic()
    return ChatTimeline(
        messages=with_ids(drafts, chat, seconds, new_id),
        order=content.order or defaults.order,
        delta=content.delta or defaults.delta,
        begins=start,
        ends=start + seconds,
        status=_final_status(content),
        usage=(
            count_tokens("".join(input_texts)) if usage.input is None else usage.input,
            count_tokens("".join(answers)) if usage.output is None else usage.output,
        ),
        action=action,
        calls=tuple(_tool_calls(state, content)),
        audio=content.audio,
    )


def _final_status(content: ScriptedContent) -> str:
    if content.requires_action:
        return content.requires_action.status
    return "requires_action" if content.asks else "completed"


def _tool_calls(state: ServerState, content: ScriptedContent) -> Iterator[dict[str, JSON]]:
    if content.asks:
        yield {"id": "", "type": "reply_message", "function": None, "require_info": None}
    for call in content.requires_action.calls if content.requires_action else ():
        function: JSON = {"name": call.name, "arguments": as_text(call.arguments)}
        yield {"id": call.id or state.ids.tool_call(), "type": "function", "function": function}


def _apply_faults(
    state: ServerState, timeline: ChatTimeline, faults: Sequence[Fault]
) -> ChatTimeline:
    for kind in RUN_KINDS:
        fault = state.faults.find((kind,), Route.CHAT, faults)
        if not fault:
            continue
        if kind is FaultKind.NEVER_ENDS:
            timeline = replace(timeline, ends=math.inf)
        elif kind is FaultKind.SLOW_RUN:
            timeline = replace(timeline, ends=timeline.ends + fault.seconds)
        elif kind is FaultKind.ENDS:
            timeline = replace(timeline, status=fault.status, action=None, calls=())
        elif kind is FaultKind.FAILED:
            text = MESSAGES.get(fault.code, "") if fault.code else "event interval error"
            error = (fault.code or 5000, fault.message or text)
            failed_run = replace(timeline, status="failed", error=error, usage=(0, 0))
            timeline = replace(failed_run, action=None, calls=())
        elif timeline.messages:
            unknown_message = {
                "id": state.ids.new(),
                "type": "hologram",
                "content": "A message of a type yet to come.",
            }
            messages = [*timeline.messages, {**timeline.messages[-1], **unknown_message}]
            timeline = replace(timeline, messages=messages)
    return timeline
