"""Texts that have broken reports of other tools, and a trial that holds one in every field."""

from __future__ import annotations

from builders import error, key, message, reply, trial, turn, verdict

from harness.location import Location
from harness.model import (
    BotSnapshot,
    Exchange,
    Severity,
    TrialResult,
    TrialStatus,
    VerdictStatus,
)

ATTACKS = [
    "<img src=x onerror=\"window.__xss='img'\">",
    "<script>window.__xss='script'</script>",
    "</script><script>window.__xss='endscript'</script>",
    "<!--<script>",
    "</title><svg onload=window.__xss=1>",
    "</textarea><details open ontoggle=window.__xss=1>",
    "</template><img src=x onerror=window.__xss=1>",
    "</style><style>@import 'http://127.0.0.1:8933/leak.css'; body{display:none}</style>",
    "[click](javascript:window.__xss='mdlink')",
    '![a](x" onerror="window.__xss=1)',
    '<a href="javas&#99;ript:window.__xss=1">x</a>',
    '"><img src=x onerror=window.__xss=1>',
    "' onmouseover='window.__xss=1' x='",
    "{{constructor.constructor('window.__xss=1')()}}",
    "{% include '/etc/passwd' %}{{ config }}{{ 7*7 }}",
    "${window.__xss=1}",
    '<iframe srcdoc="<script>parent.__xss=1</script>">',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.__xss=1>",
    "一\u2028二\u2029三",
    "\x1b[31m<img src=x>\x1b[0m\x1b]8;;http://evil\x07link\x1b]8;;\x07",
    "]]><svg/onload=window.__xss=1>",
    "![px](http://127.0.0.1:8933/pixel.png)",
    "\u202egnp.exe\u202c \u200b\u2066hidden",
    "<base href=http://127.0.0.1:8933/>",
    '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:8933/">',
    "<form action=http://127.0.0.1:8933/><input type=submit></form>",
    '<div style="position:fixed;inset:0;background:red">overlay</div>',
    "<a id=__proto__ name=location>",
    "__proto__",
    "&lt;b&gt; &amp;amp; &#60;i&#62;",
    "half \ud83d of a pair",
    "\x00 NUL \x08\x7f\x85\x9b31m",
    "\ufffe\uffff\ufeff",
    "line\r\nnext\rover\ttab\x0b\x0c",
    "@someone #1 GH-1 https://evil.example www.evil.example",
    "```\n# out of the fence\n```` `",
    "| a | b |\n| --- | --- |\n\\| \\",
    "~~~\n> quote\n- [ ] task\n***\n<details>",
    "*" * 2000 + "a" + "*" * 2000,
    "[" * 3000,
    "> " * 1500 + "x",
    "=cmd|'/c calc'!A1",
    "../../etc/passwd",
    "CON",
    "👨‍👩‍👧 e\u0301 ＡＢＣ１２３ 장강대교 \U000e0041",
    " ",
    "\n",
    "`",
    "\\",
]


def filled(text: str, status: TrialStatus = TrialStatus.FAILED) -> TrialResult:
    """A trial that holds a text wherever a bot, an author or a file's name can put one."""
    places = Location(text, 3, 4)
    judged = [
        verdict(
            outcome,
            kind=text,
            expected=text,
            actual=text,
            reason=text,
            location=places,
            name=text,
            severity=severity,
        )
        for outcome, severity in (
            (VerdictStatus.FAILED, Severity.ERROR),
            (VerdictStatus.FAILED, Severity.WARNING),
            (VerdictStatus.PASSED, Severity.ERROR),
            (VerdictStatus.SKIPPED, Severity.ERROR),
        )
    ]
    said = [
        message(text, type=kind, content_type=text, reasoning=text, name=text, role=text)
        for kind in ("function_call", "tool_response", "answer", "answer", "follow_up", text)
    ]
    replied = reply(
        messages=said,
        status=text,
        log_id=text,
        tool_calls={text: {text: [text]}},
        error_code=5,
        error_message=text,
    )
    asked = BotSnapshot(
        version=text, model=text, prompt=text, details={text: {text: text}}, warning=text
    )
    return trial(
        status,
        named=key(
            text, scenario=text, file=text, bot=text, case=text, tags=[text, text], cassette=text
        ),
        turns=[turn(text, replied, judged), turn(text, no_reply=True, verdicts=judged)],
        note=error(text, kind=text, where=text, next_step=text, detail=[text, text], log_id=text),
        known_failure=text,
        warnings=[text, text],
        asked=asked,
        http=[Exchange(text, text, 200, 0.0, 0.5, 3)],
    )
