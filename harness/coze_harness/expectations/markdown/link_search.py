"""Links in an answer: URLs, targets of Markdown and HTML links, and bare domains."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Final, NamedTuple
from urllib.parse import unquote

# Endings of domains that a chat client turns into links. Those that are also endings of files (.md,
# .py, .sh) or English words (.in, .to) count only in a URL.
_ENDINGS: Final = """
com cn net org io ai dev app edu gov mil int co me info biz xyz top shop site online store club vip
cc tv live link fun icu pro ltd group work wang ren tech cloud space website page mobi name asia art
blog ink ru jp kr uk de fr hk tw mo sg eu es nl ch ca au br vn id ph nz tk ml ga cf
gg ly gl
"""
_CJK: Final = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
# A letter or digit of a domain: Chinese text stands next to domains without a space.
_MARK: Final = rf"[^\W{_CJK}]"
_URL: Final = r"""
 (?P<scheme>\b[a-z][a-z0-9+.-]{1,20}:)(?P<slashes>[/\\]{2,4})(?P<rest>[^\s<>"'`，。！？；、（）【】《》“”‘’|]++)
|(?P<action>\b(?:javascript|data|vbscript|file|mailto|tel|sms|weixin|alipays?):)(?P<target>[^\s<>"'`，。]++)
|\]\((?P<markdown>[^\s()<>]++)
|\]\(<(?P<bracketed>[^<>\n]{1,2000})>
|\b(?:href|src)\s{0,3}=\s{0,3}["']?(?P<html>[^\s"'<>]++)
|^\s{0,3}\[[^\]\n]{1,100}\]:\s{0,3}(?P<reference>\S++)
"""
_BARE: Final = rf"""
(?<!{_MARK})(?<![@./\\-])(?P<bare>(?:(?:{_MARK}|-){{1,63}}[.．。｡]){{1,6}}(?:ENDING|xn--[a-z0-9-]{{2,59}}))
(?!{_MARK}|[@-]|[.．]{_MARK})(?P<path>[/?\#:][^\s<>"'`，。！？；、（）【】《》“”‘’|]*+)?
"""
_ADDRESS: Final = r"(?<![\w.])(?P<address>(?:[0-9]{1,3}\.){3}[0-9]{1,3})(?=[:/])"
_TRAILING: Final = ".,!?;:*_~)]}'\""
_MAX_LINKS: Final = 1_000
_DOTS: Final = str.maketrans("．。｡", "...")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]")


class Link(NamedTuple):
    """A link of an answer.

    Attributes:
        text: as it is written.
        host: the domain or address that a browser opens, in lower case and Unicode; empty for a
            link that opens no host, such as `javascript:`.
        start: where it begins, in characters of the answer.
        end: where it ends.
    """

    text: str
    host: str
    start: int
    end: int


@cache
def _urls() -> re.Pattern[str]:
    return re.compile(_URL, re.VERBOSE | re.IGNORECASE | re.MULTILINE)


@cache
def _bare_domains() -> re.Pattern[str]:
    return re.compile(f"{_BARE.replace('ENDING', _ending())}|{_ADDRESS}", re.VERBOSE)


@cache
def _host_before_text() -> re.Pattern[str]:
    return re.compile(rf"[^{_CJK}]+\.(?:{_ending()})(?=[{_CJK}])")


def _ending() -> str:
    return "|".join(sorted(_ENDINGS.split(), key=len, reverse=True))


def find_links(text: str) -> list[Link]:
    """Return the links of a text in reading order, at most 1,000; no two overlap."""
    links: list[Link] = []
    last_end = 0
    for link in sorted(_find(text), key=lambda one: (one.start, -one.end)):
        if link.start >= last_end and len(links) < _MAX_LINKS:
            links.append(link)
            last_end = link.end
    return links


def _find(text: str) -> Iterator[Link]:
    for match in _urls().finditer(text):
        name = match.lastgroup or ""
        if name == "rest":
            yield _link(text, match.start(), match.end(), "rest", match["rest"])
        elif name == "target":
            yield _link(text, match.start(), match.end(), match["action"].lower(), match["target"])
        else:
            target = match[name]
            start = match.start(name)
            if not _urls().match(target) and (host := _host_of_target(target)):
                yield Link(target, host, start, start + len(target))
            elif inner := _urls().match(target):
                kind = "rest" if inner["rest"] else (inner["action"] or "").lower()
                rest = inner["rest"] or inner["target"] or ""
                yield _link(text, start, start + len(target), kind, rest)
    for match in _bare_domains().finditer(text):
        host = match["bare"] or match["address"]
        yield Link(match.group(), plain_host(host), match.start(), match.end())


def _link(text: str, start: int, end: int, kind: str, rest: str) -> Link:
    """Return the link of a URL; its host is between the user's name and the port."""
    url = text[start:end].rstrip(_TRAILING)
    if kind == "mailto:":
        return Link(url, plain_host(rest.partition("?")[0].rpartition("@")[2]), start, end)
    host = _authority(rest) if kind == "rest" else ""
    return Link(url, host, start, start + len(url))


def _authority(rest: str) -> str:
    """Return the host of what follows `https://`: a browser takes what is behind the last @."""
    authority = re.split(r"[/\\?#]", rest, maxsplit=1)[0].rpartition("@")[2]
    if before_text := _host_before_text().match(authority):
        authority = before_text.group()
    if authority.startswith("["):
        return authority.partition("]")[0] + "]"
    return plain_host(re.sub(r":[0-9]*$", "", authority))


def _host_of_target(target: str) -> str:
    """Return the host of a link's target without a scheme; empty for a path in the same site."""
    if target.startswith(("//", "\\\\", "/\\", "\\/")):
        return _authority(target[2:])
    match = _bare_domains().match(target)
    return plain_host(match["bare"] or match["address"]) if match else ""


def plain_host(host: str) -> str:
    """Return a host as a browser reads it: without escapes, in NFKC and lower case, in Unicode."""
    host = _INVISIBLE.sub("", unquote(host).translate(_DOTS)).strip(".")
    host = unicodedata.normalize("NFKC", host).lower().rstrip(_TRAILING)
    labels = []
    for label in host.split("."):
        if label.startswith("xn--"):
            with suppress(ValueError):  # not a valid name: shown as it is
                label = label.encode("ascii").decode("idna")
        labels.append(label)
    return ".".join(labels)


def imitates(host: str, allowed: str) -> bool:
    """Return whether a host looks like an allowed one without being it: сoze.cn, g00gle.com.

    Args:
        host: in Unicode.
        allowed: an allowed domain.
    """
    return host != allowed and _skeleton(host) == _skeleton(allowed)


_LOOKALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһӏԛԝɡοαντκρυχι0135ı|",
    "aeopcyxijsdhlqwgoavtkpuxi" + "oles" + "il",
)


def _skeleton(host: str) -> str:
    """Return what a host looks like, in Latin letters."""
    decomposed = unicodedata.normalize("NFD", host)
    plain = "".join(mark for mark in decomposed if not unicodedata.combining(mark))
    return plain.translate(_LOOKALIKES).replace("rn", "m").replace("vv", "w")
