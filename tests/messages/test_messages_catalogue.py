"""The catalogue is complete: every id in the code has its texts, and every text has its place."""

import ast
import errno
import json
import os
import re
from pathlib import Path

import pytest
from coze_harness.messages import LANGUAGES, LITERAL, Catalogue, literal, message
from coze_harness.messages.catalogue import choose_language, load_files, load_texts
from coze_harness.messages.message_data import dump_message, load_message
from coze_harness.messages.os_error_reason import os_error_reason

PACKAGE = Path(__file__).parents[2] / "harness" / "coze_harness"
FILES = load_files()
ENTRIES = {key: entry for entries in FILES.values() for key, entry in entries.items()}
PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")
# Words of texts that have no Chinese ones.
SAME_WORDS = {"Token", "JSON", "English", "pip", "install", "coze", "harness", "watch"}
# Functions whose first argument is an id, with the parameters that they give.
GIVING: dict[str, set[str]] = {"message": set(), "wrap_os_errors": {"reason"}}
# Ids of the page end in the value of an enumeration, or in a name of the page's script.
COMPOSED = {*FILES["page"], *FILES["decide"], *FILES["playground"], *FILES["playback"]}


def calls_of_message() -> list[tuple[str, str, set[str] | None]]:
    """Return place, id and parameters of each call; None if they are not all written out."""
    calls: list[tuple[str, str, set[str] | None]] = []
    for path in PACKAGE.rglob("*.py"):
        if "assets" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = node.func.id if isinstance(node.func, ast.Name) else name
            first = node.args[0]
            if name == "RangeMessages":
                keys = ast.literal_eval(ast.Tuple([first, *(one.value for one in node.keywords)]))
                place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                calls += [(place, key, {"amount", "n", "subject"}) for key in keys]
            if name not in GIVING or not isinstance(first, ast.Constant):
                continue
            names = {*GIVING[name], *(keyword.arg for keyword in node.keywords)}
            params = None if None in names else {str(one) for one in names}
            calls.append((f"{path.relative_to(PACKAGE)}:{node.lineno}", str(first.value), params))
    return calls


def test_every_message_in_the_code_is_in_the_catalogue() -> None:
    missing = [(place, key) for place, key, _ in calls_of_message() if key not in ENTRIES]
    assert missing == []


def test_every_message_gets_the_values_of_its_text() -> None:
    wrong = []
    for place, key, params in calls_of_message():
        text = ENTRIES[key]["en"]
        needed = {name for name, _ in PLACEHOLDER.findall(text)} | ({"n"} if "|" in text else set())
        if params is not None and not needed <= params:
            wrong.append((place, key, needed - params))
    assert wrong == []


def test_every_text_of_the_catalogue_is_used() -> None:
    texts = (path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    quoted = {key for text in texts for key in re.findall(r"[\"']([a-z_.]+)[\"']", text)}
    unused = [key for key in ENTRIES if key not in COMPOSED and key not in quoted]
    assert unused == []


def test_an_id_is_in_one_file() -> None:
    assert len(ENTRIES) == sum(map(len, FILES.values()))
    assert LITERAL not in ENTRIES


@pytest.mark.parametrize("name", FILES)
def test_both_languages_say_the_same_values(name: str) -> None:
    for key, entry in FILES[name].items():
        assert tuple(entry) == LANGUAGES, key
        english, chinese = ({n for n, _ in PLACEHOLDER.findall(entry[one])} for one in LANGUAGES)
        counted = {"n"} if "|" in entry["en"] else set()
        assert chinese | counted == english | counted, key
        assert all(text.strip() == text and text for text in entry.values()), key


@pytest.mark.parametrize("name", FILES)
def test_no_chinese_text_is_an_english_one(name: str) -> None:
    for key, entry in FILES[name].items():
        text = PLACEHOLDER.sub("", entry["zh"])
        rest = [word for word in re.findall(r"[A-Za-z]{3,}", text) if word not in SAME_WORDS]
        assert not rest or re.search(r"[\u4e00-\u9fff]", text), key


@pytest.mark.parametrize("name", FILES)
def test_ids_are_sorted(name: str) -> None:
    assert list(FILES[name]) == sorted(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_chinese_texts_follow_the_rules_of_style(name: str) -> None:
    """No half-width punctuation between Chinese characters, no plural forms, a space at Latin."""
    han = r"[\u4e00-\u9fff]"
    for key, entry in FILES[name].items():
        text = PLACEHOLDER.sub("", entry["zh"])
        assert not re.search(rf"{han}[,;:!?]|[,;!?]{han}", text), key
        assert not re.search(rf"{han}[A-Za-z]|[A-Za-z]{han}", text), key
        assert not re.search(r"[您「」]|机器人", text), key


def test_a_message_chooses_its_form_by_its_number_and_separates_thousands() -> None:
    words = Catalogue()
    assert words.text(message("note.skipped", n=1)) == "1 scenario skipped."
    assert words.text(message("note.skipped", n=1200)) == "1,200 scenarios skipped."
    assert Catalogue("zh").text(message("note.skipped", n=1)) == "跳过 1 个场景。"


def test_data_is_the_same_in_every_language() -> None:
    for language in LANGUAGES:
        assert Catalogue(language).text(literal("a {b} | c")) == "a {b} | c"
    assert not literal("")
    assert str(literal("")) == ""


def test_values_inside_a_text_are_not_texts_of_the_catalogue() -> None:
    words = Catalogue()
    text = words.text(message("error.next", step="{step} one|two"))
    assert text == "next: {step} one|two"


def test_a_message_of_another_version_is_shown_with_its_values() -> None:
    assert str(message("of.tomorrow", n=1200, text="好")) == "of.tomorrow (n: 1,200, text: 好)"


@pytest.mark.parametrize(
    ("explicit", "environment", "language"),
    [
        ("", {}, "en"),
        ("", {"LANG": "zh_CN.UTF-8"}, "zh"),
        ("", {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ("", {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ("", {"LANG": "zh_CN", "COZE_HARNESS_LANG": "en"}, "en"),
        ("zh", {"COZE_HARNESS_LANG": "en"}, "zh"),
        ("en", {"LANG": "zh_CN"}, "en"),
        ("", {"LANG": "de_DE"}, "en"),
    ],
)
def test_the_language_is_that_of_option_environment_or_locale(
    explicit: str, environment: dict[str, str], language: str
) -> None:
    assert choose_language(explicit, environment) == language


def test_every_language_has_every_text() -> None:
    assert all(load_texts()[one].keys() == ENTRIES.keys() for one in LANGUAGES)


def test_a_message_survives_as_data_and_nothing_else_is_a_message() -> None:
    inner = message("note.skipped", n=2)
    whole = message("kind.hint", reason=inner, hint=("a", inner), score=0.5)
    assert load_message(json.loads(json.dumps(dump_message(whole)))) == whole
    for damaged in (
        None,
        3,
        {"id": "a"},
        {"id": 1, "params": {}},
        {"id": "a", "params": {"x": [3]}},
    ):
        assert load_message(damaged) is None, damaged


def test_the_reasons_of_the_operating_system_are_translated() -> None:
    for number in (errno.ENOENT, errno.EACCES, errno.EISDIR, errno.EADDRINUSE):
        reason = os_error_reason(OSError(number, os.strerror(number)))
        assert str(reason) == os.strerror(number)
        assert re.search(r"[\u4e00-\u9fff]", Catalogue("zh").text(reason))
    assert str(os_error_reason(OSError(errno.EIO, "the disk is broken"))) == "the disk is broken"
