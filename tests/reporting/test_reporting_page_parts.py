"""What a page is put together from: trees, packed blocks, order, words, requests to make again."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from builders import key, reply, run, trial, turn, verdict
from coze_harness.messages.catalogue import load_files
from coze_harness.model import (
    AnswerChange,
    ChangeKind,
    LoggedCall,
    Mode,
    PreviousRun,
    Run,
    RunCost,
    ScenarioState,
    Summary,
    TrialRow,
    TrialStatus,
    replace,
)
from coze_harness.reporting import report_formats as report
from coze_harness.reporting.html import HtmlWriter
from coze_harness.reporting.html.html_report import page_words
from coze_harness.reporting.html.markup_tree import parse_markup
from coze_harness.reporting.html.page_chunks import (
    IndexCompressor,
    PageEntry,
    compress,
    compress_all,
    dump_chunk,
)
from coze_harness.reporting.report_formats import FORMATS, PageOptions
from coze_harness.reporting.views.failure_causes import Causes
from coze_harness.reporting.views.history_view import history_view
from coze_harness.reporting.views.row_order import flaky_ids, rank_rows
from coze_harness.reporting.views.run_view import run_view
from coze_harness.reporting.views.safe_text import show_control_characters
from coze_harness.reporting.views.trial_view import http_view, trial_view
from coze_harness.text.facts import FactKind
from hypothesis import given, settings
from hypothesis import strategies as st
from report_rendering import (
    Page,
    encode_lines,
    fill_chunk,
    index_of,
    page_of,
    render_report,
    trees_of,
)
from report_rendering import read_packed as part_of
from report_rich import comparison, rich_results, rich_run
from scale import scale_down

anything = st.text(st.characters(exclude_categories=()), max_size=30)
PACKAGE = Path(report.__file__).parent


def row(name: str, status: TrialStatus = TrialStatus.PASSED, **fields: object) -> TrialRow:
    plain = TrialRow(key=key(name), status=status, seconds=1.0)
    return replace(plain, **fields)  # type: ignore[arg-type]  # checked by Row


def test_markup_becomes_a_tree_with_its_texts_unescaped() -> None:
    markup = '<div class="a" hidden>x &lt;b&gt;<br><p data-v="{&#34;n&#34;:1}">&amp;</p></div>'
    assert parse_markup(markup) == [
        "div", {"class": "a", "hidden": ""}, "x <b>", ["br", 0], ["p", {"data-v": '{"n":1}'}, "&"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "x",
        "<p>",
        "<p></b>",
        "<p></p><p></p>",
        "<p a='1'></p>",
        "<p><!-- --></p>",
        "<p a=1></p>",
    ],
)
def test_what_is_no_whole_element_in_our_way_of_writing_is_refused(markup: str) -> None:
    with pytest.raises(ValueError, match=r"does not match|not one whole element"):
        parse_markup(markup)


@given(st.lists(st.binary(max_size=200), max_size=12))
def test_blocks_come_out_as_they_went_in_and_in_order(blocks: list[bytes]) -> None:
    assert [gzip.decompress(b64decode(block)) for block in compress_all(blocks)] == blocks
    assert list(compress_all(blocks)) == [compress(block) for block in blocks]


def test_an_index_is_packed_as_its_entries_come() -> None:
    index = IndexCompressor()
    index.add(b"[1]")
    index.add(b",[2]")
    assert json.loads(gzip.decompress(b64decode(index.finish()))) == {"trials": [[1], [2]]}


MANY = "so many letters that they are looked for in records, too: 六十字节"
HARD = (
    MANY, f"{MANY}:", ":", f'{MANY}"', f'a"{MANY}', f"{MANY}\\", f'"{MANY}"', "\0000000000005",
    f"\u2028 {MANY}", ",null" * 20, "{}[]:,," * 20, f"\x01\x02{MANY}", "九点开门。",
)  # fmt: skip
texts = st.sampled_from(HARD) | st.text(max_size=20)
values = st.recursive(
    texts | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=scale_down(150), deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), texts, texts, st.lists(texts | values)), min_size=1, max_size=6
    )
)
def test_a_chunk_gives_every_text_and_record_back(trials: list[tuple[bool, str, str, Any]]) -> None:
    templates = {
        b"a": b'["p",0,"\\u00000\\u0000 \\u00001\\u0000"]',
        b"b": b'["i",0,"\\u00001\\u0000"]',
    }
    visible = [
        (first, show_control_characters(one), show_control_characters(two), record)
        for first, one, two, record in trials
    ]
    entries = [
        PageEntry(b"", b"", b"", b"a" if first else b"b", _texts(one, two), _line(record), b"")
        for first, one, two, record in visible
    ]
    read = fill_chunk(json.loads(dump_chunk(entries, templates)))
    assert [tree for tree, _ in read] == [
        ["p", 0, f"{one} {two}"] if first else ["i", 0, two] for first, one, two, _ in visible
    ]
    assert [record for _, record in read] == [json.loads(_line(record)) for *_, record in visible]


def _texts(*texts: str) -> bytes:
    return b"\x7f".join(json.dumps(text, ensure_ascii=False)[1:-1].encode() for text in texts)


def _line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()


def test_what_trials_have_in_common_stands_in_a_chunk_once() -> None:
    answer = "我们每天九点开门，二十点关门，节假日照常营业。"
    known = [
        trial(trial_key=key(f"t{n}"), turns=[turn("几点？", reply(f"{answer}{n}"), [verdict()])])
        for n in range(3)
    ]
    read = part_of(page_of(known, run(known), PageOptions()), "c0")
    assert len(read["forms"]) == 1
    text = json.dumps(read, ensure_ascii=False)
    assert text.count("几点？") == 1 + 3
    assert text.count(answer) == 3


def live_run(rows: list[TrialRow]) -> Run:
    return replace(run([], mode=Mode.LIVE), rows=tuple(rows))


def test_rows_are_ordered_by_what_must_be_looked_at_first() -> None:
    S = TrialStatus  # noqa: N806 - short for a table
    rows = [
        row("passed"), row("skipped", S.SKIPPED), row("known", S.KNOWN_FAILURE),
        row("fixed", S.FIXED), row("reworded"), row("wavers", history="pfp"), row("error", S.ERROR),
        row("failed", S.FAILED), row("broken", S.ERROR), row("regressed", S.FAILED), row("same"),
    ]  # fmt: skip
    changes = {
        "regressed": "regressed", "broken": "broken", "reworded": "reworded", "same": "same",
    }  # fmt: skip
    names = [one.key.id for one in rank_rows(rows, changes, flaky_ids(live_run(rows)))]
    assert names == [
        "regressed", "broken", "failed", "error", "wavers", "reworded", "fixed", "known",
        "skipped", "passed", "same",
    ]  # fmt: skip


def test_flaky_is_what_changed_twice_or_differs_among_repeats() -> None:
    repeats = [
        replace(row(f"r#{n}", status), key=key(f"r#{n}", scenario="r", trial=n))
        for n, status in enumerate((TrialStatus.PASSED, TrialStatus.FAILED), 1)
    ]
    rows = [
        row("once", history="ff.f"),
        row("twice", history="pf.f"),
        row("absent", history="..."),
        *repeats,
    ]
    assert flaky_ids(live_run(rows)) == {"twice", "r#1", "r#2"}


def test_a_replay_is_not_flaky_because_of_its_history() -> None:
    """Its files were edited in between: without that, it gives the same verdict each time."""
    rows = [row("twice", history="pf.f"), row("once")]
    assert flaky_ids(replace(live_run(rows), mode=Mode.REPLAY)) == set()


def test_every_word_that_templates_ask_for_is_there() -> None:
    files = load_files()
    known = {**files["page"], **files["decide"], **files["earlier"]}
    for template in (PACKAGE / "templates").glob("*.j2"):
        source = template.read_text(encoding="utf-8")
        keys = re.findall(
            r"""(?:data-w(?:-[a-z]+)?="|\bword\("|\btext\("|label\(")([a-z_.]+)["]""", source
        )
        assert {word for word in keys if not word.endswith((".", "_"))} <= known.keys()
    for status in TrialStatus:
        assert f"status.{status.value}" in known


def test_every_word_is_used_somewhere() -> None:
    """Keys that are put together end in what a table has; all others stand somewhere whole."""
    sources = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.j2"), *PACKAGE.rglob("*.js")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    put_together = {
        f"{group}.{one.value}"
        for group, kinds in (
            ("answer", AnswerChange), ("change", ChangeKind), ("mode", Mode),
            ("status", TrialStatus), ("state", ScenarioState),
            ("compare.end", ScenarioState),
        )
        for one in kinds
    }  # fmt: skip
    put_together |= {f"diff.{name}" for name in ("ins", "del", "sides", "changed")}
    put_together |= {f"facts.{kind.value}" for kind in FactKind}
    put_together |= {f"theme.{name}" for name in ("auto", "light", "dark")}
    put_together |= {f"http.wait.{name}" for name in ("poll", "retry", "other")}
    put_together |= {"change.flaky", "status.none", "status.warning", "view.trial"}
    for word in load_files()["page"]:
        group, _, name = word.partition(".")
        if f'"{word}"' in source or word in put_together or group in ("interrupted", "run", "sort"):
            continue
        assert f'"{name}"' in source or f'"{word.removesuffix(".next")}"' in source, word


def test_the_words_of_a_page_are_those_that_it_can_come_to_say() -> None:
    groups, english, chinese = page_words('<b data-w="run.none"></b>', '"help.close"')
    assert groups["run"] == ["none"]
    assert groups["help"] == ["close"]
    assert "listing" not in groups
    words = [f"{group}.{name}" for group, names in groups.items() for name in names]
    assert [load_files()["page"][word]["zh"] for word in words] == list(chinese)
    assert len(english) == len(chinese)


def test_a_page_has_the_words_that_its_trials_bring_with_them() -> None:
    groups, _, _ = page_words()
    assert {kind.value for kind in FactKind} <= set(groups["facts"])


def test_a_log_tells_waits_codes_and_repeats() -> None:
    body = '{"content":"7 天?"}'
    http = http_view(
        [
            LoggedCall("POST", "/v3/chat", 200, 0.0, 0.5, body=body, code=0),
            LoggedCall("GET", "/v3/chat/retrieve?chat_id=1", 200, 1.5, 0.5, 3, 4000),
        ]
    )
    first, second = http.calls
    assert (first.wait, first.repeats, first.code) == ("", "", "")
    assert (second.wait, second.repeats, second.code) == ("1.00", "3", "4000")
    assert (second.path, second.wait_key) == ("/v3/chat/retrieve", "http.wait.poll")
    assert (http.total, http.total_requests, http.total_wait) == ("2.00", "1.00", "1.00")
    assert http.marks == ["0.0", "0.5", "1.0", "1.5", "2.0"]


@pytest.mark.parametrize("total", [0.02, 0.3, 0.99, 2.0, 7.9, 8.0, 250.0])
def test_no_two_marks_of_a_time_axis_are_the_same(total: float) -> None:
    marks = http_view([LoggedCall("POST", "/v3/chat", 200, 0.0, total)]).marks
    assert sorted(set(marks), key=float) == marks


def test_a_refused_request_differs_from_an_answered_one() -> None:
    http = http_view(
        [
            LoggedCall("POST", "/v3/chat", 429, 0.0, 0.1),
            LoggedCall("POST", "/v3/chat", 200, 0.9, 0.1, code=0),
        ]
    )
    assert [call.is_refused for call in http.calls] == [True, False]
    assert http.calls[1].wait_key == "http.wait.retry"


def test_retries_are_missing_where_a_wait_has_no_known_reason() -> None:
    sent, path = LoggedCall("POST", "/v3/chat", 200, 0.0, 0.1), "/v3/chat/retrieve"
    late = replace(sent, start=1.2)
    assert not http_view([sent, LoggedCall("GET", path, 200, 1.5, 0.1)]).may_hide_retries
    assert not http_view([replace(sent, status=429), late]).may_hide_retries
    assert not http_view([sent, replace(sent, start=0.15)]).may_hide_retries
    assert http_view([sent, late]).may_hide_retries
    first = http_view([late])
    assert first.may_hide_retries
    assert (first.calls[0].wait, first.calls[0].wait_key) == ("1.20", "http.wait.other")


def test_only_a_replayed_trial_says_when_it_was_recorded() -> None:
    result = replace(trial(), recorded_at="2026-11-22T10:03:12+00:00")
    assert trial_view(result).recorded_at == ""
    assert trial_view(replace(result, request_count=0)).recorded_at == "2026-11-22 10:03:12 UTC"


@settings(max_examples=scale_down(40), deadline=None)
@given(anything, anything)
def test_a_shell_takes_a_request_word_by_word(path: str, content: str) -> None:
    """By a real shell, in which curl is a function that prints what it is given."""
    body = json.dumps({"content": content}, ensure_ascii=False)
    (call,) = http_view([LoggedCall("POST", f"/{path}", 200, 0, 1, body=body)]).calls
    command = f'curl "$B"{call.curl_path} {call.curl_body}'
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{command}\n"
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True, env={"B": "base"})
    words = done.stdout.decode().split("\0")
    assert words[0].startswith("base/")
    assert words[1:3] == ["-H", "Content-Type: application/json"]
    assert words[3] == "-d"
    assert json.loads(words[4]) == {"content": content}
    assert len(words) == 6
    assert done.stderr == b""


def test_an_upload_names_no_bytes_and_a_long_body_is_left_out() -> None:
    upload, long = http_view(
        [
            LoggedCall("POST", "/v1/files/upload", 200, 0, 1, body='{"file":"a.png"}'),
            LoggedCall("POST", "/v3/chat", 200, 1, 1, body="九" * 30_000),
        ]
    ).calls
    assert upload.curl_body == "-F 'file=@…'"
    assert long.curl_body == "-d @…"


@pytest.fixture(scope="module")
def rich() -> str:
    return page_of(rich_results(), rich_run(), PageOptions())


def test_a_rich_page_is_well_formed_in_both_languages(rich: str) -> None:
    chinese = page_of(rich_results(), rich_run(), PageOptions(lang="zh"))
    for source in (rich, chinese):
        page = Page(source)
        assert page.faults == []
        ids = [at["id"] for _, at in page.elements if "id" in at]
        assert len(ids) == len(set(ids))
    assert [tag for tag, _ in Page(rich).elements] == [tag for tag, _ in Page(chinese).elements]


def test_a_comparison_says_what_to_think_of_each_change(rich: str) -> None:
    text = Page(rich).text
    assert "Do not publish yet: 1 scenario got worse, 1 is undecided." in text
    assert "Got worse, not by chance." in text
    assert "About 24 more calls would likely decide:" in text
    assert "coze-harness compare hours --budget 24" in text
    assert "model.temperature" in text
    assert '退货期为 <del class="marked">7 天</del>。' in rich
    assert "One side has no snapshot of this bot" in text
    assert 'href="#g=regressed"' in rich
    assert index_of(rich)[0][0] == "refund"
    assert index_of(rich)[0][9:11] == ["regressed", "pppfpfpppppp"]


def test_mutants_show_what_is_wrong_and_what_would_kill_them(rich: str) -> None:
    text = Page(rich).text
    assert "5/8" in text
    assert "contains: 7 天" in text
    assert "no applicable mutation" in text
    assert "Wrong answers would pass" in text
    assert 'href="#s=refund&amp;t=1"' in rich


def test_a_history_draws_three_lines_and_has_their_table(rich: str) -> None:
    assert rich.count("<polyline") == 3
    assert 'href="../20261122-090000-aaaa/index.html"' in rich
    assert rich.count('<i class="failed"></i>') == 3 * 3


def test_runs_that_do_not_tell_a_number_leave_a_gap_in_its_line() -> None:
    costs = (RunCost(tokens=100, p95=4.0), RunCost(), RunCost(tokens=50, p95=2.0), RunCost(p95=3.0))
    past = [
        PreviousRun(
            run_id=f"r{n}", started_at="2026-11-22T09:00:00Z", mode=Mode.REPLAY,
            summary=Summary(trials=2, passed=n), cost=cost,
        )
        for n, cost in enumerate(costs[:3])
    ]  # fmt: skip
    view = history_view(replace(run([trial()]), past=tuple(past), cost=costs[3]))
    assert view is not None
    share, times, tokens = view.charts
    assert [len(line.split()) for line in share.lines] == [4]
    assert times.lines == ["0.0,0.0 0.0,0.0", "200.0,30.0 300.0,15.0"]
    assert tokens.lines == ["0.0,0.0 0.0,0.0", "200.0,30.0 200.0,30.0"]
    assert (times.low, times.high) == ("0", "4.00 s")


def test_slowest_and_costliest_are_listed_only_where_there_is_a_choice() -> None:
    assert 'id="overview-slowest"' not in render_report("html", [trial()])
    source = render_report(
        "html", [trial(trial_key=key("a"), seconds=9), trial(trial_key=key("b"))]
    )
    slowest = source.index('id="overview-slowest"')
    assert slowest < source.index("9.00 s", slowest) < source.index('id="overview-costliest"')


def test_more_trials_than_a_page_holds_in_full_keep_their_rows() -> None:
    known = [trial(trial_key=key(f"t{n}")) for n in range(250)]
    form = FORMATS["html"]._replace(
        make_writer=lambda options: HtmlWriter(options, max_detailed=120)
    )
    out = io.BytesIO()
    form.render(run(known), lambda: encode_lines(known), out)
    source = out.getvalue().decode()
    assert source.count('<a class="row ') == 250
    assert len(index_of(source)) == 250
    assert len(trees_of(source)) == 200 - 80
    assert 'id="c3"' not in source
    assert "The last 130 trials have a row only: the page shows 120 in full." in Page(source).text


def test_of_more_trials_than_a_page_lists_those_to_look_at_are_listed_first() -> None:
    known = [trial(trial_key=key(f"t{n}")) for n in range(30)]
    known[28] = trial(TrialStatus.FAILED, trial_key=key("t28"))
    form = FORMATS["html"]._replace(
        make_writer=lambda options: HtmlWriter(options, max_detailed=5, max_listed=10)
    )
    out = io.BytesIO()
    form.render(run(known), lambda: encode_lines(known), out)
    source = out.getvalue().decode()
    assert [entry[0] for entry in index_of(source)] == ["t28", *(f"t{n}" for n in range(9))]
    assert source.count('<a class="row ') == 10
    text = Page(source).text
    assert "20 more trials are not listed: the page lists 10," in text
    assert "The last 5 trials have a row only: the page shows 5 in full." in text


def test_a_comparison_without_changes_says_so() -> None:
    quiet = replace(comparison(), scenarios=comparison().scenarios[2:], bots=())
    of = replace(run([trial()]), comparison=quiet)
    assert "Nothing changed: 1 scenario." in Page(render_report("html", [trial()], of)).text
    assert run_view(of, Causes()).comparison is not None


def test_a_record_that_only_python_reads_is_left_out() -> None:
    odd = trial(turns=[turn("\ud83d", reply(tool_calls={"t": float("nan")}))])
    source = render_report("html", [odd], run([odd]))
    ((_, record),) = trees_of(source)
    assert record is None
