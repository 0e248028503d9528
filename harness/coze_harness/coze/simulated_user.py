"""What a simulated user is sent: its goal first, then each answer of the bot as a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from coze_harness.model import JSON, ChatOptions
from coze_harness.model.trial import Turn

_HAN: Final = "[\u4e00-\u9fff]"


class _Wording(NamedTuple):
    """The texts of one language."""

    goal: str
    rules: str
    invitation: str
    first_prompt: str
    answer: str
    no_answer: str


# These texts are sent and recorded: with another wording, all recordings of simulated users would
# be stale. So they are not in the catalogue, and their language is that of the goal.
_CHINESE: Final = _Wording(
    goal="请扮演一名用户，与一个智能体对话。你的目标：\n",
    rules="\n\n规则：\n"
    "- 只写用户接下来要说的话，不写旁白、解释和引号。\n"
    "- 不要替智能体回答，也不要透露你在扮演用户。\n"
    "- 之后的每条消息都是智能体的回复。\n",
    invitation="\n请说出用户的第一句话。",
    first_prompt="\n用户的第一句话已经发出：\n",
    answer="\n\n智能体的回复：\n",
    no_answer="（智能体没有回复文字。）",
)
_ENGLISH: Final = _Wording(
    goal="Play a user who talks with a bot. Your goal:\n",
    rules="\n\nRules:\n"
    "- Write only what the user says next: no narration, no explanation, no quotation marks.\n"
    "- Do not answer for the bot, and do not say that you play a user.\n"
    "- Each message that follows is a reply of the bot.\n",
    invitation="\nWrite the user's first message.",
    first_prompt="\nThe user's first message was sent:\n",
    answer="\n\nThe bot's reply:\n",
    no_answer="(The bot replied without text.)",
)


def tester_options(options: ChatOptions) -> ChatOptions:
    """Return what is sent to the tester besides its messages; it has a conversation of its own.

    Args:
        options: those of the scenario.
    """
    return ChatOptions(user_id=options.user_id, stream=options.stream)


def first_message(turn: Turn, answer: str | None) -> str:
    """Return the first message to the tester.

    Args:
        turn: the pattern of the conversation's turns.
        answer: the bot's answer to the first prompt; `None` if the tester speaks first.

    Raises:
        ValueError: the turn has no simulated user.
    """
    if turn.user is None:
        raise ValueError("a turn without a simulated user")
    goal = turn.user.goal
    words = _wording(goal)
    briefing = f"{words.goal}{goal}{words.rules}"
    if answer is None:
        return f"{briefing}{words.invitation}"
    return f"{briefing}{words.first_prompt}{turn.prompt}{words.answer}{answer or words.no_answer}"


def next_message(goal: str, answer: str) -> str:
    """Return a further message to the tester: the bot's answer."""
    return answer or _wording(goal).no_answer


def goal_of(body: JSON) -> str | None:
    """Return the goal in the body of the first message to a tester; `None` if it is another."""
    text = prompt_text(body)
    for words in (_CHINESE, _ENGLISH):
        if text.startswith(words.goal):
            return text.removeprefix(words.goal).partition(words.rules)[0]
    return None


def without_prompt(body: JSON) -> JSON:
    """Return the body of a prompt without its text."""
    if not isinstance(body, Mapping):
        return body
    messages = body.get("additional_messages")
    others = {k: v for k, v in body.items() if k not in ("additional_messages", "content")}
    if isinstance(messages, list) and len(messages) > 1:
        others["additional_messages"] = messages[:-1]
    return others


def prompt_text(body: JSON) -> str:
    """Return the text of a prompt from its body: of Coze's API, or of a project's."""
    match body:
        case {"additional_messages": [*_, {"content": str(text)}]}:
            return text
        case {"content": {"query": {"prompt": [{"content": {"text": str(text)}}, *_]}}}:
            return text
    return ""


def _wording(goal: str) -> _Wording:
    return _CHINESE if re.search(_HAN, goal) else _ENGLISH
