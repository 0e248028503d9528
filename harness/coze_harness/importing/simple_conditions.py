"""Short conditions on `output`, in Python and JavaScript, as expectations.

Only what can be read without doubt is: `output.includes("x") && output.length < 200`, and values of
JSON: `output.city === "Oslo"`. Everything else is code, and belongs into a function of the author.
A variable of the test (`context.vars.city`) becomes a template.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from coze_harness.importing.imported_scenario import NotImportableError
from coze_harness.messages import message
from coze_harness.model import JSON

_MAX_CODE: Final = 500
"""Characters of a condition."""
_MAX_DEPTH: Final = 20

_LOWER: Final = ("lower", "casefold", "toLowerCase")
_EQUALITY: Final = ("===", "==", "!==", "!=")
_CHECKS: Final = MappingProxyType(
    {"includes": "contains", "startsWith": "starts_with", "endsWith": "ends_with"}
)
_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\$]|\\.)*`)"""
    r"""|(?P<pattern>/(?:[^/\\\n]|\\.)+/[a-z]*)"""
    r"""|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||[().,!<>;]))"""
)


def python_condition(code: str) -> JSON:
    """Return the expectation that a Python expression is.

    Raises:
        NotImportableError: it is anything else.
    """
    if len(code) > _MAX_CODE:
        raise _not_simple()
    try:
        tree = ast.parse(code.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _not_simple() from error
    return _python(tree.body)


def _python(node: ast.expr) -> JSON:
    match node:
        case ast.BoolOp(op=op, values=values):
            kind = "all_of" if isinstance(op, ast.And) else "any_of"
            return {kind: [_python(one) for one in values]}
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return {"not": _python(operand)}
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _python_comparison(left, op, right)
        case ast.Call(
            func=ast.Attribute(value=subject, attr="startswith" | "endswith" as name),
            args=[ast.Constant(value=str() as text)],
        ):
            kind = "starts_with" if name == "startswith" else "ends_with"
            return _on_text(kind, text, ignores_case=_is_lower_case_output(subject))
    raise _not_simple()


def _python_comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> JSON:
    match left, op, right:
        case _, ast.In() | ast.NotIn(), _:
            item = _on_text(
                "contains", _python_text(left), ignores_case=_is_lower_case_output(right)
            )
            return item if isinstance(op, ast.In) else {"not": item}
        case (
            ast.Call(func=ast.Name(id="len"), args=[subject]),
            _,
            ast.Constant(value=int() as size),
        ):
            return _length(_python_measure(subject), _SIGNS.get(type(op), ""), size)
        case _, ast.Eq() | ast.NotEq(), _:
            same = _on_text("equals", _python_text(right), ignores_case=_is_lower_case_output(left))
            return same if isinstance(op, ast.Eq) else {"not": same}
    raise _not_simple()


def _python_text(node: ast.expr) -> str:
    """Return a text, or the template of a variable of the test."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Subscript(
            value=ast.Subscript(value=ast.Name(id="context"), slice=ast.Constant(value="vars")),
            slice=ast.Constant(value=str() as name),
        ):
            return _template(name)
    raise _not_simple()


_SIGNS: Final[Mapping[type[ast.cmpop], str]] = MappingProxyType(
    {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}
)


def _python_measure(node: ast.expr) -> str:
    """Return the unit in which `len` of an expression counts."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="output"), attr="split"), args=[]):
            return "words"
        case ast.Call(func=ast.Attribute(value=ast.Name(id="output"), attr="strip"), args=[]):
            return "chars"
        case ast.Name(id="output"):
            return "chars"
    raise _not_simple()


def _is_lower_case_output(node: ast.expr) -> bool:
    """Return whether an expression is `output` in lower case; False for `output` itself."""
    match node:
        case ast.Name(id="output"):
            return False
        case ast.Call(func=ast.Attribute(value=ast.Name(id="output"), attr=name), args=[]):
            if name in _LOWER:
                return True
    raise _not_simple()


def javascript_condition(code: str) -> JSON:
    """Return the expectation that a JavaScript expression is.

    Raises:
        NotImportableError: it is anything else.
    """
    if len(code) > _MAX_CODE:
        raise _not_simple()
    text = re.sub(r"^\s*return\b", "", code).strip().removesuffix(";")
    return _JavaScript(_tokens(text)).condition()


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _not_simple()
        tokens.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return tokens


class _JavaScript:
    """Reads tokens from left to right: `||` over `&&` over `!` over one check."""

    def __init__(self, tokens: Sequence[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def condition(self) -> JSON:
        item = self._alternatives()
        if self._at < len(self._tokens):
            raise _not_simple()
        return item

    def _alternatives(self) -> JSON:
        parts = [self._conjunction()]
        while self._skip("||"):
            parts.append(self._conjunction())
        return {"any_of": parts} if len(parts) > 1 else parts[0]

    def _conjunction(self) -> JSON:
        parts = [self._negation()]
        while self._skip("&&"):
            parts.append(self._negation())
        return {"all_of": parts} if len(parts) > 1 else parts[0]

    def _negation(self) -> JSON:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _not_simple()
        if self._skip("!"):
            item: JSON = {"not": self._negation()}
        elif self._skip("("):
            item = self._alternatives()
            self._expect(")")
        else:
            item = self._check()
        self._depth -= 1
        return item

    def _check(self) -> JSON:
        if self._peek()[0] == "pattern":
            pattern = self._next()[1]
            self._expect(".", "test", "(", "output", ")")
            return _regex(pattern)
        if self._peek()[1] == "JSON":
            self._expect("JSON", ".", "parse", "(", "output", ")", ".")
            return self._in_json([self._next()[1]])
        self._expect("output")
        if self._peek()[1] in _EQUALITY:
            return self._equality(ignores_case=False)
        self._expect(".")
        name = self._next()[1]
        ignores_case = False
        while name in (*_LOWER, "trim"):
            ignores_case |= name in _LOWER
            self._expect("(", ")")
            if self._peek()[1] in _EQUALITY:
                return self._equality(ignores_case=ignores_case)
            self._expect(".")
            name = self._next()[1]
        if name == "length":
            return self._length("chars")
        if name not in _CHECKS and name not in ("match", "split"):
            return self._in_json([name])
        return self._method(name, ignores_case=ignores_case)

    def _method(self, name: str, *, ignores_case: bool) -> JSON:
        self._expect("(")
        kind, argument = self._peek()
        if name in _CHECKS:
            item = _on_text(_CHECKS[name], self._text(), ignores_case=ignores_case)
            self._expect(")")
            return item
        self._next()
        self._expect(")")
        if name == "match" and kind == "pattern" and not ignores_case:
            return _regex(argument)
        if name == "split" and kind == "text" and _unquote(argument) == " ":
            self._expect(".", "length")
            return self._length("words")
        raise _not_simple()

    def _in_json(self, path: list[str]) -> JSON:
        """Read the rest of a check of a value inside JSON, whose path begins with `path`."""
        while self._skip("."):
            path.append(self._next()[1])
        if not all(map(str.isidentifier, path)):
            raise _not_simple()
        if path[-1] == "includes" and len(path) > 1:
            self._expect("(")
            text = self._text()
            self._expect(")")
            quoted = text.replace("\\", "\\\\").replace("'", "\\'")
            return _where(f"contains({'.'.join(path[:-1])}, '{quoted}')", True)
        sign = self._next()[1]
        if sign not in _EQUALITY:
            raise _not_simple()
        return _negate_if(sign.startswith("!"), _where(".".join(path), self._value()))

    def _equality(self, *, ignores_case: bool) -> JSON:
        sign = self._next()[1]
        return _negate_if(
            sign.startswith("!"), _on_text("equals", self._text(), ignores_case=ignores_case)
        )

    def _length(self, unit: str) -> JSON:
        sign = self._next()[1].replace("===", "==")
        kind, size = self._next()
        if kind != "number" or not size.isdecimal():
            raise _not_simple()
        return _length(unit, sign, int(size))

    def _text(self) -> str:
        """Read a text, or a variable of the test as a template."""
        kind, word = self._next()
        if kind == "text":
            return _unquote(word)
        if word == "context":
            self._expect(".", "vars", ".")
            kind, word = self._next()
            if kind == "name":
                return _template(word)
        raise _not_simple()

    def _value(self) -> JSON:
        kind, word = self._peek()
        if kind == "number":
            self._next()
            return float(word) if "." in word else int(word)
        if word in ("true", "false"):
            self._next()
            return word == "true"
        return self._text()

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        word = self._peek()
        self._at += 1
        return word

    def _skip(self, sign: str) -> bool:
        if self._peek() == ("sign", sign):
            self._at += 1
            return True
        return False

    def _expect(self, *words: str) -> None:
        for word in words:
            if self._next()[1] != word:
                raise _not_simple()


def _unquote(word: str) -> str:
    """Return the value of a JavaScript text; escapes that JSON does not have are not read."""
    inner = word[1:-1]
    if "\\" not in inner:
        return inner
    plain = inner.replace("\\'", "'").replace("\\`", "`").replace('\\"', '"')
    try:
        value = json.loads('"' + plain.replace('"', '\\"') + '"')
    except ValueError as error:
        raise _not_simple() from error
    return str(value)


def _regex(word: str) -> JSON:
    pattern, _, flags = word[1:].rpartition("/")
    if set(flags) - set("gimsu"):
        raise _not_simple()
    inline = "".join(sorted(set(flags) & set("ims")))
    return {"regex": f"(?{inline}){pattern}" if inline else pattern}


def _where(expression: str, value: JSON) -> JSON:
    return {"json": {"where": {expression: value}}}


def _negate_if(is_negated: bool, item: JSON) -> JSON:
    return {"not": item} if is_negated else item


def _template(name: str) -> str:
    if not name.isidentifier():
        raise _not_simple()
    return f"{{{{ {name} }}}}"


def _on_text(kind: str, text: str, *, ignores_case: bool) -> JSON:
    if not ignores_case:
        return {kind: text}
    if text != text.lower() and not text.startswith("{{"):
        # Never true: no lower-case answer has it.
        raise _not_simple()
    return {kind: {"text": text, "ignore_case": True}}


def _length(unit: str, sign: str, size: int) -> JSON:
    least = {">": size + 1, ">=": size, "==": size}.get(sign)
    most = {"<": size - 1, "<=": size, "==": size}.get(sign)
    if (least is None and most is None) or (most is not None and most < 0):
        raise _not_simple()
    limits: dict[str, JSON] = {}
    if least is not None:
        limits["min"] = least
    if most is not None:
        limits["max"] = most
    return {"length": limits if unit == "chars" else {**limits, "unit": unit}}


def _not_simple() -> NotImportableError:
    return NotImportableError(message("import.reason.code"))
