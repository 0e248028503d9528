"""Typical mistakes in scenario files; docs/mistakes.md shows them with their messages."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """A file with `text` at `where`, whose error advises `advice`; `fixed_text` follows it.

    `description` is that of the fixed file's first prompt or expectation.
    """

    text: str
    where: str
    advice: str
    fixed_text: str
    description: str


ITEM_HEAD = "turns:\n  - prompt: 你好\n    expect:\n"
PROMPT_HEAD = "cases: [{city: 杭州, n: 5}]\nturns:\n"


def item(text: str, where: str, advice: str, fixed_text: str, description: str) -> Mistake:
    """A mistake in an item of `expect:`, which begins in column 7 of line 4."""
    head = f"{ITEM_HEAD}      "
    return Mistake(f"{head}{text}\n", where, advice, f"{head}{fixed_text}\n", description)


def prompt(text: str, where: str, advice: str, fixed_text: str, description: str) -> Mistake:
    """A mistake in a prompt, whose value begins in column 13 of line 3."""
    head = f"{PROMPT_HEAD}  - prompt: "
    return Mistake(f"{head}{text}\n", where, advice, f"{head}{fixed_text}\n", description)


def whole(text: str, where: str, advice: str, fixed_text: str, description: str) -> Mistake:
    return Mistake(f"{text}\n", where, advice, f"{fixed_text}\n", description)


MISTAKES = [
    # a text that looks like a kind
    item("- contains：学术", "4:9", '`contains: "学术"`', '- contains: "学术"', 'contains "学术"'),
    item("- not: contains：学术", "4:14", '`{contains: "学术"}`', '- not: {contains: "学术"}',
         'does not contain "学术"'),
    item("- contains:学术", "4:9", '`contains: "学术"`', '- contains: "学术"', 'contains "学术"'),
    item("- is-json", "4:9", "`json: true`", "- json: true", "JSON"),
    item("- is-json", "4:9", '`contains: "is-json"`', '- contains: "is-json"',
         'contains "is-json"'),
    item("- icontains：Ok", "4:9", '{text: "Ok", ignore_case: true}',
         '- contains: {text: "Ok", ignore_case: true}', 'contains "Ok" (ignoring case)'),
    item('- "equals: 好的"', "4:9", '`equals: "好的"`', '- equals: "好的"', 'equals "好的"'),
    item("- not-contains：x", "4:9", '`not: {contains: "x"}`', '- not: {contains: "x"}',
         'does not contain "x"'),
    item("- not contains ChatGPT", "4:9", '`not: {contains: "ChatGPT"}`',
         '- not: {contains: "ChatGPT"}', 'does not contain "ChatGPT"'),
    item("- any_of: [北京, regex：a+]", "4:22", "`{regex: 'a+'}`",
         "- any_of: [北京, {regex: 'a+'}]", 'any of: contains "北京"; matches /a+/'),
    item("- {contains：学术}", "4:10", '`contains: "学术"`', '- {contains: "学术"}',
         'contains "学术"'),
    item("- contians：学术", "4:9", '`contains: "学术"`', '- contains: "学术"', 'contains "学术"'),
    item("- contians: 学术", "4:9", "`contains: …`", "- contains: 学术", 'contains "学术"'),
    # what YAML reads otherwise
    item("- issue #12", "4:15", '"issue #12"', '- "issue #12"', 'contains "issue #12"'),
    item("- 北京 #注释", "4:12", "a space after `#`", "- 北京 # 注释", 'contains "北京"'),
    item("- #标签", "4:9", '"#标签"', '- "#标签"', 'contains "#标签"'),
    item("- “学术”", "4:9", '"学术"', '- "学术"', 'contains "学术"'),
    item("- “学术”", "4:9", '"“学术”"', '- "“学术”"', 'contains "“学术”"'),
    item("- contains: ‘ok’", "4:19", '"ok"', '- contains: "ok"', 'contains "ok"'),
    item("- ＂ok＂", "4:9", '"ok"', '- "ok"', 'contains "ok"'),
    item("- 北京\n       - 上海", "5:8", "the column", "- 北京\n      - 上海", 'contains "北京"'),
    item("- 北京\n      －上海", "5:7", "ASCII dash", "- 北京\n      - 上海", 'contains "北京"'),
    item("- contains: 12:30", "4:19", '`contains: "12:30"`', '- contains: "12:30"',
         'contains "12:30"'),
    item("- [issue #12]", "4:16", '"issue #12"', '- any_of: ["issue #12"]',
         'any of: contains "issue #12"'),
    item("- contains: 　北京", "4:19", '"　北京"', '- contains: "　北京"', 'contains "　北京"'),
    item("- contains:　北京", "4:9", '`contains: "北京"`', '- contains: "北京"', 'contains "北京"'),
    item("- not: 北京\u200b", "4:14", "Delete it", "- not: 北京", 'does not contain "北京"'),
    item("- contains: {none: [北京，上海]}", "4:27", "[北京, 上海]",
         "- contains: {none: [北京, 上海]}", 'contains none of "北京", "上海"'),
    item("- any_of: [北京，上海]", "4:18", "[北京, 上海]", "- any_of: [北京, 上海]",
         'any of: contains "北京"; contains "上海"'),
    item("- contains: no", "4:19", '`contains: "no"`', '- contains: "no"', 'contains "no"'),
    # quotes and first characters
    item('- "he said "hi""', "4:19", "'he said \"hi\"'", "- 'he said \"hi\"'",
         'contains "he said "hi""'),
    item("- 'it's ok'", "4:13", '"it\'s ok"', '- "it\'s ok"', 'contains "it\'s ok"'),
    item('- regex: "\\d{2"', "4:17", "'\\d{2'", "- regex: '\\d{2'", "matches /\\d{2/"),
    item('- regex: "\\d+"', "4:17", "'\\d+'", "- regex: '\\d+'", "matches /\\d+/"),
    item("- regex: [0-9]+", "4:21", '"[0-9]+"', '- regex: "[0-9]+"', "matches /[0-9]+/"),
    item("- *bold*", "4:9", '"*bold*"', '- "*bold*"', 'contains "*bold*"'),
    item("- **bold**", "4:9", '"**bold**"', '- "**bold**"', 'contains "**bold**"'),
    item("- *bold", "4:9", '"*bold"', '- "*bold"', 'contains "*bold"'),
    item("- @user", "4:9", '"@user"', '- "@user"', 'contains "@user"'),
    item("- `code`", "4:9", '"`code`"', '- "`code`"', 'contains "`code`"'),
    item("- > 5", "4:9", '"> 5"', '- "> 5"', 'contains "> 5"'),
    item("- &amp; x", "4:9", '"&amp; x"', '- "&amp; x"', 'contains "&amp; x"'),
    item("- !important", "4:9", "quotes around it", '- "!important"', 'contains "!important"'),
    item('- "你好', "4:9", 'Close it with `"`', '- "你好"', 'contains "你好"'),
    # what would pass always
    item("- regex: '(北京)?'", "4:16", "`a+` in place of `a*`", "- regex: '(北京)+'",
         "matches /(北京)+/"),
    item("- length: {min: 0}", "4:17", "a `max`", "- length: {min: 1}", "at least 1 character"),
    item("- not: {date: 2026-02-30}", "4:21", "`2026-02-28`", "- not: {date: 2026-02-28}",
         "2026-02-28"),
    item("- tool_call: {name: look, arguments: {}}", "4:44", "delete the key",
         "- tool_call: {name: look}", "look"),
    # numbers
    item("- latency: 1:30", "4:18", "Write 90.", "- latency: 90", "at most 90 s"),
    item("- tokens: 0800", "4:17", "Write 800.", "- tokens: 800", "at most 800 tokens"),
    item("- length: {max: 010}", "4:23", "Write 10.", "- length: {max: 10}",
         "at most 10 characters"),
    item("- tokens: {max: 1_000}", "4:23", "Write 1000.", "- tokens: {max: 1000}",
         "at most 1,000 tokens"),
    item("- similar: {to: x, at_least: 80%}", "4:36", "Write 0.8.",
         "- similar: {to: x, at_least: 0.8}", 'similarity to "x" of at least 0.8'),
    item('- latency: "3"', "4:18", "Write 3, without quotes.", "- latency: 3", "at most 3 s"),
    item("- latency: 300ms", "4:18", "Write 0.3.", "- latency: 0.3", "at most 0.3 s"),
    item("- tokens: {max: 1千}", "4:23", "Write 1000.", "- tokens: {max: 1000}",
         "at most 1,000 tokens"),
    item("- latency: 08", "4:18", "Write 8.", "- latency: 8", "at most 8 s"),
    item("- tokens: 1.2k", "4:17", "Write 1200.", "- tokens: 1200", "at most 1,200 tokens"),
    item("- length: {max: 1e3}", "4:23", "Write 1000.", "- length: {max: 1000}",
         "at most 1,000 characters"),
    item("- length: {max: 3.0}", "4:23", "Write 3.", "- length: {max: 3}", "at most 3 characters"),
    item("- similar: {to: x, at_least: 60}", "4:36", "Write 0.6.",
         "- similar: {to: x, at_least: 0.6}", 'similarity to "x" of at least 0.6'),
    item("- tokens: ８００", "4:17", "Write 800.", "- tokens: 800", "at most 800 tokens"),
    # templates
    prompt("{{ city }}", "3:13", '"{{ city }}"', '"{{ city }}"', "杭州"),
    prompt("{{ city }}天气?", "3:13", '"{{ city }}天气?"', '"{{ city }}天气?"', "杭州天气?"),
    prompt("a\n    expect: [{{ city }}]", "4:14", '"{{ city }}"', 'a\n    expect: ["{{ city }}"]',
           'contains "杭州"'),
    prompt("a\n    expect: [{length: {max: {{ n }}}}]", "4:29", '"{{ n }}"',
           'a\n    expect: [{length: {max: "{{ n }}"}}]', "at most 5 characters"),
    # keys, colons, brackets, indentation
    prompt("note: 1", "3:17", '"note: 1"', '"note: 1"', "note: 1"),
    item("- not: contains: x", "4:22", "`{contains: x}`", "- not: {contains: x}",
         'does not contain "x"'),
    whole("turns:\n  - prompt：你好\n    expect: [x]", "2:11", "`prompt: 你好`",
          "turns:\n  - prompt: 你好\n    expect: [x]", "你好"),
    whole("name：a\nturns:\n  - prompt: 你好", "1:5", "`name: a`",
          "name: a\nturns:\n  - prompt: 你好", "你好"),
    whole("turns:\n  - prompt：你好", "2:5", "`prompt: 你好`", "turns:\n  - prompt: 你好", "你好"),
    whole("turns: [{prompt：你好}]", "1:10", "`prompt: 你好`", "turns: [{prompt: 你好}]", "你好"),
    whole("turns: [{prompt: 你好， expect: [x]}]", "1:20", "`, `",
          "turns: [{prompt: 你好, expect: [x]}]", "你好"),
    whole("turns: [{prompt: 你好, expect:[x]}]", "1:28", "`: [`",
          "turns: [{prompt: 你好, expect: [x]}]", "你好"),
    whole("turns:\n  - prompt:你好", "2:5", "`prompt: 你好`", "turns:\n  - prompt: 你好", "你好"),
    whole("turns:\n  -prompt: 你好", "2:3", "`- prompt: …`", "turns:\n  - prompt: 你好", "你好"),
    whole("turns:\n  prompt: 你好", "2:3", "`- ` before `prompt: …`",
          "turns:\n  - prompt: 你好", "你好"),
    whole("turns: {prompt: 你好}", "1:8", "[{prompt: …}]", "turns: [{prompt: 你好}]", "你好"),
    whole("turns: 【{prompt: 你好}】", "1:8", "[{prompt: 你好}]",
          "turns: [{prompt: 你好}]", "你好"),
    whole("turns: [{prompt: a, expect: 【北京】}]", "1:29", "[北京]",
          "turns: [{prompt: a, expect: [北京]}]", 'contains "北京"'),
    whole("turns:\n\t- prompt: 你好", "2:1", "spaces", "turns:\n  - prompt: 你好", "你好"),
    whole("name: a\n turns:\n  - prompt: 你好", "2:2", "the column",
          "name: a\nturns:\n  - prompt: 你好", "你好"),
    whole("turns: [{prompt: 你好, “expect”: [x]}]", "1:22", "prompt, expect",
          "turns: [{prompt: 你好, expect: [x]}]", "你好"),
    whole("turns: [{promt: 你好}]", "1:10", "prompt, expect", "turns: [{prompt: 你好}]", "你好"),
    whole("turns: [你好]", "1:9", "`{prompt: 你好}`", "turns: [{prompt: 你好}]", "你好"),
    whole("stream: 是\nturns: [{prompt: 你好}]", "1:9", "Write true.",
          "stream: true\nturns: [{prompt: 你好}]", "你好"),
    whole("stream: 'false'\nturns: [{prompt: 你好}]", "1:9", "Write false, without quotes.",
          "stream: false\nturns: [{prompt: 你好}]", "你好"),
    whole("stream: yes\nturns: [{prompt: 你好}]", "1:9", "Write true.",
          "stream: true\nturns: [{prompt: 你好}]", "你好"),
    whole("cases: [{city: no}]\nturns: [{prompt: '{{ city }}'}]", "1:16", '"no"',
          "cases: [{city: \"no\"}]\nturns: [{prompt: '{{ city }}'}]", "no"),
    whole("cases: [{n: 1.10}]\nturns: [{prompt: '{{ n }}'}]", "1:13", '"1.10"',
          "cases: [{n: \"1.10\"}]\nturns: [{prompt: '{{ n }}'}]", "1.10"),
    whole("turns:\n　- prompt: 你好", "2:1", "ASCII space", "turns:\n - prompt: 你好", "你好"),
    whole("turns: [{prompt:　你好}]", "1:10", "ASCII space", "turns: [{prompt: 你好}]", "你好"),
    whole("min_pass_rate: 80%\nturns: [{prompt: 你好}]", "1:16", "Write 0.8.",
          "min_pass_rate: 0.8\nturns: [{prompt: 你好}]", "你好"),
    whole("min_pass_rate: 80\nturns: [{prompt: 你好}]", "1:16", "Write 0.8.",
          "min_pass_rate: 0.8\nturns: [{prompt: 你好}]", "你好"),
    whole("tags: [a，b]\nturns: [{prompt: 你好}]", "1:8", "[a, b]",
          "tags: [a, b]\nturns: [{prompt: 你好}]", "你好"),
    whole("<<<<<<< HEAD\nturns: [{prompt: 你好}]", "1:1", "conflict",
          "turns: [{prompt: 你好}]", "你好"),
]  # fmt: skip
