"""How large the result of an operation in a template becomes, before it is computed.

Most operations make values that are hardly larger than their arguments, and are weighed afterwards.
Here are those that multiply: `"x" * n`, `|center(n)`, `"%*d"`. Each prediction is at least the
result's number of characters and elements; where an operation is slow rather than large, it is the
number of characters that could be copied in the same time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Sized
from types import MappingProxyType
from typing import Final, TypeAlias

from coze_harness.messages import message
from coze_harness.scenarios.template_budget import MAX_BITS, TemplateBudget, TemplateLimitError

Arguments: TypeAlias = Sequence[object]

_MAX_EXPONENT: Final = 1_000
_MAX_PRECISION: Final = 300
_FORMAT: Final = re.compile(r"%(?:\([^)]*\))?[#0\- +]*(\d+|\*)?(?:\.(\d+|\*))?")
_NUMBER: Final = re.compile(r"\d+")
# Characters that are searched, or copied at once, in the time of one that is made.
_SEARCHED: Final = 1_000


def predict_binop(operator: str, left: object, right: object) -> float:
    """Return the predicted size of what an operator makes.

    Raises:
        TemplateLimitError: a number becomes too large.
    """
    if operator == "**":
        if _number(left) > _MAX_EXPONENT or _number(right) > _MAX_EXPONENT:
            raise TemplateLimitError(message("template.power", n=_MAX_EXPONENT))
        return 0
    if operator == "%":
        return _percent(left, (right,))
    if operator != "*":
        return 0
    if isinstance(left, int) and isinstance(right, int):
        if left.bit_length() + right.bit_length() > MAX_BITS:
            raise TemplateLimitError(message("template.bits", n=MAX_BITS))
        return 0
    return max(_length(left) * _number(right), _length(right) * _number(left))


def predict_call(function: object, arguments: Arguments) -> float:
    """Return the predicted size of what a value's method makes."""
    # The sandbox wraps some methods.
    function = getattr(function, "__wrapped__", function)
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, str | bytes | int):
        return 0
    predict = _METHODS.get(getattr(function, "__name__", ""))
    return predict(owner, arguments) if predict else 0


def predict_filter(name: str, value: object, arguments: Arguments) -> float:
    """Return the predicted size of what a filter makes.

    Raises:
        TemplateLimitError: a number becomes too large.
    """
    predict = _FILTERS.get(name)
    return predict(value, arguments) if predict else 0


def _width(_value: object, arguments: Arguments) -> float:
    return max(map(_number, arguments), default=0)


def _tabs(value: object, arguments: Arguments) -> float:
    return _count(value, "\t") * _width(value, arguments)


def _indent(value: object, arguments: Arguments) -> float:
    indent = max(_width(value, arguments), *map(_length, arguments), 4)
    return (1 + len(str(value).splitlines())) * indent


def _replace(value: object, arguments: Arguments) -> float:
    if len(arguments) < 2:
        return 0
    return _count(value, arguments[0]) * len(str(arguments[1]))


def _join(value: object, arguments: Arguments) -> float:
    """Predict `separator.join(items)`."""
    items = arguments[0] if arguments else ()
    return _length(value) * len(items) if isinstance(items, Sized) else 0


def _translate(value: object, arguments: Arguments) -> float:
    table = arguments[0] if arguments else None
    texts = table.values() if isinstance(table, Mapping) else ()
    return _length(value) * max(map(_length, texts), default=0)


def _strip(value: object, arguments: Arguments) -> float:
    # Each character of the text is searched among those to remove.
    return _length(value) * max(map(_length, arguments), default=0) / _SEARCHED


def _strip_tags(value: object, _arguments: Arguments) -> float:
    # The text is copied for each comment that is removed.
    return len(str(value)) * _count(value, "<!--") / _SEARCHED


def _percent(value: object, arguments: Arguments) -> float:
    """Predict `value % arguments`, a width in the text or, for `*`, among the arguments."""
    if not isinstance(value, str | bytes):
        return 0
    text = value if isinstance(value, str) else value.decode("latin-1")
    formats = _FORMAT.findall(text)
    values = [item for one in arguments for item in (one if isinstance(one, tuple) else (one,))]
    star = _width(value, values)
    widths = sum(star if width == "*" else int(width or 0) for pair in formats for width in pair)
    return widths + len(formats) * max(map(_weight, values), default=0)


def _format(value: object, arguments: Arguments) -> float:
    """Predict `value.format(…)`, a width in the text or, as in {:>{n}}, among the arguments."""
    fields = str(value).split("{")
    widths = sum(int(number) for number in _NUMBER.findall(str(value)))
    nested = any(":" in field and "}" not in field for field in fields[1:])
    each = max(map(_weight, arguments), default=0) + nested * _width(value, arguments)
    return widths + (len(fields) - 1) * each


def _round(_value: object, arguments: Arguments) -> float:
    # It computes ten to that power.
    if _width(None, arguments) > _MAX_PRECISION:
        raise TemplateLimitError(message("template.precision", n=_MAX_PRECISION))
    return 0


def _to_json(value: object, arguments: Arguments) -> float:
    return TemplateBudget().weigh(value) * _width(value, arguments)


def _sum(value: object, arguments: Arguments) -> float:
    # Each list that is added copies those before it.
    is_of_lists = any(isinstance(argument, list | tuple) for argument in arguments)
    return TemplateBudget().weigh(value) ** 2 / _SEARCHED if is_of_lists else 0


def _wrap(value: object, arguments: Arguments) -> float:
    # A word that is longer than a line is copied for each line.
    length, lines = len(str(value)), len(str(value)) / (_narrowest(arguments) or 1)
    return lines * (length / _SEARCHED + max(map(_length, arguments), default=0))


def _narrowest(arguments: Arguments) -> float:
    return min([number for number in map(_number, arguments) if number > 1], default=1)


_METHODS: Final[Mapping[str, Callable[[object, Arguments], float]]] = MappingProxyType(
    {
        "center": _width,
        "expandtabs": _tabs,
        "format": _format,
        "format_map": _format,
        "join": _join,
        "ljust": _width,
        "lstrip": _strip,
        "replace": _replace,
        "rjust": _width,
        "rstrip": _strip,
        "strip": _strip,
        "striptags": _strip_tags,
        "to_bytes": _width,
        "translate": _translate,
        "zfill": _width,
    }
)
_FILTERS: Final[Mapping[str, Callable[[object, Arguments], float]]] = MappingProxyType(
    {
        "batch": _width,
        "center": _width,
        "format": _percent,
        "indent": _indent,
        "join": lambda value, arguments: _join(next(iter(arguments), ""), (value,)),
        "pprint": lambda value, _: 20 * TemplateBudget().weigh(value),
        "replace": _replace,
        "round": _round,
        "slice": _width,
        "striptags": _strip_tags,
        "title": lambda value, _: 8 * len(str(value)),
        "sum": _sum,
        "tojson": _to_json,
        "trim": _strip,
        "wordwrap": _wrap,
    }
)


def _count(text: object, part: object) -> int:
    return str(text).count(str(part))


def _length(value: object) -> int:
    return len(value) if isinstance(value, str | bytes | list | tuple) else 0


def _number(value: object) -> float:
    return abs(value) if isinstance(value, int | float) else 0


def _weight(value: object) -> int:
    """Return about how many characters a value has as text; a number has few."""
    return 2 * TemplateBudget().weigh(value) + 24
