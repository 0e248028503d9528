"""Whatever a bot says and wherever it stands, it is text: in HTML, JUnit, Markdown, terminal."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import junitparser
import pytest
from builders import run, trial
from coze_harness.messages import Catalogue
from coze_harness.model import RequiredPassRate, Run, TrialResult, TrialStatus, replace
from coze_harness.reporting.files.markdown_report import RUN_LIMIT
from coze_harness.reporting.html.run_list_page import render_run_list
from coze_harness.reporting.terminal.terminal_failures import failure_block, failure_line
from coze_harness.reporting.terminal.terminal_summary import summary_line
from coze_harness.reporting.views.safe_text import show_control_characters, single_line
from coze_harness.reporting.views.view_model import page_id
from hypothesis import given, settings
from hypothesis import strategies as st
from report_hostile import ATTACKS, hostile_run, hostile_trial
from report_rendering import (
    Page,
    head_of,
    index_of,
    nodes,
    render_formats,
    render_report,
    text_of,
    trees_of,
)
from scale import scale_down

# A control, a bidi mark or half a pair: what must reach no reader as it is.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
STATUSES = [TrialStatus.FAILED, TrialStatus.ERROR, TrialStatus.KNOWN_FAILURE, TrialStatus.PASSED]
anything = st.text(st.characters(exclude_categories=()), min_size=1, max_size=40)


def trials_of(text: str) -> list[TrialResult]:
    """A trial of each status, told apart by a digit in front of the text."""
    trials = [hostile_trial(text, status) for status in STATUSES]
    return [
        replace(result, key=replace(result.key, id=f"{number}{text}"))
        for number, result in enumerate(trials)
    ]


def around(text: str, results: Sequence[TrialResult]) -> Run:
    """A run whose own fields hold the text too."""
    return replace(
        run(results, run_id=text, environment={text: text}, started_at=text, finished_at=text),
        harness_version=text,
        pass_rates=(
            RequiredPassRate(scenario=text, bot=text, trials=3, passed=1, required=0.5, met=False),
        ),
    )


def source_of(name: str, text: str) -> str:
    return render_report(name, trials_of(text), around(text, trials_of(text)))


@dataclass(frozen=True)
class RenderedReports:
    """A text, and the reports of a run that has it everywhere."""

    text: str
    html: str
    junit: str
    markdown: str


def render_all_formats(text: str) -> RenderedReports:
    results = trials_of(text)
    return RenderedReports(text, **render_formats(results, around(text, results)))


@pytest.fixture(scope="module", params=ATTACKS)
def attack(request: pytest.FixtureRequest) -> RenderedReports:
    return render_all_formats(request.param)


@pytest.fixture(scope="module")
def harmless() -> RenderedReports:
    return render_all_formats("harmless")


Skeleton = list[tuple[str, tuple[str, ...]]]


@pytest.fixture(scope="module")
def skeleton(harmless: RenderedReports) -> Skeleton:
    return Page(harmless.html).skeleton()


@pytest.fixture(scope="module")
def branches(harmless: RenderedReports) -> list[Skeleton]:
    return skeletons(trees_of(harmless.html))


def skeletons(trees: Sequence[tuple[Any, Any]]) -> list[Skeleton]:
    """Tags and names of attributes of every trial's tree; `lang` depends on the text."""
    return [
        [
            (tag, tuple(name for name in at if name != "lang"))
            for tag, at in nodes(tree, with_depending=False)
        ]
        for tree, _ in trees
    ]


def without_data(source: str) -> str:
    """The page without its blocks of data and its own script."""
    return re.sub(r"(<script[^>]*>).*?(</script>)", r"\1\2", source, flags=re.S)


def test_a_page_has_the_same_elements_whatever_the_text(
    attack: RenderedReports, skeleton: Skeleton
) -> None:
    page = Page(attack.html)
    assert page.faults == []
    assert page.skeleton() == skeleton
    assert not HIDDEN.search(without_data(attack.html))
    assert show_control_characters(attack.text).strip() in page.text
    # No text has become an address, a handler or a style.
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") or name in ("style", "src") for name in attributes)
        assert tag not in {"iframe", "img", "base", "form", "object", "embed", "link"}
        address = attributes.get("href")
        assert address is None or re.fullmatch(
            r"#[a-z]+=[\w.%~&=-]*|(\.\./)?([\w.%~-]+/)?[a-z]+\.(json|jsonl|xml|md|html)", address
        )


def test_a_tree_has_the_same_elements_whatever_the_text(
    attack: RenderedReports, branches: list[Skeleton]
) -> None:
    trees = trees_of(attack.html)
    assert skeletons(trees) == branches
    for tree, _ in trees:
        assert not HIDDEN.search(json.dumps(tree, ensure_ascii=False))
        assert show_control_characters(attack.text).strip() in text_of(tree)
        assert all("\0" not in value for _, at in nodes(tree) for value in at.values())


def test_what_lies_in_a_page_for_its_script_never_ends_its_element(attack: RenderedReports) -> None:
    text, source = attack.text, attack.html
    head = re.search(r'id="head">(.*?)</script>', source, re.S)
    assert head is not None
    assert not re.search("[<>&\u2028\u2029]", head.group(1))
    assert head_of(source)["run"]["id"] == single_line(text)
    ids = [entry[0] for entry in index_of(source)]
    assert ids == [page_id(f"{number}{text}") for number in range(4)]
    assert len(text) > 250 or [one.encode() for one in ids] == [
        f"{number}{text}".encode("utf-8", "backslashreplace") for number in range(4)
    ]
    for _, record in trees_of(source):
        assert record is None or record["turns"][0]["prompt"] == text


@settings(max_examples=scale_down(40), deadline=None)
@given(anything)
def test_any_text_leaves_a_page_well_formed(skeleton: Skeleton, text: str) -> None:
    source = source_of("html", text)
    page = Page(source)
    assert page.faults == []
    assert page.skeleton() == skeleton
    assert not HIDDEN.search(without_data(source))
    source.encode()


@pytest.mark.parametrize("text", ["harmless", *ATTACKS[:12], "\ud83d", "\x00", "__proto__"])
def test_comparisons_mutants_and_past_runs_take_any_text(text: str) -> None:
    def page_with(hostile: str) -> Page:
        return Page(render_report("html", [], hostile_run(hostile)))

    page = page_with(text)
    assert page.faults == []
    assert page.skeleton() == page_with("harmless").skeleton()
    assert page.text.count(show_control_characters(text)) > 20
    for link in page.elements_named("a"):
        assert re.fullmatch(r"#[\w.%~&=-]*|(\.\./)?([\w.%~-]+/)?\w+\.\w+", link["href"] or "")


def test_junit_holds_any_text_and_two_parsers_agree(
    attack: RenderedReports, harmless: RenderedReports
) -> None:
    assert not HIDDEN.search(attack.junit)
    elements = [element.tag for element in parse_xml(attack.junit).iter()]
    assert elements == [element.tag for element in parse_xml(harmless.junit).iter()]
    suites = junitparser.JUnitXml.fromstring(attack.junit.encode())
    assert [len(suite) for suite in suites] == [len(STATUSES)]


@settings(max_examples=scale_down(100), deadline=None)
@given(anything)
def test_junit_parses_whatever_the_text(text: str) -> None:
    root = parse_xml(source_of("junit", text))
    assert len(root.findall(".//testcase/failure")) == 1
    assert len(root.findall(".//testcase")) == len(STATUSES)


def parse_xml(source: str) -> ET.Element:
    return ET.fromstring(source.encode())  # noqa: S314 - it is ours


def outside_code(markdown: str) -> str:
    """Return what stands outside code: fences by CommonMark's rule, then spans by theirs."""
    outside: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        opening = re.match(r"(`{3,})text$", line)
        if fence:
            if re.fullmatch(rf"`{{{len(fence)},}}\s*", line):
                fence = ""
        elif opening:
            fence = opening.group(1)
        else:
            outside.append(line)
    assert not fence, "a fence is left open"
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "<code>", "\n".join(outside))


def test_markdown_keeps_any_text_inside_code(
    attack: RenderedReports, harmless: RenderedReports
) -> None:
    source = attack.markdown
    outside = outside_code(source)
    assert outside.count("\n") == outside_code(harmless.markdown).count("\n")
    assert "@someone" not in outside
    assert "__xss" not in outside
    assert not re.search(r"<(?!code>)", outside)
    assert not HIDDEN.search(source)
    cells = [len(re.findall(r"(?<!\\)\|", row)) for row in re.findall(r"^\|.*", outside, re.M)]
    assert set(cells) == {4}


@settings(max_examples=scale_down(100), deadline=None)
@given(st.text(st.sampled_from("`|\\<@[]()!#*_~- \n\tx九\ud83d\u202e"), min_size=1, max_size=30))
def test_markdown_keeps_whatever_it_is_inside_code(text: str) -> None:
    outside = outside_code(source_of("markdown", text))
    assert "九" not in outside
    assert not re.search(r"<(?!code>)|@|\[", outside)


@pytest.mark.parametrize("text", ["答" * 70_000, "`" * 70_000, "|" * 70_000, "<>&" * 30_000])
def test_markdown_always_fits_a_comment(text: str) -> None:
    results = [
        replace(
            hostile_trial(text), key=replace(hostile_trial(text).key, id=f"{n}", scenario=f"{n}")
        )
        for n in range(40)
    ]
    source = render_report("markdown", results)
    assert len(source.encode()) < RUN_LIMIT
    assert "40" in source.splitlines()[0]
    assert "more: see" in source


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_controls_the_terminal(text: str) -> None:
    result = hostile_trial(text)
    line = failure_line(result, words=Catalogue())
    block = failure_block(result, words=Catalogue())
    last = summary_line(run([result]), text, words=Catalogue())
    for one in (line, last, *block):
        assert not HIDDEN.search(one)
        assert "\n" not in one
        one.encode()


def test_a_line_of_millions_of_characters_is_cut_with_a_remark() -> None:
    length = scale_down(5_000_000)
    result = hostile_trial("九" * length)
    reports_as_text = render_formats([result], run([result]))
    source = reports_as_text["html"]
    assert len(source) < 1_000_000
    ((tree, record),) = trees_of(source)
    assert f"⟨20,000 / {length:,} → trials.jsonl⟩" in text_of(tree)
    assert record is None
    assert [name for name, text in reports_as_text.items() if "九九九" not in text] == []
    assert max(map(len, failure_block(result, words=Catalogue()))) < 1_000


@pytest.mark.parametrize("text", ATTACKS)
def test_the_list_of_runs_holds_any_text(text: str) -> None:
    def listing(name: str) -> str:
        out = io.StringIO()
        render_run_list([around(name, [trial()]), around(name, [trial()])], out)
        return out.getvalue()

    source = listing(text)
    page = Page(source)
    assert page.faults == []
    assert page.skeleton() == Page(listing("harmless")).skeleton()
    assert not HIDDEN.search(source)
    for link in page.elements_named("a"):
        assert re.fullmatch(r"#runs|[\w.%~-]+/index\.html", link["href"] or "")
