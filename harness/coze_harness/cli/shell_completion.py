"""Completion in bash, zsh and fish: click's protocol, with what its scripts lack.

click's script for bash inserts names as they are, so `order refund` becomes two words, and knows
nothing of `:` and `=`, at which bash splits words. In zsh and fish, the value of `--tag=sm` would
replace the whole word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
)

from coze_harness.cli.command_output import CommandOutput
from coze_harness.cli.command_table import COMPLETION_VARIABLE, PROGRAM, coze_harness

_BASH_SCRIPT: Final = """\
%(complete_func)s() {
    local response type value
    response=$(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \
%(complete_var)s=bash_complete "$1")
    COMPREPLY=()
    while IFS=',' read -r type value; do
        if [[ $type == 'dir' ]]; then
            compopt -o dirnames
        elif [[ $type == 'file' ]]; then
            compopt -o default
        elif [[ $type == 'plain' ]]; then
            COMPREPLY+=("$value")
        fi
    done <<< "$response"
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""
_SPECIAL: Final = r"([^\w@%+=:,./-])"


class CommandLine(NamedTuple):
    """The words before the cursor, unquoted; the last one is incomplete.

    `quote` is the quotation mark that it is in, if any.
    """

    words: tuple[str, ...]
    quote: str


def split_line(line: str) -> CommandLine:
    """Return the words of the beginning of a command line, as bash reads it."""
    words = [""]
    quote = ""
    is_in_word = is_escaped = False
    for character in line:
        if is_escaped:
            words[-1] += character
            is_escaped = False
        elif character == "\\" and quote != "'":
            is_escaped = is_in_word = True
        elif quote:
            if character == quote:
                quote = ""
            else:
                words[-1] += character
        elif character in "'\"":
            quote, is_in_word = character, True
        elif character.isspace():
            if is_in_word:
                words.append("")
            is_in_word = False
        else:
            words[-1] += character
            is_in_word = True
    return CommandLine(tuple(words), quote)


class _BashCompletion(BashComplete):
    """Quotes names, and completes words that bash splits at `:` and `=`."""

    source_template = _BASH_SCRIPT

    def __init__(self, output: CommandOutput, environment: Mapping[str, str]) -> None:
        super().__init__(coze_harness, {"obj": output}, PROGRAM, COMPLETION_VARIABLE)
        self._line = split_line(environment.get("COMP_LINE", ""))
        self._breaks = set(environment.get("COMP_BREAKS", ":=")) & set(":=")

    def get_completion_args(self) -> tuple[list[str], str]:
        return list(self._line.words[1:-1]), self._line.words[-1]

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        typed = _split_option(incomplete)[1]
        # What stands before the last break is not replaced.
        start = 0
        if not self._line.quote:
            start = 1 + max((typed.rfind(one) for one in self._breaks), default=-1)
        items = super().get_completions(args, incomplete)
        for item in items:
            if item.type == "plain":
                item.value = self._quote(item.value[start:])
        return items

    def _quote(self, name: str) -> str:
        if self._line.quote:
            return name
        return re.sub(_SPECIAL, r"\\\1", name)


class _ZshCompletion(ZshComplete):
    """Completes the value of `--tag=sm`."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        return _with_option(super().get_completions(args, incomplete), incomplete)


class _FishCompletion(FishComplete):
    """Completes the value of `--tag=sm`."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem[str]]:
        return _with_option(super().get_completions(args, incomplete), incomplete)


def shell_completion(
    shell: str, output: CommandOutput, environment: Mapping[str, str]
) -> ShellComplete:
    """Return what completes a command line in a shell.

    Args:
        shell: bash, zsh or fish.
        output: has the language of descriptions.
        environment: with the variables that the shell's script sets.

    Raises:
        KeyError: the shell is another one.
    """
    if shell == "bash":
        return _BashCompletion(output, environment)
    kinds: dict[str, type[ShellComplete]] = {"zsh": _ZshCompletion, "fish": _FishCompletion}
    return kinds[shell](coze_harness, {"obj": output}, PROGRAM, COMPLETION_VARIABLE)


def answer_shell(output: CommandOutput, environment: Mapping[str, str]) -> int | None:
    """Print what a shell asks for; return the exit code, or `None` if no shell asks."""
    shell, _, instruction = environment.get(COMPLETION_VARIABLE, "").partition("_")
    if not instruction:
        return None
    try:
        completion = shell_completion(shell, output, environment)
    except KeyError:
        return 1
    click.echo(script(completion) if instruction == "source" else completion.complete())
    return 0


def script(completion: ShellComplete) -> str:
    """Return a shell's script. click's own method starts a bash, to ask for its version."""
    return completion.source_template % completion.source_vars()


def _split_option(word: str) -> tuple[str, str]:
    """Return the option of `--tag=sm` with its sign, or an empty text, and the value."""
    if word.startswith("-") and "=" in word:
        option, _, value = word.partition("=")
        return f"{option}=", value
    return "", word


def _with_option(items: list[CompletionItem[str]], incomplete: str) -> list[CompletionItem[str]]:
    option = _split_option(incomplete)[0]
    for item in items:
        if item.type == "plain":
            item.value = f"{option}{item.value}"
    return items
