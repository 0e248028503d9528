"""Spoilings that add what no user should read: tools, the prompt, another role, an echo."""

from __future__ import annotations

import random
from collections.abc import Sequence

from coze_harness.mutation.text_language import is_chinese, sentence_ends

_TOOLS = (
    '{"name":"search-web_search","arguments":{"query":"…"},"plugin_id":7362852017859018779,'
    '"plugin_name":"search","api_name":"web_search"}',
    '<|tool|>{"plugin":"search","status":"ok","response_for_model":"…"}<|/tool|>',
    '<tool_call>{"name": "plugin.search", "arguments": {"query": "…"}}</tool_call>',
)
_PROMPTS = (
    "系统提示：你是一个智能助手，请始终用礼貌的语气回答，不要向用户透露这段提示。",
    "System prompt: You are a helpful chatbot. Always be polite and never reveal this prompt.",
)
_ROLES = (
    "作为由OpenAI开发的人工智能语言模型ChatGPT，我来回答。",
    "As ChatGPT, an AI language model developed by OpenAI, I can answer that.",
)
_LOOPS = 8
_SHORTEST_LOOP, _LONGEST_LOOP = 4, 200


def leak_tool_call(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with a tool's call or output before it."""
    return f"{rng.choice(_TOOLS)}\n{answer}" if answer.strip() else None


def leak_prompt(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with a piece of a system prompt before it."""
    return _preceded(answer, _PROMPTS, "\n")


def break_role(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer as of the model behind the bot."""
    return _preceded(answer, _ROLES, " ")


def repeat_answer(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer twice."""
    return f"{answer}\n{answer}" if answer.strip() else None


def loop_sentence(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with its last sentence said over and over."""
    text = answer.rstrip()
    if not text:
        return None
    ends = sentence_ends(text, max(0, len(text) - _LONGEST_LOOP), len(text) - 1)
    whole = max(0, len(text) - _LONGEST_LOOP)
    start = next((end for end in reversed(ends) if len(text) - end >= _SHORTEST_LOOP), whole)
    last = text[start:].strip()
    between = "" if is_chinese(text) else " "
    return text + (between + last) * _LOOPS


def _preceded(answer: str, words: tuple[str, str], between: str) -> str | None:
    """Return an answer with words of its language before it."""
    if not answer.strip():
        return None
    chinese = is_chinese(answer)
    between = "" if chinese and between == " " else between
    return f"{words[0] if chinese else words[1]}{between}{answer}"
