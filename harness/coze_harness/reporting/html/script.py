"""The page's script: the modules of `browser/`, joined into one.

They are ES modules, so that they can be checked and tested as they stand; in a page they are one
classic script, wrapped in a function. The order is that of their imports, what is imported first.
"""

from __future__ import annotations

import re
from pathlib import Path
from string import ascii_letters
from typing import Final

_FOLDER: Final = Path(__file__).parents[1] / "browser"
_ENTRY: Final = "main.js"
_IMPORT = re.compile(r"^import\s+(?:[^;]*?\s+from\s+)?[\"']\./([\w.-]+)[\"'];?[ \t]*\n", re.M)
_EXPORT = re.compile(r"^export\s+(?:\{[^}]*\};?[ \t]*\n|(?:default\s+)?)", re.M)
_BLOCK = re.compile(r"^[ \t]*/\*\*?.*?\*/[ \t]*\n", re.M | re.S)
_LINE = re.compile(r"^[ \t]*//.*\n", re.M)
# A type told in the middle of a line, and indentation: no text goes over a line's end.
_CAST = re.compile(r"/\*\* @type \{.*?\} \*/ ?")
_INDENT = re.compile(r"^[ \t]+", re.M)
_BLANK = re.compile(r"\n\s*\n")
# Texts and patterns stay as they are (a sign of division has blanks beside it, and no template is
# inside another); of all else, what only the eye needs goes.
_LITERAL = re.compile(
    r"""(\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`"""
    r"""|/(?![ /*])(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[])+/[a-z]*)"""
)
# A private name, which no other module can know.
_OWN = re.compile(r"#(\w+)")
_NEEDLESS = (
    (re.compile(r" ?([=(){}\[\];,<>?:&|]) ?| ([+*-]|!==) (?![+-])"), r"\1\2"),
    (re.compile(r"(?<=[;{,([])\n|,(?=\n?[\]}])"), ""),
    (re.compile(r"\bconst\b"), "let"),
    (re.compile(r";\n?}"), "}"),
)


def joined(folder: Path = _FOLDER, entry: str = _ENTRY) -> str:
    """Return the script; empty where there is no entry. ValueError for imports in a circle."""
    if not (folder / entry).is_file():
        return ""
    order: list[str] = []
    _visit(folder, entry, order, ())
    bodies = [_body((folder / name).read_text(encoding="utf-8")) for name in order]
    return '(() => {\n"use strict";\n' + "\n".join(bodies) + "\n})();\n"


def _visit(folder: Path, name: str, order: list[str], above: tuple[str, ...]) -> None:
    if name in above:
        raise ValueError(f"Modules import each other in a circle: {' → '.join((*above, name))}")
    if name in order:
        return
    source = (folder / name).read_text(encoding="utf-8")
    for wanted in _IMPORT.findall(source):
        _visit(folder, wanted, order, (*above, name))
    order.append(name)


def _body(source: str) -> str:
    text = _EXPORT.sub("", _IMPORT.sub("", source))
    text = _INDENT.sub("", _CAST.sub("", _LINE.sub("", _BLOCK.sub("", text))))
    pieces = _LITERAL.split(_BLANK.sub("\n", text).strip())
    if any("\n" in literal for literal in pieces[1::2]):
        raise ValueError("A text or pattern of the script does not end in its line.")
    letters = dict(
        zip(dict.fromkeys(_OWN.findall("".join(pieces[::2]))), ascii_letters, strict=False)
    )
    pieces[::2] = [
        _OWN.sub(lambda own: f"#{letters[own.group(1)]}", _bare(code)) for code in pieces[::2]
    ]
    return "".join(pieces)


def _bare(code: str) -> str:
    for needless, left in _NEEDLESS:
        code = needless.sub(left, code)
    return code
