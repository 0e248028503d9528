"""Texts that have broken reports of other tools, and a trial that holds one in every field."""

from __future__ import annotations

from builders import error, key, message, reply, run, trial, turn, verdict
from coze_harness.messages import literal
from coze_harness.model import (
    AnswerChange,
    Assessment,
    BotComparison,
    BotDifference,
    BotSnapshot,
    ChangeKind,
    Comparison,
    LoggedCall,
    Mode,
    MutationReport,
    MutationScore,
    PassShare,
    PreviousRun,
    Run,
    RunCost,
    ScenarioComparison,
    Severity,
    Summary,
    SurvivingMutant,
    TrialChange,
    TrialResult,
    TrialRow,
    TrialStatus,
    TurnChange,
    VerdictChange,
    VerdictStatus,
    replace,
)
from coze_harness.model.location import Location

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


def hostile_trial(text: str, status: TrialStatus = TrialStatus.FAILED) -> TrialResult:
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
    messages = [
        message(text, type=kind, content_type=text, reasoning=text, name=text, role=text)
        for kind in ("function_call", "tool_response", "answer", "answer", "follow_up", text)
    ]
    hostile_reply = reply(
        messages=messages,
        status=text,
        log_id=text,
        tool_calls={text: {text: [text]}},
        error_code=5,
        error_message=text,
    )
    bot_snapshot = BotSnapshot(
        version=text, model=text, prompt=text, details={text: {text: text}}, warning=text
    )
    trial_key = key(
        text, scenario=text, file=text, bot=text, case=text, tags=[text, text], cassette=text
    )
    first = replace(turn(text, hostile_reply, judged), attached=(text, text))
    flip = VerdictChange(
        kind=text, name=text, expected=literal(text), location=places, before=VerdictStatus.PASSED,
        after=None,
    )  # fmt: skip
    before = trial(trial_key=trial_key, turns=[turn(text, reply(f"{text}!"))])
    changed = TurnChange(
        answer=AnswerChange.DIFFERENT, similarity=0.5, verdict_changes=(flip, flip)
    )
    change = TrialChange(kind=ChangeKind.REGRESSED, baseline=before, turns=(changed,))
    result = trial(
        status,
        trial_key=trial_key,
        turns=[first, turn(text, no_reply=True, verdicts=judged)],
        note=error(text, kind=text, where=text, next_step=text, detail=[text, text], log_id=text),
        known_failure=text,
        warnings=[text, text],
        bot_snapshot=bot_snapshot,
        http=[
            LoggedCall(text, text, 200, 0.0, 0.5, 3, 0, text),
            LoggedCall("GET", text, 500, 2.0, 0.5),
        ],
    )
    return replace(result, change=change, recorded_at=text)


def hostile_run(text: str) -> Run:
    """A run that holds a text in its comparison, its mutants and the runs before it."""
    share = PassShare(passed=1, trials=2, low=0.1, high=0.9)
    change = ScenarioComparison(
        scenario=text, bot=text, before=share, after=share, assessment=Assessment.DOUBTFUL,
        regressed=True, test=text, p=0.5, repeats=2, flaky=True,
    )  # fmt: skip
    bot = BotComparison(
        bot=text,
        before=BotSnapshot(version=text, model=text, prompt=text),
        after=BotSnapshot(version=f"{text}2", model=f"{text}2", prompt=f"{text}2"),
        differences=(BotDifference(name=text, before=text, after=text),),
    )
    survivor = SurvivingMutant(
        operator=text, trial=text, turn=1, answer=text, original=f"{text} ", hint=text,
        expectations=(text, text),
    )  # fmt: skip
    before = PreviousRun(
        run_id=text, started_at=text, mode=Mode.REPLAY, summary=Summary(trials=2, passed=1),
        cost=RunCost(tokens=1, p95=1.0),
    )  # fmt: skip
    row = TrialRow(
        key=key(text),
        status=TrialStatus.FAILED,
        seconds=1.0,
        history="pfp" + f"{text}..."[:3] + "pf",
    )
    return replace(
        run([]),
        rows=(row,),
        past=(before, before),
        comparison=Comparison(
            baseline=text, candidate=text, counts={ChangeKind.REGRESSED: 1}, scenarios=(change,),
            bots=(bot,),
        ),
        mutation=MutationReport(
            seed=1,
            scores=(MutationScore(scenario=text, mutants=2, killed=1, survivors=(survivor,)),),
        ),
    )  # fmt: skip
