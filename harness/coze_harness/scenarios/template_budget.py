"""The steps that filling a template may take, and the size that its values may have.

A step is an iteration, a call, a filter, a test or an operator. With a large value it counts as
several, in proportion to the size. So a template reaches its limit at the same place on every
machine, whatever the machine's speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, ValuesView
from collections.abc import Set as AbstractSet
from typing import Final

from coze_harness.messages import LocalizedText, message

MAX_STEPS: Final = 100_000
MAX_SIZE: Final = 1_000_000
"""Limit of a value's characters and elements, and of the filled template's characters."""

MAX_BITS: Final = 20_000
"""Limit of a whole number's size; `1000 ** 1000` has half of them."""

_CHARACTERS_PER_STEP: Final = 64
_PLAIN: Final = frozenset((bool, float, int, type(None)))


class TemplateLimitError(Exception):
    """A template exceeds a limit; `reason` says which, as it follows a colon."""

    def __init__(self, reason: LocalizedText) -> None:
        super().__init__(reason)
        self.reason = reason


class TemplateBudget:
    """The steps that are left while one template is filled."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def charge(self, steps: int = 1) -> None:
        """Take steps.

        Raises:
            TemplateLimitError: none are left.
        """
        self._left -= steps
        if self._left < 0:
            raise TemplateLimitError(message("template.steps", n=MAX_STEPS))

    def weigh(self, value: object) -> int:
        """Return the number of a value's characters and elements, inner ones included.

        Raises:
            TemplateLimitError: the value is too large, or no steps are left.
        """
        if isinstance(value, str | bytes):
            self.charge(1 + len(value) // _CHARACTERS_PER_STEP)
            return require_size(len(value))
        if isinstance(value, int):
            if value.bit_length() > MAX_BITS:
                raise TemplateLimitError(message("template.bits", n=MAX_BITS))
            return 0
        return self._weigh_items(value) if _items(value) is not None else 0

    def _weigh_items(self, value: object) -> int:
        size = 0
        steps = 0
        # Not recursive: values may be nested deeply. One that contains itself becomes too large.
        stack = [iter((value,))]
        while stack and steps <= self._left and size <= MAX_SIZE:
            for item in stack[-1]:
                size += 1
                steps += 1
                if isinstance(item, str | bytes):
                    size += len(item)
                    steps += len(item) // _CHARACTERS_PER_STEP
                elif isinstance(item, range):
                    size += len(item)
                    steps += len(item)
                elif type(item) not in _PLAIN and (inner := _items(item)) is not None:
                    stack.append(iter(inner))
                    break
                if steps > self._left or size > MAX_SIZE:
                    break
            else:
                stack.pop()
        self.charge(steps)
        return require_size(size)

    def loop(self, items: Iterable[object], text_length: int = 0) -> Iterator[object]:
        """Return an iterator that takes a step for each item.

        Args:
            items: what a loop goes through.
            text_length: the number of characters of the loop's own text.
        """
        return self._loop(iter(items), 1 + text_length // _CHARACTERS_PER_STEP)

    def _loop(self, items: Iterator[object], steps: int) -> Iterator[object]:
        for item in items:
            self.charge(steps)
            yield item

    def compute(self, function: Callable[[], object], arguments: Iterable[object]) -> object:
        """Return what a function makes of arguments; they are weighed, and so is the result.

        An iterator becomes a list: its later use would cost what nobody has counted.
        """
        for argument in arguments:
            self.weigh(argument)
        result = function()
        if isinstance(result, Iterator):
            result = list(self.loop(result))
        self.weigh(result)
        return result


def require_size(size: float) -> int:
    """Return a number of characters and elements.

    Raises:
        TemplateLimitError: it is too large.
    """
    if size > MAX_SIZE:
        raise TemplateLimitError(message("template.size", n=MAX_SIZE))
    return int(size)


def _items(value: object) -> Iterable[object] | None:
    """Return what a value contains; `None` if it is not a container."""
    if isinstance(value, Mapping):
        return (part for pair in value.items() for part in pair)
    return value if isinstance(value, list | tuple | AbstractSet | ValuesView | range) else None
