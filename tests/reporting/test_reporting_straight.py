"""What is written without an XML library or without the template is what those would write."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from io import BytesIO
from typing import Any

import pytest
from builders import failed_verdict, key, message, reply, run, snapshot, trial, turn, verdict
from coze_harness.messages import literal
from coze_harness.model import Message, TrialResult, TrialStatus, replace
from coze_harness.reporting.files.junit_report import JUnitWriter
from coze_harness.reporting.html import PageRenderer
from coze_harness.reporting.html.trial_markup import MarkupCache, MarkupTemplate, fill_body
from coze_harness.reporting.report_formats import FORMATS
from coze_harness.reporting.views.safe_text import single_line
from coze_harness.reporting.views.trial_view import trial_view
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml, Property, TestSuite
from report_hostile import ATTACKS, hostile_trial
from report_rendering import encode_lines
from report_rich import rich_results
from scale import scale_down

anything = st.text(
    st.one_of(st.characters(exclude_categories=()), st.sampled_from("&<>\"'\r\n\t九🤖\x00é%{}")),
    max_size=30,
)
few = st.lists(anything, max_size=3)


@st.composite
def messages(draw: st.DrawFn) -> Message:
    kind = draw(st.sampled_from(["answer", "answer", "verbose", "follow_up", "x"]))
    return message(draw(anything), type=kind)


@st.composite
def passing(draw: st.DrawFn) -> TrialResult:
    name = draw(anything)
    trial_key = replace(
        key(name, scenario=draw(anything)),
        file=draw(anything),
        case=draw(anything),
        bot=draw(anything),
        line=draw(st.integers(0, 3)),
        tags=tuple(draw(few)),
        cassette=draw(anything),
    )
    turns = [
        turn(
            draw(anything),
            turn_reply=draw(
                st.one_of(st.none(), st.builds(reply, messages=st.lists(messages(), max_size=4)))
            ),
            verdicts=[
                verdict(reason=draw(anything), evidence=draw(st.just(((0, 2), (1, 4)))))
                for _ in range(draw(st.integers(0, 2)))
            ],
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    bot_snapshot = draw(st.one_of(st.none(), st.just(snapshot())))
    seconds = draw(st.one_of(st.integers(0, 9), st.floats(0, 1e9)))
    return trial(trial_key=trial_key, turns=turns, seconds=seconds, bot_snapshot=bot_snapshot)


def reserialize(case: bytes) -> bytes:
    xml: bytes = ET.tostring(ET.fromstring(case), encoding="utf-8")  # noqa: S314 - ours
    return xml


@given(passing(), st.sampled_from(TrialStatus), few)
@settings(max_examples=scale_down(200), deadline=None)
def test_a_case_is_what_an_xml_library_writes(
    result: TrialResult, status: TrialStatus, warnings: list[str]
) -> None:
    view = trial_view(replace(result, status=status, warnings=tuple(map(literal, warnings))))
    # A passed trial has two parts, of which a large run's report has the first alone.
    case = JUnitWriter().render_trial(view, b"").replace(b"\0", b"")
    assert reserialize(case) == case


@pytest.mark.parametrize("status", TrialStatus)
@pytest.mark.parametrize("text", ATTACKS)
def test_a_hostile_case_is_what_an_xml_library_writes(text: str, status: TrialStatus) -> None:
    case = (
        JUnitWriter().render_trial(trial_view(hostile_trial(text, status)), b"").replace(b"\0", b"")
    )
    assert reserialize(case) == case


@given(anything, anything)
@settings(max_examples=scale_down(100), deadline=None)
def test_a_suite_begins_as_junitparser_has_it(file: str, run_id: str) -> None:
    result = trial(trial_key=replace(key("a"), file=file), seconds=2.5)
    out = BytesIO()
    FORMATS["junit"].render(run([result], run_id=run_id), lambda: encode_lines([result]), out)
    root = JUnitXml(name=f"coze-harness {single_line(run_id)}")
    suite = TestSuite("a")
    suite.timestamp = "2026-11-22T10:03:12"
    suite.time = 2.5
    counts = {"tests": 1, "failures": 0, "errors": 0, "skipped": 0}
    for name, number in counts.items():
        setattr(root, name, number)
        setattr(suite, name, number)
    root.time = 2.0
    properties = [
        Property(name, value)
        for name, value in (("mode", "replay"), ("run_id", single_line(run_id)))
        if value
    ]
    lines = out.getvalue().split(b"\n")
    assert lines[1][:-1] + b"/>" == _serialize(root)
    assert lines[2][:-1] + b"/>" == _serialize(suite)
    expected = b"".join(map(_serialize, properties))
    assert lines[3].replace(b" />", b"/>") == b"<properties>" + expected + b"</properties>"


def _serialize(element: Any) -> bytes:
    """Return an element as junitparser writes it: with a space at the end only without lxml."""
    text: bytes = element.tostring()
    return text.replace(b" />", b"/>")


class TemplateComparison:
    """Renders trees with a markup template and by the page template alone."""

    def __init__(self) -> None:
        self.cache = MarkupCache(*PageRenderer().trial_macros())
        self.templates: dict[bytes, bytes] = {}

    def check(self, result: TrialResult) -> None:
        view = trial_view(result)
        rendered, alone = self.cache.render(view), self.cache.render_alone(view)
        self.templates.update(self.cache.new_templates())
        assert rendered.row == alone.row
        tree = rendered.texts
        if rendered.key:
            template = MarkupTemplate.parse(self.templates[rendered.key])
            tree = fill_body(template, rendered.texts)
        assert json.loads(tree) == json.loads(alone.texts)


@given(st.lists(passing(), min_size=1, max_size=4))
@settings(max_examples=scale_down(100), deadline=None)
def test_a_filled_template_is_what_the_page_template_renders(
    results: list[TrialResult],
) -> None:
    comparison = TemplateComparison()
    for result in (*results, *results):
        comparison.check(result)


def test_markup_templates_know_every_field_of_every_kind_of_trial() -> None:
    comparison = TemplateComparison()
    samples = [*rich_results(), *(hostile_trial("<&\u202e\x00>", status) for status in TrialStatus)]
    samples += [trial(turns=[turn(f"{n}", verdicts=[failed_verdict()])]) for n in range(3)]
    for result in samples:
        comparison.check(result)


def test_more_shapes_than_are_kept_are_rendered_all_the_same() -> None:
    comparison = TemplateComparison()
    for tags in range(320):
        comparison.check(trial(trial_key=replace(key("a"), tags=("t",) * tags)))
    assert len(comparison.templates) == 300
