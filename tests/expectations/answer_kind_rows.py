"""Rows and faults of the kinds that read an answer, for the tables of all kinds.

A row is an item, an answer, the status of the verdict and the ids of its reason. A fault is an
item, with its place, and parts of the sentence and of the next step.
"""

from __future__ import annotations

from typing import TypeAlias

AnswerRow: TypeAlias = tuple[str, str, str, str]

STEPS = "先打开设置，再选择账号，最后点击退出。"

ROWS: dict[str, list[AnswerRow]] = {
    "one_of": [
        ("one_of: [退款, 换货]", "“退款”。", "passed", "kind.one_of.passed"),
        ("one_of: [退款, 换货]", "退货", "failed", "kind.one_of.failed"),
        ("one_of: [退款]", "我要退款", "failed", "kind.one_of.failed kind.one_of.more"),
        ("one_of: [Sure]", "SURE", "failed", "kind.one_of.failed kind.near.case"),
        ("one_of: [OK]", "ＯＫ", "failed", "kind.one_of.failed kind.near.width"),
        ("one_of: [OK]", "", "failed", "kind.text.empty"),
        ("one_of: [OK]", " \n", "failed", "kind.text.blank"),
        ("one_of: [OK]", "OK" + " " * 5000, "passed", "kind.one_of.passed"),
    ],
    "order": [
        ("order: [设置, 账号, 退出]", STEPS, "passed", "kind.order.passed"),
        ("order: [账号, 设置]", STEPS, "failed", "kind.order.earlier"),
        ("order: [设置, 注销]", "设置", "failed", "kind.contains.missing"),
        (
            "order: [设置, 选择帐号吧]",
            STEPS,
            "failed",
            "kind.contains.missing kind.near.closest",
        ),
        ("order: [退出, 退出]", STEPS, "failed", "kind.order.earlier"),
    ],
    "number": [
        ("number: 320", "三百二十", "passed", "kind.number.passed"),
        ("number: 320元", "￥320", "passed", "kind.number.passed"),
        ("number: 320元", "320 美元", "failed", "kind.number.failed"),
        ("number: {min: 1, max: 2.5}", "约 2.5 倍", "passed", "kind.number.passed"),
        ("number: {min: 1}", "0.5", "failed", "kind.number.failed"),
        ("number: {max: 1}", "两个", "failed", "kind.number.failed"),
        ("number: {equals: 100, tolerance: 5%}", "105", "passed", "kind.number.passed"),
        ("number: {equals: 100, tolerance: 5}", "106", "failed", "kind.number.failed"),
        ("number: 3", "没有数字", "failed", "kind.number.none"),
        ("number: 3", "1" * 200_001, "failed", "kind.text.long"),
    ],
    "date": [
        ("date: 2026-03-05", "3月5日", "passed", "kind.date.passed"),
        ("date: 2026-03-05", "March 6, 2026", "failed", "kind.date.failed"),
        ("date: {after: 2026-03-05}", "2026年3月6日", "passed", "kind.date.passed"),
        ("date: {after: 2026-03-05}", "2026年3月5日", "failed", "kind.date.failed"),
        ("date: {before: 2026-03-05}", "2026年3月5日", "failed", "kind.date.failed"),
        ("date: {after: 2025-12-20, before: 2026-01-10}", "1月5日", "passed", "kind.date.passed"),
        ("date: {after: 2025-12-20, before: 2026-01-10}", "2月5日", "failed", "kind.date.failed"),
        ("date: 2026-03-05", "明天 10:00", "failed", "kind.date.none"),
        ("date: {before: 2026-03-05}", "2026年2月30日", "failed", "kind.date.failed"),
        ("date: 2026-03-05", "，" * 200_001, "failed", "kind.text.long"),
    ],
    "facts": [
        ("facts: 7天内退货，运费5元", "运费 5 元，一周内退货", "passed", "kind.facts.passed"),
        ("facts: 7天内退货", "15天内退货", "failed", "kind.facts.failed"),
        ("facts: 不支持退货", "支持退货", "failed", "kind.facts.failed"),
        (
            "facts: {of: 'GPT-4 有 3 个版本', ignore: [names]}",
            "三个版本",
            "passed",
            "kind.facts.passed",
        ),
        ("facts: 7天内退货", "，" * 200_001, "failed", "kind.text.long"),
    ],
    "pii": [
        ("pii: none", "好的。", "passed", "kind.pii.none"),
        ("pii: none", "电话 13800138000", "failed", "kind.pii.found"),
        ("pii: none", "电话 <redacted:2>", "failed", "kind.pii.redacted"),
        ("pii: {none: [email]}", "13800138000 <redacted>", "passed", "kind.pii.none"),
        ("pii: {none: [email]}", "li@shop.cn", "failed", "kind.pii.found"),
        ("pii: {allow: ['+86 13800138000']}", "13800138000", "passed", "kind.pii.none"),
        ("pii: {allow: ['8000']}", "13800138000", "failed", "kind.pii.found"),
        ("pii: none", "，" * 200_001, "failed", "kind.text.long"),
    ],
    "leak": [
        ("leak: none", "好的。", "passed", "kind.leak.none.no_prompt"),
        ("leak: {none: [tools, thoughts]}", "好的。", "passed", "kind.leak.none"),
        ("leak: none", "System prompt: be polite.", "failed", "kind.leak.prompt"),
        ("leak: none", "<tool_call>{}</tool_call>", "failed", "kind.leak.tools"),
        ("leak: none", "<think>好</think>", "failed", "kind.leak.thoughts"),
        ("leak: none", "`<think>`", "passed", "kind.leak.none.no_prompt"),
        ("leak: {none: [prompt]}", "好的。", "skipped", "kind.leak.no_prompt"),
        ("leak: none", "，" * 200_001, "failed", "kind.text.long"),
    ],
    "links": [
        ("links: none", "好的。", "passed", "kind.links.none"),
        ("links: none", "coze.cn", "failed", "kind.links.unwanted"),
        ("links: [coze.cn]", "https://www.coze.cn", "passed", "kind.links.passed"),
        ("links: {allow: ['*.coze.cn']}", "https://coze.cn", "passed", "kind.links.passed"),
        ("links: ['tel:', coze.cn]", "tel:10086", "passed", "kind.links.passed"),
        ("links: [coze.cn]", "https://coze.cn@evil.com", "failed", "kind.links.foreign"),
        ("links: [coze.cn]", "https://сoze.cn", "failed", "kind.links.imitation"),
        ("links: [coze.cn]", "tel:10086", "failed", "kind.links.no_host"),
        ("links: none", "，" * 200_001, "failed", "kind.text.long"),
    ],
    "markdown": [
        ("markdown: bold", "**好**", "passed", "kind.markdown.passed"),
        ("markdown: [bold, list]", "**好**", "failed", "kind.markdown.missing"),
        ("markdown: none", "好", "passed", "kind.markdown.passed"),
        ("markdown: none", "# 好", "failed", "kind.markdown.unwanted"),
        ("markdown: {well_formed: true}", "**好", "failed", "kind.markdown.malformed"),
        ("markdown: {well_formed: true}", "```\n好", "failed", "kind.markdown.malformed"),
        (
            "markdown: {contains: table, well_formed: true}",
            "| a |\n|---|\n| 1 | 2 |",
            "failed",
            "kind.markdown.malformed",
        ),
        ("markdown: {well_formed: true}", "| a |\n| b |", "failed", "kind.markdown.malformed"),
        ("markdown: none", "，" * 20_001, "failed", "kind.text.long"),
    ],
    "refusal": [
        ("refusal: true", "抱歉，我无法回答。", "passed", "kind.refusal.found"),
        ("refusal: true", "好的。", "failed", "kind.refusal.none"),
        ("refusal: false", "好的。", "passed", "kind.refusal.none"),
        ("refusal: false", "I can't help with that.", "failed", "kind.refusal.found"),
    ],
}

FAULTS: dict[str, tuple[str, str, str]] = {
    "leak: true": ("1:9", "`true` as true", "leak: none"),
    "leak: {none: [think]}": ("1:17", "has no value", "prompt, tools, thoughts"),
    "links: true": ("1:10", "`true` as true", "links: [coze.cn]"),
    "links: coze.cn": ("1:10", "this is text", "links: [coze.cn]"),
    "links: ['https://coze.cn']": ("1:11", "is not a domain", "links: [coze.cn]"),
    "links: []": ("1:10", "empty list", "Write at least one text"),
    "markdown: tables": ("1:13", 'Did you mean "table"?', "heading, list, table"),
    "markdown: {well_formed: false}": ("1:13", "expects nothing", "well_formed: true"),
    "markdown: []": ("1:13", "empty list", "heading, list, table"),
    "markdown: [none]": ("1:14", "has no value", "heading, list, table"),
    "pii: true": ("1:8", "`true` as true", "pii: none"),
    "pii: {}": ("1:8", "is empty", "pii: none"),
    "pii: {none: []}": ("1:15", "empty list", "phone, id_card"),
    "pii: {none: phone}": ("1:15", "this is text", "none: [phone]"),
    "pii: {none: [phon]}": ("1:16", 'Did you mean "phone"?', "phone, id_card, bank_card"),
    "refusal: 抱歉": ("1:12", "this is text", "refusal: true"),
    "order: [a]": ("1:10", "one text", 'order: ["…", "…"]'),
    "order: {ignore_case: true}": ("1:10", 'has no "texts"', "order: ["),
    "one_of: 退款": ("1:11", "this is text", 'one_of: ["…", "…"]'),
    "number: true": ("1:11", "`true` as true", "number: {equals: 320, unit: 元}"),
    "number: 很多": ("1:11", "exactly one number", "number: {equals: 320, unit: 元}"),
    "number: {equals: 1, min: 0}": ("1:11", "a range", "Write one"),
    "number: {min: 1, tolerance: 2}": ("1:31", "without", "tolerance: 5"),
    "number: {unit: 元}": ("1:11", "sets no limit", "number: {equals: 320"),
    "number: {equals: 3元, unit: 美元}": ("1:11", "unit of its own", "Delete one of them"),
    "number: {min: 1千米, max: 10米}": ("1:11", "no number is both", "Swap min and max"),
    "date: 明天": ("1:9", "must be one date", "date: 2026-03-05"),
    "date: {after: 3月5日}": ("1:17", "with a year", "after: 2026-03-05"),
    "date: {after: 2026-03-05, before: 2026-03-06}": ("1:9", "No day", "Swap after and before"),
    "date: {equals: 2026-03-05, before: 2026-03-06}": ("1:9", "either", "date: {after: "),
    "facts: 你好": ("1:10", "to compare", "Write a text with a number"),
    "facts: {of: 7天, ignore: names}": ("1:27", "this is text", "ignore: [names]"),
    "facts: {of: 7天, ignore: [name]}": (
        "1:28",
        'Did you mean "names"?',
        "numbers, dates, negations, names",
    ),
}
