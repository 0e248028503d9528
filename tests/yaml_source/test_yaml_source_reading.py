"""What `coze_harness.yaml_source` reads, refuses, and says where."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError, ScenarioError, SettingsError
from coze_harness.yaml_source import read_yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down


def data_of(text: str | bytes) -> JSON:
    return read_yaml(text, "a.yaml", ScenarioError).data


def error_of(text: str | bytes) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        read_yaml(text, "a.yaml", ScenarioError)
    return caught.value


def test_plain_data_is_read_by_yaml_rules_and_dates_stay_text() -> None:
    text = "a: 1\nb: 1.5\nc: no\nd: ~\ne: 2024-10-01\nf: '12:30'\ng: 12:30\nh: [x, {y: z}]\ni: =\n"
    assert data_of(text) == {
        "a": 1,
        "b": 1.5,
        "c": False,
        "d": None,
        "e": "2024-10-01",
        "f": "12:30",
        "g": 750,
        "h": ["x", {"y": "z"}],
        "i": "=",
    }


@pytest.mark.parametrize("empty", ["", "# only a remark\n", "---\n", b"\xef\xbb\xbf"])
def test_an_empty_document_is_none(empty: str | bytes) -> None:
    document = read_yaml(empty, "a.yaml", ScenarioError)
    assert document.data is None
    assert document.positions.at("x").path == "a.yaml"


def test_a_byte_order_mark_is_taken_and_moves_no_column() -> None:
    document = read_yaml(b"\xef\xbb\xbfname: x\n", "a.yaml", ScenarioError)
    assert document.data == {"name": "x"}
    assert str(document.positions.at("name")) == "a.yaml:1:7"


def test_places_are_lines_and_columns_from_one_in_characters() -> None:
    places = read_yaml(
        "名字: 你好\nturns:\n  - prompt: 😀 x\n    expect: [ａ, b]\n", "目录/a.yaml", ScenarioError
    ).positions
    assert str(places.at()) == "目录/a.yaml:1:1"
    assert str(places.at("名字")) == "目录/a.yaml:1:5"
    assert str(places.key("turns", 0, "expect")) == "目录/a.yaml:4:5"
    assert str(places.at("turns", 0, "expect", 1)) == "目录/a.yaml:4:17"
    assert str(places.below("turns", 0).at("prompt")) == "目录/a.yaml:3:13"


def test_the_place_of_what_is_absent_is_its_nearest_parent() -> None:
    places = read_yaml("a: 1\nturns:\n  - prompt: x\n", "a.yaml", ScenarioError).positions
    assert places.at("turns", 0, "expect", 3) == places.at("turns", 0)
    assert places.at("turns", 7) == places.at("turns")
    assert places.below("turns", 7).at("x") == places.at("turns")
    assert places.key("turns", 7) == places.at("turns")
    assert not places.has("turns", 0, "expect")


def test_source_is_what_the_author_wrote() -> None:
    places = read_yaml(
        "a: no\nb: 12:30\nc: &x 0777\nd: !!str 5\ne: '7'\nf: [1]\n", "a.yaml", ScenarioError
    ).positions
    sources = [places.source(key) for key in "abcdefg"]
    assert sources == ["no", "12:30", "0777", "5", "'7'", "", ""]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_for_every_line_end(end: str) -> None:
    places = read_yaml(f"a: 1{end}b: 2{end}c: 3{end}", "a.yaml", ScenarioError).positions
    assert str(places.at("c")) == "a.yaml:3:4"


def test_a_line_separator_inside_quotes_counts_no_line_of_an_editor() -> None:
    document = read_yaml('a: "x\u2028y"\nb: 2\n', "a.yaml", ScenarioError)
    assert str(document.positions.at("b")) == "a.yaml:2:4"


def test_a_line_separator_outside_quotes_is_named_in_the_error() -> None:
    error = error_of("a: x\u2028y\nb: 2\n")
    assert "U+2028 at a.yaml:1:5" in str(error)


def test_a_key_written_twice_is_refused_with_both_places() -> None:
    error = error_of("a: 1\nb:\n  x: 1\n  x: 2\n")
    assert str(error.where) == "a.yaml:4:3"
    assert "a.yaml:3:3" in str(error)
    assert '"x" is written twice' in str(error.what)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1: x", "number 1"),
        ("yes: x", "true"),
        ("~: x", "nothing"),
        ("? [a]\n: x", "list or mapping"),
    ],
)
def test_a_key_that_is_not_text_is_refused(text: str, word: str) -> None:
    assert word in str(error_of(text).what)


def test_merge_keys_and_aliases_are_followed_and_own_keys_win() -> None:
    text = (
        "a: &a {x: 1, y: 2}\nb: &b {x: 5, z: 6}\nc:\n  y: 3\n  <<: [*a, *b]\nd: *a\ne: [*a, *b]\n"
    )
    document = read_yaml(text, "a.yaml", ScenarioError)
    assert document.data == yaml.safe_load(text)
    assert str(document.positions.at("c", "x")) == "a.yaml:1:11"
    assert str(document.positions.at("c", "y")) == "a.yaml:4:6"
    assert str(document.positions.at("d")) == "a.yaml:6:4"


def test_a_quoted_merge_key_is_an_ordinary_key() -> None:
    assert data_of("'<<': 1\n") == {"<<": 1}


@pytest.mark.parametrize("text", ["<<: 1", "<<: [1]", "<<: {a: 1}\n<<: {b: 1}"])
def test_a_merge_of_anything_but_mappings_is_refused(text: str) -> None:
    assert "<<" in str(error_of(text).what)


def test_an_alias_bomb_is_refused_without_being_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    began = time.perf_counter()
    error = error_of("\n".join(lines))
    assert time.perf_counter() - began < 1
    assert "100,000" in str(error.what)
    assert error.where is not None
    assert error.where.line == 5


def test_many_plain_values_are_no_alias_bomb() -> None:
    assert len(data_of("[" + "x," * 150_000 + "]")) == 150_000  # type: ignore[arg-type]  # a list


def test_depth_made_of_aliases_is_refused_too() -> None:
    lines = ["a0: &a0 " + "[" * 60 + "]" * 60]
    lines += ["a1: " + "[" * 60 + "*a0" + "]" * 60]
    assert "aliases expanded" in str(error_of("\n".join(lines)).what)


@pytest.mark.parametrize("text", ["a: *nowhere", "a: &a [*a]", "&a {b: *a}"])
def test_an_alias_that_leads_nowhere_or_home_is_refused(text: str) -> None:
    assert "*" in str(error_of(text).what)


@pytest.mark.parametrize("piece", ["[", "{a: ", "- ", "? ", "[a, ", "a:\n", "!!seq [", "&a ["])
def test_ten_megabytes_of_nesting_are_refused_at_once(piece: str) -> None:
    text = piece * (9_900_000 // len(piece))
    if piece == "a:\n":
        text = "".join(" " * depth + "a:\n" for depth in range(1000))
    began = time.perf_counter()
    error = error_of(text)
    assert time.perf_counter() - began < 2
    assert "levels deep" in str(error.what)
    assert error.where is not None
    assert error.where.line >= 1


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[" * 200_000, "1:101"),
        ("{" * 200_000, "1:101"),
        ("[" * 101, "1:101"),
        ("[" * 999 + "]" * 999, "1:101"),
        ("a: 1\nb: " + "[" * 5_000, "2:103"),
        ("a: 1\nb:\n- " + "{" * 5_000, "3:101"),
        ("- " * 5_000, "1:201"),
        ("{a: " * 5_000, "1:401"),
    ],
)
def test_our_nesting_limit_reports_first_with_its_place(text: str, place: str) -> None:
    # libyaml has a limit of its own since 0.2.6, which it may reach before it hands out an event.
    error = error_of(text)
    assert "levels deep" in str(error.what)
    assert str(error.where) == f"a.yaml:{place}"


def test_another_error_before_the_limit_reports_first() -> None:
    assert "levels deep" not in str(error_of("a: [1\nb: @" + "[" * 5_000).what)


def test_ninety_nine_levels_are_read() -> None:
    assert data_of("[" * 99 + "]" * 99) is not None


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system [echo]",
        "a: !!python/name:os.system x",
        "a: !foo x",
        "a: !foo [1]",
        "a: !<tag:example.com,2000:x> {}",
        "a: !!binary aGk=",
        "a: !!set {x}",
        "a: !!str [x]",
        "a: !!map x",
    ],
)
def test_other_tags_than_those_of_plain_data_are_refused_with_their_place(text: str) -> None:
    error = error_of(text)
    assert str(error.where) == "a.yaml:1:4"
    assert "tag" in str(error.what)


def test_tags_of_plain_data_are_followed() -> None:
    text = (
        'a: !!str 5\nb: !!int "5"\nc: !!seq [1]\nd: ! 5\ne: !!timestamp 2024-10-01\nf: !!null x\n'
    )
    assert data_of(text) == {"a": "5", "b": 5, "c": [1], "d": 5, "e": "2024-10-01", "f": None}


@pytest.mark.parametrize(
    "value", [".inf", "-.inf", ".nan", "1.0e+999", "9" * 5000, "0b_", "!!int x"]
)
def test_a_number_that_json_cannot_hold_is_refused(value: str) -> None:
    assert "cannot be read as" in str(error_of(f"a: {value}").what)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a:\n\t- b", "2:1", "tab"),
        ("a: 1\n\tb: 2", "2:1", "tab"),
        ("a: b: c", "1:5", "`: `"),
        ("a: [1, 2\nb: 3", "1:4", "`[` is not closed"),
        ("a: {b: 1\n", "1:4", "`{` is not closed"),
        ("a: [\n", "2:1", "bracket"),
        ("x: 1\na: 'b", "2:4", "quote"),
        ("a: @b", "1:4", "`@`"),
        ("a: 'it's'", "1:8", "quotes"),
        ("a: 1\nb: 2\n c: 3", "3:2", "indented"),
        ("a: 1\nb: 2\n---\nc: 3", "3:1", "second document"),
        ("<<<<<<< HEAD\na: 1\n", "1:1", "key: value"),
    ],
)
def test_broken_yaml_is_told_in_words_with_its_place(text: str, place: str, words: str) -> None:
    error = error_of(text)
    assert str(error.where) == f"a.yaml:{place}"
    assert words in str(error.what)
    assert error.next_step


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\ud800", "\ufffe"])
def test_a_control_character_is_named_with_its_place(character: str) -> None:
    error = error_of(f"a: 1\nb: x{character}y\n")
    assert f"U+{ord(character):04X}" in str(error.what)
    assert str(error.where) == "a.yaml:2:5"


def test_what_is_not_utf8_is_refused_with_offset_and_line() -> None:
    error = error_of("a: 1\nb: 北京\n".encode("gb18030"))
    assert "offset 8" in str(error.what)
    assert str(error.where) == "a.yaml:2"
    assert "UTF-16" in str(error_of("a: 1".encode("utf-16")).what)


def test_a_file_too_large_is_refused_unread() -> None:
    assert "10 MB" in str(error_of(b"x" * 10_000_001).what)


def test_the_error_is_of_the_class_asked_for() -> None:
    with pytest.raises(SettingsError):
        read_yaml("[", "harness.yaml", SettingsError)


def test_an_ordinary_small_file_is_read_fast() -> None:
    text = "name: x\nturns:\n" + "  - prompt: 你是谁?\n    expect: [a, {length: {max: 9}}]\n" * 5
    best = min(_seconds(text) for _ in range(200))
    # Ten times what it takes here: fails only if reading becomes another kind of work.
    assert best < 0.002


def _seconds(text: str) -> float:
    began = time.perf_counter()
    read_yaml(text, "a.yaml", ScenarioError)
    return time.perf_counter() - began


_TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "no",
        "12:30",
        "0o7",
        "1e3",
        "1_000",
        "~",
        "<<",
        "=",
        "北京",
        "é",
        "ｆ",
        "\u2028",
        "😀",
        "- a",
        "a: b",
    ]
)
_PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(value=_PLAIN, flow=st.sampled_from([None, True, False]), unicode=st.booleans())
def test_a_generated_document_is_read_as_pyyaml_reads_it(
    value: Any, flow: bool | None, unicode: bool
) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=unicode, width=40)
    assert data_of(text) == yaml.safe_load(text)


_PIECES = st.sampled_from(
    [
        *("a", "b: ", "- ", "\n", "  ", "[", "]", "{", "}", ", ", '"', "'", "|\n", ">-\n", "&x "),
        *("*x", "<<: ", "!!int ", "!!str ", "! ", "1", "0x1f", "1:30", "no", "~", "#", "? ", "---"),
        *("...", "%", "\t", "@", "2024-10-01", "\u2028", "\x85", "北", "\r\n", "=", ".5", "_", ":"),
    ]
)


@settings(deadline=None, max_examples=scale_down(400))
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_arbitrary_yaml_is_read_as_pyyaml_reads_it_or_refused(text: str) -> None:
    try:
        ours = data_of(text)
    except ScenarioError:
        return
    if "2024-" in text or "=" in text:
        return
    assert ours == yaml.load(text, yaml.CSafeLoader)


@settings(deadline=None, max_examples=scale_down(300))
@given(
    st.text() | st.binary() | st.text(alphabet="[]{}-?:,&*!|>'\"%@`#\n\t 0a~<=.\x00\ud800\ufeff")
)
def test_no_text_makes_anything_but_our_error_escape(text: str | bytes) -> None:
    try:
        document = read_yaml(text, "a.yaml", ScenarioError)
    except HarnessError:
        return
    assert document.positions.at().line >= 1
