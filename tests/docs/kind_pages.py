"""The pages about the kinds of expectation, in both languages: `make docs` writes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from coze_harness.expectations import KINDS, ExpectationKind, Schema
from coze_harness.expectations.text_normalization import OPTION_KEYS
from coze_harness.messages import Catalogue, Language, as_message
from coze_harness.model import JSON
from doc_pages import source
from kind_samples import Sample, SampleItem, sample_items

PAGES_OF_KINDS: Mapping[str, Language] = {
    "docs/expectations.md": "en",
    "docs/expectations.zh-CN.md": "zh",
}
_BEGIN = "<!-- kinds: written by `make docs` -->\n"
_MAX_CHARACTERS = 160
"""Characters of an answer."""


@dataclass(frozen=True)
class PageWords:
    """What the page says in one language, besides the texts of the catalogue."""

    value: str
    keys: str
    samples: str
    required: str
    options: str
    text: str
    any_text: str
    flag: str
    expectation: str
    whole: str
    number: str
    minimum: str
    above: str
    maximum: str
    list_of: str
    mapping: str
    empty: str
    anything: str
    choice: str
    alternative: str
    separator: str


WORDS: Mapping[Language, PageWords] = {
    "en": PageWords(
        value="Value: {}.",
        keys="| key | value | default |\n| --- | --- | --- |",
        samples="| answer | verdict | reason |\n| --- | --- | --- |",
        required="required",
        options="Text options: `ignore_case`, `normalize`.",
        text="text",
        any_text="text, also an empty one",
        flag="`true` or `false`",
        expectation="an expectation",
        whole="whole number",
        number="number",
        minimum="at least {}",
        above="above {}",
        maximum="at most {}",
        list_of="a list, each item: {}",
        mapping="a mapping",
        empty="no value",
        anything="anything",
        choice=" or ",
        alternative="; or ",
        separator=", ",
    ),
    "zh": PageWords(
        value="取值：{}。",
        keys="| 键 | 取值 | 默认 |\n| --- | --- | --- |",
        samples="| 回答 | 判定 | 原因 |\n| --- | --- | --- |",
        required="必填",
        options="文本选项：`ignore_case`、`normalize`。",
        text="文本",
        any_text="文本，可以为空",
        flag="`true` 或 `false`",
        expectation="一条期望",
        whole="整数",
        number="数字",
        minimum="不小于 {}",
        above="大于 {}",
        maximum="不大于 {}",
        list_of="列表，每一项：{}",
        mapping="映射",
        empty="不写值",
        anything="任意值",
        choice=" 或 ",
        alternative="；或",
        separator="，",
    ),
}


def with_kind_sections(page: str) -> str:
    """Return a page's text with its section for each kind written again.

    Raises:
        HarnessError: an extra that a kind needs is not installed.
    """
    begin, marker, _ = source(page).partition(_BEGIN)
    assert marker, f"{page} has no place for the kinds"
    language = PAGES_OF_KINDS[page]
    return begin + _BEGIN + "".join(_section(kind, language) for kind in KINDS.values())


def _section(kind: type[ExpectationKind], language: Language) -> str:
    words, catalogue = WORDS[language], Catalogue(language)
    parts = [f"\n## `{kind.kind}`\n", catalogue.text(as_message(kind.summary)) + "\n"]
    schema = kind.schema()
    parts.append(words.value.format(_description(schema, words)) + "\n")
    if rows := list(_key_rows(schema, words)):
        parts.append("\n".join((words.keys, *rows, "")))
    if kind.takes_text_options:
        parts.append(words.options + "\n")
    for item in sample_items(kind.kind):
        rows = [*_sample_rows(item, catalogue)]
        parts.append("\n".join(("```yaml", *_item_lines(item.source), "```", "")))
        parts.append("\n".join((words.samples, *rows, "")))
    return "\n".join(parts)


def _item_lines(text: str) -> list[str]:
    """Return an item of `expect:` as a list's item; a mapping in braces stands without them."""
    inner = re.fullmatch(r"\{(\w+: .*)\}", text, re.DOTALL)
    first, *rest = (inner[1] if inner else text).splitlines()
    return [f"- {first}", *(f"  {line}" for line in rest)]


def _sample_rows(item: SampleItem, catalogue: Catalogue) -> Iterator[str]:
    expectation = item.build()
    for one in item.samples:
        reason = catalogue.text(expectation.judge(one.context).reason)
        status = catalogue.word(f"status.{one.status.value}")
        yield f"| {_answer(one)} | {status} | {escape(reason)} |"


def _answer(one: Sample) -> str:
    text = one.text if len(one.text) <= _MAX_CHARACTERS else f"{one.text[:_MAX_CHARACTERS]}…"
    if one.is_plain and (text != text.strip() or not text or "\n" in text):
        text = json.dumps(text, ensure_ascii=False)
    text = " ".join(line.strip() for line in text.splitlines()).replace("|", "\\|")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def escape(text: str) -> str:
    """Return a text as a cell of a table: outside of code, nothing in it is Markdown."""
    parts = re.split(r"(`[^`]+`)", text)
    parts[::2] = [re.sub(r"[\\`*_{}\[\]<>#&|~]", r"\\\g<0>", part) for part in parts[::2]]
    parts[1::2] = [part.replace("|", "\\|") for part in parts[1::2]]
    return "".join(parts).replace("\n", "<br>")


def _key_rows(schema: Schema, words: PageWords) -> Iterator[str]:
    properties = _mapping(schema.get("properties"))
    if _is_open(schema):
        return
    required = cast("Sequence[str]", schema.get("required", ()))
    for key, inner in properties.items():
        if key in OPTION_KEYS:
            continue
        value = _mapping(inner)
        default = f"`{json.dumps(value['default'])}`" if "default" in value else ""
        if key in required:
            default = words.required
        default_text = default.replace('"', "")
        yield f"| `{key}` | {_description(value, words)} | {default_text} |".replace("|  |", "| |")


def _is_open(schema: Schema) -> bool:
    """Return whether a mapping may have keys besides those that are listed."""
    return bool(schema.get("additionalProperties"))


def _mapping(value: JSON) -> Mapping[str, JSON]:
    return value if isinstance(value, dict) else {}


def _description(schema: Schema, words: PageWords) -> str:
    """Return which values a schema takes, in a few words."""
    if "enum" in schema:
        return _choice(cast("Sequence[JSON]", schema["enum"]), words)
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "$ref" in schema:
        return words.expectation
    types = schema.get("type")
    if types is None:
        inner = cast("Sequence[Schema]", schema.get("allOf") or schema.get("anyOf") or ())
        return words.alternative.join(_description(one, words) for one in inner) or words.anything
    names = types if isinstance(types, list) else [types]
    return words.alternative.join(
        _of_type(str(name), schema, words) for name in sorted(names, key=lambda n: n == "object")
    )


def _choice(values: Sequence[JSON], words: PageWords) -> str:
    names = [f"`{one}`" for one in values]
    first, last = names[:-1], names[-1]
    comma = "、" if words.separator == "，" else words.separator
    return words.choice.join([comma.join(first), last]) if first else last


def _of_type(name: str, schema: Schema, words: PageWords) -> str:
    if name == "string":
        return words.text if schema.get("minLength") else words.any_text
    if name == "boolean":
        conditions = cast("Sequence[Mapping[str, Schema]]", schema.get("allOf", ()))
        only = [one["then"] for one in conditions if one.get("if") == {"type": "boolean"}]
        return _description(only[0], words) if only else words.flag
    if name == "null":
        return words.empty
    if name in ("integer", "number"):
        parts = [words.whole if name == "integer" else words.number]
        for key, text in (
            ("minimum", words.minimum),
            ("exclusiveMinimum", words.above),
            ("maximum", words.maximum),
        ):
            if key in schema:
                parts.append(text.format(schema[key]))
        return words.separator.join(parts)
    if name == "array":
        return words.list_of.format(_description(_mapping(schema.get("items")), words))
    keys = [f"`{key}`" for key in _mapping(schema.get("properties")) if key not in OPTION_KEYS]
    if not keys:
        return words.mapping
    comma = "、" if words.separator == "，" else words.separator
    suffix = f"{comma}…" if _is_open(schema) else ""
    inner = comma.join(keys) + suffix
    return (
        f"{words.mapping} ({inner})" if words.separator == ", " else f"{words.mapping}（{inner}）"
    )
