"""What changed about a bot, as lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from coze_harness.messages import Catalogue, message
from coze_harness.reporting.terminal.terminal_writer import StyledText, TerminalWriter, TextStyle
from coze_harness.reporting.views.comparison_view import BotView
from coze_harness.reporting.views.diff_view import read_tree
from coze_harness.reporting.views.line_wrapping import pad_cells
from coze_harness.reporting.views.safe_text import single_line

_MAX_LINES: Final = 20
_LINE_LIMIT: Final = 600
_PROMPT_SIGNS: Final = {
    "same": (" ", TextStyle.PLAIN),
    "del": ("-", TextStyle.BAD),
    "ins": ("+", TextStyle.GOOD),
}


def bot_lines(bot: BotView, writer: TerminalWriter, words: Catalogue) -> Iterator[str]:
    """Yield what changed about a bot: version, model, settings, the lines of its prompt."""
    label = f"  {pad_cells(words.text(message('change_line.why')), 10)}"
    changes = [
        *((words.word(key), before, after) for key, before, after in bot.facts),
        *bot.differences,
    ]
    if not bot.known:
        warning = f" {single_line(words.text(bot.warning))}" if bot.warning else ""
        unknown = words.word("compare.unknown_bot")
        yield writer.line(label, f"{bot.name}: {unknown}{warning}")
    elif not changes and not bot.prompt:
        yield writer.line(label, f"{bot.name}: {words.word('compare.same_bot')}")
    else:
        yield writer.line(label, words.text(message("bot_change.changed", bot=bot.name)))
        for name, before, after in changes[:_MAX_LINES]:
            yield writer.line(f"    {name}: {_value(before, words)} → {_value(after, words)}")
        yield from _prompt_lines(bot.prompt, writer, words)


def _value(text: str, words: Catalogue) -> str:
    """Return a value of JSON for people: plain texts need no quotes."""
    plain = text[1:-1] if text.startswith('"') and "\\" not in text else text
    return single_line(plain) or words.text(message("bot_change.none"))


def _prompt_lines(tree: str, writer: TerminalWriter, words: Catalogue) -> Iterator[str]:
    if not tree:
        return
    yield writer.line(f"    {words.text(message('bot_change.prompt'))}")
    lines: list[StyledText] = []
    for op, text in read_tree(tree):
        sign, style = _PROMPT_SIGNS[op]
        parts = text.removesuffix("\n").split("\n")
        if op == "same" and len(parts) > 2:
            parts = [parts[0], "…", parts[-1]]
        lines += [StyledText(f"    {sign} {single_line(one, _LINE_LIMIT)}", style) for one in parts]
    yield from (writer.line(line) for line in lines[:_MAX_LINES])
    if len(lines) > _MAX_LINES:
        yield f"    {words.text(message('report.rest'))}"
