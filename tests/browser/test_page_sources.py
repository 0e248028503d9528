"""What the page's sources must not hold, and what they weigh. No browser is needed for these."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from browser import ROOT

REPORT = ROOT / "harness/coze_harness/reporting"
TEMPLATES = sorted(REPORT.rglob("*.j2"))
MODULES = sorted((REPORT / "browser").glob("*.js"))
SCRIPT = REPORT / "html/assets/report.js"
ASSETS = [SCRIPT, *sorted((REPORT / "html/assets").glob("*.css"))]
PYTHON = sorted(
    path for path in REPORT.rglob("*.py") if "assets" not in path.relative_to(REPORT).parts
)

# Where text is marked as safe, and whose text it is: ours, never a bot's.
SAFE_BY = {
    "page_templates.py: Markup(text)": "our own style and script, if they cannot end their element",
}

# What makes markup, code or a request out of text.
_FORBIDDEN = (
    r"\binnerHTML\b",
    r"\bouterHTML\b",
    r"\binsertAdjacentHTML\b",
    r"\bdocument\.write",
    r"\bsetHTMLUnsafe\b",
    r"\bparseHTMLUnsafe\b",
    r"\bcreateContextualFragment\b",
    r"\bDOMParser\b",
    r"\beval\(",
    r"\bFunction\(",
    r"\bimport\(",
    r"\bsrcdoc\b",
    r"\bset(Timeout|Interval)\(\s*[\"'`]",
    r"setAttribute\(\s*[\"'`](on|style)",
    r"\.on[a-z]+\s*=[^=]",
    r"\bfetch\(",
    r"\bXMLHttpRequest\b",
    r"\bsendBeacon\b",
    r"\bWebSocket\b",
    r"\bWorker\(",
    r"javascript:",
)


# Only this module asks for anything: its own server, if `coze-harness view` has served the page.
ASKING = {"live.js": [r"\bfetch\("]}


def code(path: Path) -> str:
    """Return a script's text without its comments, which may name what must not be used."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    return re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)


def test_there_are_sources_to_look_at() -> None:
    assert len(TEMPLATES) > 1
    assert len(MODULES) > 3
    assert len(ASSETS) > 2


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_marks_a_text_as_safe(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"\|\s*safe\b|autoescape|Markup|<[^>]+\son\w+=|\sstyle=", text) == []


def test_python_marks_only_our_own_files_as_safe() -> None:
    calls = [
        f"{path.name}: {call}"
        for path in PYTHON
        for call in re.findall(
            r"\bMarkup\([^)]*\)|autoescape=(?!True)\w+|\|safe", path.read_text("utf-8")
        )
    ]
    assert sorted(calls) == sorted(SAFE_BY)


def test_every_environment_escapes_whatever_a_template_is_called() -> None:
    sources = [
        path.read_text("utf-8") for path in PYTHON if "Environment(\n" in path.read_text("utf-8")
    ]
    assert sources
    assert all("autoescape=True" in text for text in sources)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_script_makes_markup_or_code_of_text_or_asks_for_anything(path: Path) -> None:
    text = code(path)
    assert [rule for rule in _FORBIDDEN if re.search(rule, text)] == ASKING.get(path.name, [])


@pytest.mark.parametrize("rule", _FORBIDDEN)
def test_each_rule_about_scripts_can_fail(rule: str) -> None:
    bad = """
        a.innerHTML = b; a.outerHTML; a.insertAdjacentHTML(b); document.write(a); a.setHTMLUnsafe(b)
        Document.parseHTMLUnsafe(a); r.createContextualFragment(a); new DOMParser(); eval(a)
        new Function(a); import('x'); f.srcdoc = a; setTimeout('a()', 1)
        a.setAttribute('onclick', b)
        a.onclick = b; fetch(a); new XMLHttpRequest(); navigator.sendBeacon(a); new WebSocket(a)
        new Worker(a); a.href = 'javascript:1'
    """
    assert re.search(rule, bad)


def test_the_bundled_script_makes_no_markup_or_code_of_text_either() -> None:
    rules = [rule for rule in _FORBIDDEN if re.search(rule, SCRIPT.read_text("utf-8"))]
    assert rules == ASKING["live.js"]


@pytest.mark.parametrize("path", ASSETS, ids=lambda path: path.name)
def test_a_bundled_asset_loads_nothing_and_cannot_end_its_element(path: Path) -> None:
    text = re.sub(r"url\(\"data:image/svg\+xml,%3C[^\"<]*\"\)", "", path.read_text("utf-8"))
    assert re.findall(r"</|<!--|@import|url\(|sourceMapping", text) == []


def test_what_is_downloaded_for_the_tests_is_pinned_and_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if not entry["integrity"]] == []
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert "dependencies" not in package
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", at) for at in package["devDependencies"].values())
    for name in ("package.json", "package-lock.json", ".npmrc", "Makefile", ".ci/run"):
        hosts = re.findall(r"https?://[\w.]*(?:regist|pypi|npm)\S*", (ROOT / name).read_text())
        assert hosts == [], name
