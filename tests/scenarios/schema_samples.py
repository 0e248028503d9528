"""Small scenario files, and whether the loader and the JSON Schema take them."""

from __future__ import annotations

from typing import Final

VALID_ITEMS: Final = r"""
【北京】
（北京）
北京，上海
北京　上海
contains : x
y
n
1e3
1E3
2024-10-01
2024-10-01 10:00:00
" "
"　"
"\t"
"\u200b"
"\ufeff"
!!str 5
{contains: " "}
{equals: ""}
{regex: "\\b"}
{contains: {any: [a, a]}}
{not: {not: a}}
{one_of: [a]}
{order: [a, a]}
{similar: a}
{similar: {to: a}}
{length: {max: 0}}
{latency: 0}
{tokens: 0}
{polls: 0}
{first_token: 0}
{turns: 0}
{follow_ups: 0}
{number: 5}
{number: "5"}
{date: 2026-03-05}
{date: 3月5日}
{json: true}
{json: }
{json: {}}
{json: {where: {a: ~}}}
{json: {schema: {}}}
{json: {schema: true}}
{json: {schema: false}}
{pii: none}
{leak: none}
{links: none}
{markdown: none}
{tool_call: get_x}
{asks: a}
{reasoning: a}
{asks: {latency: 3}}
{status: done}
{status: completed}
{same_as_baseline: true}
{same_as_baseline: {}}
{judge: {rubric: a}}
{contains: 2024-10-01}
{contains: 1e3}
{contains: a, ignore_case: true}
{contains: a, normalize: width}
""".strip().split("\n")
"""Items of `expect:` that both take."""

INVALID_ITEMS: Final = r"""
contains：学术
is-json
｛contains: a｝
contains　: x
contains:　x
contians: x
Contains: x
CONTAINS: x
no
yes
off
on
true
NO
Yes
0123
12:30
1:30:00
0x1F
0b11
1_000
.5
5.
+5
-5
.inf
.nan
-.inf
~
null
Null
""
''
!!int "5"
!!set {a}
? a
|
>-
[]
{}
[a]
[[a]]
{a}
{a: }
{contains}
{contains: }
{contains: ~}
{contains: ""}
{equals: }
{starts_with: ""}
{ends_with: ""}
{regex: ""}
{regex: {pattern: ""}}
{contains: {any: []}}
{contains: {all: []}}
{contains: {none: []}}
{contains: {any: [""]}}
{contains: {none: [""]}}
{contains: {any: a}}
{contains: {}}
{contains: {text: a, any: [b]}}
{contains: {ignore_case: true}}
{contains: {text: a, ignore_case: "true"}}
{contains: {text: a, normalize: both}}
{any_of: []}
{all_of: []}
{some_of: {at_least: 0, of: [a]}}
{some_of: {at_least: 1, of: []}}
{some_of: {of: [a, b]}}
{some_of: {at_least: 1.5, of: [a, b]}}
{any_of: a}
{any_of: [~]}
{any_of: [a, ~]}
{all_of: [{}]}
{not: }
{not: []}
{not: {}}
{not: [a, b]}
{one_of: []}
{one_of: [""]}
{order: []}
{order: [a]}
{order: [a, ""]}
{similar: {to: ""}}
{similar: {to: a, at_least: 1.1}}
{similar: {to: a, at_least: -0.1}}
{similar: {to: a, at_least: 0}}
{similar: {to: a, at_least: 60}}
{similar: {to: a, at_least: 60%}}
{similar: {to: a, at_least: "0.6"}}
{similar: {to: a, at_least: true}}
{similar: {to: a, metric: cosine}}
{similar: {to: a, metric: embedding}}
{length: {}}
{length: 0}
{length: {max: -1}}
{length: {max: 1.5}}
{length: {max: 1e3}}
{length: {max: .inf}}
{length: {max: true}}
{length: {max: ~}}
{length: ~}
{length: {max: 5, unit: bytes}}
{length: {unit: words}}
{length: {maximum: 5}}
{length: 120}
{latency: -1}
{latency: {}}
{latency: true}
{tokens: 1.5}
{tokens: {max: 1k}}
{polls: -1}
{turns: {}}
{follow_ups: -1}
{follow_ups: yes}
{messages: {}}
{messages: 1}
{messages: {answer: -1}}
{messages: {answer: {}}}
{number: {}}
{number: {equals: 5, min: 3}}
{number: {equals: 5, tolerance: -1}}
{date: {}}
{date: 20260305}
{json: false}
{json: {where: {}}}
{json: {fenced: 1}}
{language: zz}
{language: []}
{language: Chinese}
{language: ""}
{language: no}
{refusal: "true"}
{refusal: }
{pii: {}}
{pii: false}
{pii: true}
{pii: []}
{pii: {none: []}}
{pii: {none: [phones]}}
{leak: true}
{leak: {none: []}}
{links: []}
{links: ""}
{markdown: {}}
{markdown: {contains: []}}
{markdown: {well_formed: false}}
{markdown: {contains: [tabel]}}
{markdown: []}
{tool_call: ""}
{tool_call: {}}
{tool_call: {name: a, arguments: {}}}
{tool_call: {name: a, args: {}}}
{tool_call: {name: a, where: {}}}
{asks: ""}
{asks: }
{asks: {}}
{reasoning: {}}
{status: ""}
{status: []}
{status: 1}
{conversation: {}}
{conversation: {no_repetition: false}}
{conversation: {keeps: []}}
{conversation: {similarity: 0.9}}
{conversation: {no_repetition: true, similarity: 2}}
{facts: ""}
{facts: {of: 7 天, ignore: [number]}}
{meaning: ""}
{meaning: {to: a, at_least: 0}}
{same_as_baseline: false}
{same_as_baseline: 0.8}
{same_as_baseline: {metric: judge}}
{judge: ""}
{judge: {}}
{judge: {question: a, votes: 2}}
{judge: {question: a, votes: 0}}
{judge: {question: a, at_least: 0.5}}
{python: x}
{python: ""}
{contains: a, name: ""}
{contains: a, name: 5}
{contains: a, weight: 0}
{contains: a, weight: -1}
{contains: a, weight: true}
{contains: a, severity: warn}
{contains: a, severity: Warning}
{contains: a, equals: b}
{name: x}
{weight: 2}
{contains: 5}
{contains: 5.0}
{contains: 1.10}
{contains: no}
{contains: 12:30}
{contains: 007}
{equals: true}
{contains: [a, b]}
{regex: 5}
{icontains: a}
{latency: 3, ignore_case: true}
{equals: a, at_least: 1}
""".strip().split("\n")
"""Items that both refuse."""

ITEMS_OF_THE_LOADER: Final = r"""
issue #12
“学术”
‘ok’
＂ok＂
　北京
contains: 　x
{regex: "x*"}
{regex: "a|"}
{regex: "^"}
{regex: "$"}
{regex: "(?:)"}
{regex: ".*"}
{regex: "("}
{contains: {text: a, ignore_case: yes}}
{some_of: {at_least: 2, of: [a]}}
{similar: {to: a, at_least: .nan}}
{length: {min: 5, max: 3}}
{length: {max: 3.0}}
{length: {min: 0}}
{length: {max: 0123}}
{length: {max: 1_000}}
{length: {max: 0x10}}
{length: {max: 1:30}}
{latency: 1:30}
{latency: .inf}
{latency: {min: 3, max: 1}}
{messages: {anwser: 1}}
{number: {min: 5, max: 3}}
{number: .nan}
{number: {equals: 0123}}
{number: {equals: 1:30}}
{number: 1_000}
{date: 2026-13-05}
{date: 2026-02-30}
{date: "x"}
{date: {after: 2026-03-05, before: 2026-03-01}}
{json: {where: {"a[": 1}}}
{json: {schema: {type: objct}}}
{refusal: yes}
{links: ["http://a.cn/x"]}
{reasoning: {latency: 3}}
{status: Completed}
{status: complete}
{facts: a}
{facts: {of: 7 天, ignore: [numbers, dates, names, negations]}}
{facts: 你好}
{contains: a, weight: .nan}
{contains: a, contains: b}
""".strip().split("\n")
"""Items that only the loader refuses: a schema sees no quotes, notations, patterns, files."""

VALID_FILES: Final = r"""
turns: [{prompt: a}]
turns: [{prompt: a, expect: []}]
turns: [{prompt: 2024-10-01}]
---⏎turns: [{prompt: a}]
---⏎turns: [{prompt: a}]⏎...
turns: [{prompt: a}]⏎...
turns: [{prompt: a}]⏎name: a/b
turns: [{prompt: a}]⏎name: "a@b"
turns: [{prompt: a}]⏎name: "a#2"
turns: [{prompt: a}]⏎name: "a[b]"
turns: [{prompt: a}]⏎tags: []
turns: [{prompt: a}]⏎tags: [a, a]
turns: [{prompt: a}]⏎tags: [a b]
turns: [{prompt: a}]⏎bot: chatchat
turns: [{prompt: a}]⏎stream: True
turns: [{prompt: a}]⏎repeat: +5
turns: [{prompt: a}]⏎min_pass_rate: 0
turns: [{prompt: a}]⏎min_pass_rate: .8
turns: [{prompt: a}]⏎known_failure: ""
turns: [&a {prompt: x}, *a]
turns: [&a {prompt: x, expect: [b]}, {<<: *a, prompt: y}]
turns: [{<<: {prompt: y}}]
turns: [{<<: [{prompt: y}, {expect: [a]}]}]
turns: [{prompt: a}]⏎cases: [{a: 1}]
turns: [{prompt: a}]⏎cases: [{}]
turns: [{prompt: a}]⏎cases: [{a: 1}, {b: 1}]
turns: [{prompt: a}]⏎cases: [{a: ~}]
turns: [{prompt: a}]⏎expect: []
turns: [{prompt: a}]⏎every_turn: []
turns: [{prompt: a}]⏎max_increase: {}
turns: [{prompt: a}]⏎max_increase: {tokens: 20%}
turns: [{prompt: a}]⏎max_increase: {tokens: "20%"}
turns: [{prompt: a}]⏎custom_variables: {}
turns: [{prompt: a}]⏎bot_version: "1"
turns: [{prompt: a}]⏎auto_save_history: false⏎stream: true
turns: [{prompt: a}]⏎history: []
turns: [{prompt: a}]⏎judge: {bot: chatchat}
workflow: "7403315657221079099"⏎turns: [{input: {}}]
turns: [{prompt: a}]⏎tools: {}
turns: [{prompt: a}]⏎tools: {a: ""}
turns: [{prompt: a}]⏎shortcut_command: {}
simulate: {bot: 助手, goal: a, until: [x]}
turns: [{prompt: a, min_score: 0.5, expect: [b]}]
turns: [{prompt: a, attach: []}]
""".strip().split("\n")
"""Whole files that both take; ⏎ ends a line."""

INVALID_FILES: Final = r"""
turns: [{prompt: a, expect: }]
turns: [{prompt: a, expect: ~}]
turns: [{prompt: a, expect: b}]
turns: [{prompt: }]
turns: [{prompt: no}]
turns: [{prompt: 5}]
turns: [{prompt: 12:30}]
turns: []
turns:
turns: [a]
turns: [~]
{}
[]
a
turns: [{prompt: a}]⏎name:
turns: [{prompt: a}]⏎name: ""
turns: [{prompt: a}]⏎name: " "
turns: [{prompt: a}]⏎name: 5
turns: [{prompt: a}]⏎name: no
turns: [{prompt: a}]⏎tags:
turns: [{prompt: a}]⏎tags: a
turns: [{prompt: a}]⏎tags: [""]
turns: [{prompt: a}]⏎tags: [no]
turns: [{prompt: a}]⏎tags: [1]
turns: [{prompt: a}]⏎bot:
turns: [{prompt: a}]⏎bot: 7403315657221079041
turns: [{prompt: a}]⏎bots: []
turns: [{prompt: a}]⏎bots: [chatchat, chatchat]
turns: [{prompt: a}]⏎bot: chatchat⏎bots: [chatchat]
turns: [{prompt: a}]⏎stream: 1
turns: [{prompt: a}]⏎stream: "true"
turns: [{prompt: a}]⏎stream: y
turns: [{prompt: a}]⏎stream:
turns: [{prompt: a}]⏎repeat: 0
turns: [{prompt: a}]⏎repeat: 1e1
turns: [{prompt: a}]⏎repeat: 1001
turns: [{prompt: a}]⏎repeat: "5"
turns: [{prompt: a}]⏎repeat: 08
turns: [{prompt: a}]⏎repeat: 0o10
turns: [{prompt: a}]⏎min_pass_rate: 1.1
turns: [{prompt: a}]⏎min_pass_rate: -0.1
turns: [{prompt: a}]⏎min_pass_rate: 80
turns: [{prompt: a}]⏎min_pass_rate: 80%
turns: [{prompt: a}]⏎min_pass_rate: 8e-1
turns: [{prompt: a}]⏎min_pass_rate: 0.8e0
turns: [{prompt: a}]⏎min_pass_rate: true
turns: [{prompt: a}]⏎known_failure: true
turns: [{prompt: a}]⏎known_failure:
turns: [{prompt: a}]⏎known_failure: no
turns: [{prompt: a}]⏎Name: x
turns: [{prompt: a}]⏎nmae: x
a: &a {prompt: x}⏎turns: [*a]
turns: &a [*a]
defaults: ⏎scenarios: [{name: a, turns: [{prompt: a}]}]
scenarios:
scenarios: []
name: x⏎scenarios: [{name: zz1, turns: [{prompt: a}]}]
turns: [{prompt: a}]⏎scenarios: [{name: zz2, turns: [{prompt: a}]}]
defaults: {}⏎turns: [{prompt: a}]
turns: [{prompt: a}]⏎cases: []
turns: [{prompt: a}]⏎cases:
turns: [{prompt: a}]⏎cases: [1]
turns: [{prompt: a}]⏎cases: {a: 1}
turns: [{prompt: a}]⏎expect:
turns: [{prompt: a}]⏎expect: a
turns: [{prompt: a}]⏎max_increase: {tokens: 20}
turns: [{prompt: a}]⏎max_increase: {tokens: -1}
turns: [{prompt: a}]⏎max_increase: {token: 0.2}
turns: [{prompt: a}]⏎max_increase: 20%
turns: [{prompt: a}]⏎custom_variables: {a: 1}
turns: [{prompt: a}]⏎custom_variables: {a: no}
turns: [{prompt: a}]⏎custom_variables:
turns: [{prompt: a}]⏎user_id: 5
turns: [{prompt: a}]⏎user_id:
turns: [{prompt: a}]⏎extra_params: {latitude: 1.5}
turns: [{prompt: a}]⏎bot_version: 1
turns: [{prompt: a}]⏎publish_status: draft
turns: [{prompt: a}]⏎publish_status: unpublished_draft⏎bot_version: "1"
turns: [{prompt: a}]⏎conversation_id: 5
turns: [{prompt: a}]⏎conversation: create⏎conversation_id: "5"
turns: [{prompt: a}]⏎conversation: new
turns: [{prompt: a}]⏎history: [{role: user, content: ""}]
turns: [{prompt: a}]⏎history: [{role: system, content: a}]
turns: [{prompt: a}]⏎history: [{role: User, content: a}]
turns: [{prompt: a}]⏎judge: chatchat
turns: [{prompt: a}]⏎judge: {}
turns: [{prompt: a}]⏎workflow: 7403315657221079099
turns: [{prompt: a}]⏎workflow: "7403315657221079099"⏎bot: chatchat
workflow: "7403315657221079099"⏎turns: [{input: {a: 1}, prompt: a}]
turns: [{prompt: a}]⏎tools: {a: }
turns: [{prompt: a}]⏎description:
turns: [{prompt: a}]⏎description: 5
turns: [{prompt: a}]⏎simulate: {bot: chatchat, goal: a, until: [x]}
simulate: {bot: chatchat, goal: a, until: []}
simulate: {bot: chatchat, goal: "", until: [x]}
simulate: {bot: chatchat, goal: a, until: [x], max_turns: 0}
turns: [{prompt: a, min_score: 0}]
turns: [{prompt: a, min_score: 1.1, expect: [b]}]
turns: [{prompt: a, min_score: 0.5}]
turns: [{prompt: a, attach: x.png}]
turns: [{prompt: a, exspect: [b]}]
turns: [{prompt: a, Expect: [b]}]
turns: [{prompt: a, expects: [b]}]
turns: [{"prompt ": a}]
turns: [{prompt　: a}]
turns:　[{prompt: a}]
turns: [{prompt:　a}]
turns:⏎　- prompt: a
""".strip().split("\n")
"""Whole files that both refuse."""

FILES_OF_THE_LOADER: Final = r"""
turns: [{prompt: ""}]
turns: [{prompt: " "}]
turns: [{}]
turns: [{prompt: a}]⏎name: a/../b
turns: [{prompt: a}]⏎name: "{{ x }}"
turns: [{prompt: a}]⏎bot: chatchta
turns: [{prompt: a}]⏎stream: yes
turns: [{prompt: a}]⏎stream: on
turns: [{prompt: a}]⏎repeat: 010
turns: [{prompt: a}]⏎repeat: 1:30
turns: [{prompt: a}]⏎repeat: 5.0
turns: [{prompt: a}]⏎repeat: 1_0
turns: [{prompt: a}]⏎repeat: 0x5
turns: [{prompt: a}]⏎min_pass_rate: .nan
turns: [{prompt: a}]⏎name: x⏎name: y
turns: [{prompt: a}]⏎turns: [{prompt: b}]
turns: [{prompt: a, prompt: b}]
scenarios: [{name: a, turns: [{prompt: a}]}, {name: a, turns: [{prompt: a}]}]
scenarios: [{turns: [{prompt: a}]}, {turns: [{prompt: a}]}]
turns: [{prompt: a}]⏎cases: missing.csv
turns: [{prompt: a}]⏎cases: [{a: no}]
turns: [{prompt: a}]⏎cases: [{a: 0123}]
turns: [{prompt: a}]⏎cases: [{a: 12:30}]
turns: [{prompt: a}]⏎cases: [{a: 1.10}]
turns: [{prompt: a}]⏎custom_variables: {1: a}
turns: [{prompt: a}]⏎custom_variables: {no: a}
turns: [{prompt: a}]⏎meta_data: {a: ""}
turns: [{prompt: a}]⏎meta_data: {"": a}
turns: [{prompt: a}]⏎auto_save_history: false
turns: [{prompt: a}]⏎is_async: true
turns: [{prompt: a}]⏎tools: {a: {python: x}}
turns: [{prompt: a}]⏎shortcut_command: {command_id: 5}
turns: [{prompt: a}]⏎stop_on_failure: no
turns: [{prompt: a, attach: [x.png]}]
turns: [{prompt: a, attach: ["ftp://a"]}]
name: a\⏎turns: [{prompt: a}]
""".strip().split("\n")
"""Whole files that only the loader refuses."""
