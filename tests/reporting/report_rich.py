"""A run that shows all that a page can hold: a comparison, mutants, runs before it."""

from __future__ import annotations

from itertools import pairwise

from builders import failed_verdict, key, message, reply, snapshot, trial, turn, verdict
from coze_harness.messages import literal
from coze_harness.model import (
    AnswerChange,
    Assessment,
    BotComparison,
    BotDifference,
    ChangeKind,
    Comparison,
    LoggedCall,
    Mode,
    MutationReport,
    MutationScore,
    PassShare,
    PreviousRun,
    Reply,
    Run,
    RunCost,
    ScenarioComparison,
    ScenarioState,
    Summary,
    SurvivingMutant,
    TrialChange,
    TrialResult,
    TrialRow,
    TrialStatus,
    TurnChange,
    TurnResult,
    VerdictChange,
    VerdictStatus,
    replace,
)
from coze_harness.model.location import Location
from report_samples import everything, full_run

BEFORE = "您好！自签收之日起 7 天内，商品完好即可无理由退货，运费由我们承担。"
AFTER = "您好！自签收之日起 15 天内，商品完好即可申请退货，运费由您承担。"
MARKDOWN = """## 退货步骤

1. 打开 **我的订单**，选择商品；
2. 点 *申请退货*，填写原因：
   - 尺码不合适
   - 与描述不符
3. 等待审核，约 `24` 小时。

| 方式 | 费用 |
| --- | ---: |
| 快递 | 12 元 |
| 门店 | 免费 |

详见 [退货政策](https://example.com/policy) ![图](https://example.com/a.png)

```python
print("退货")
```
"""
_PLACE = Location("scenarios/refund.yaml", 9, 9)


def http() -> tuple[LoggedCall, ...]:
    body = '{"bot_id":"73","user_id":"0","additional_messages":[{"content":"it\'s 7 天?"}]}'
    return (
        LoggedCall("POST", "/v3/chat", 200, 0.0, 0.48, code=0, body=body),
        LoggedCall("GET", "/v3/chat/retrieve?chat_id=1&conversation_id=2", 200, 1.5, 0.12, 3, 0),
        LoggedCall("GET", "/v3/chat/retrieve?chat_id=1&conversation_id=2", 200, 4.6, 0.12, 1, 0),
        LoggedCall("GET", "/v3/chat/message/list?chat_id=1", 200, 4.8, 0.2, 1, 4000),
    )


def _refund_turn(text: str) -> TurnResult:
    lacking = failed_verdict("the answer lacks “7 天”.", expected="7 天", actual=text)
    fits = verdict(expected="7 天", actual=text, evidence=((10, 13),))
    return turn("买了鞋子不合适，可以退吗？", reply(text), [fits if "7 天" in text else lacking])


def regressed_trial() -> TrialResult:
    """A trial that passed on its baseline."""
    before = trial(trial_key=key("refund"), turns=[_refund_turn(BEFORE)])
    flip = VerdictChange(
        kind="contains",
        name="",
        expected=literal("7 天"),
        location=_PLACE,
        before=VerdictStatus.PASSED,
        after=VerdictStatus.FAILED,
    )
    now = trial(
        TrialStatus.FAILED,
        trial_key=key("refund"),
        turns=[_refund_turn(AFTER)],
        http=http(),
        bot_snapshot=snapshot(),
    )
    changed = TurnChange(answer=AnswerChange.DIFFERENT, similarity=0.78, verdict_changes=(flip,))
    change = TrialChange(kind=ChangeKind.REGRESSED, baseline=before, turns=(changed,))
    return replace(now, change=change, recorded_at="2026-11-22T10:03:12Z")


def reworded_trial() -> TrialResult:
    before = trial(trial_key=key("steps"), turns=[_refund_turn(BEFORE)])
    now = trial(
        trial_key=key("steps"), turns=[turn("怎么退货？", reply(MARKDOWN, tool_calls={"查询": {}}))]
    )
    changed = TurnChange(answer=AnswerChange.TEXT_CHANGED, similarity=0.3)
    return replace(
        now, change=TrialChange(kind=ChangeKind.TEXT_CHANGED, baseline=before, turns=(changed,))
    )


def picture_trial() -> TrialResult:
    """A trial with files on the way there, and images, a card and a file on the way back."""
    items = (
        '[{"type":"text","text":"这是您要的图。"},{"type":"image","file_url":"https://example.com/a.png"},'
        '{"type":"file","name":"发票.pdf","file_id":"73"}]'
    )
    answer = reply(
        messages=[
            message(items, content_type="object_string"),
            message('{"elements":{"root":{}}}', content_type="card"),
            message("不是 JSON", content_type="object_string"),
        ]
    )
    picture_turn = replace(
        turn("看看这张图", answer), attached=("images/地图.png", "https://x.example/a")
    )
    return trial(
        TrialStatus.FAILED,
        trial_key=key("picture"),
        turns=[
            replace(
                picture_turn,
                verdicts=(
                    failed_verdict(
                        "the answer is another", kind="equals", expected="这是您要的图片。",
                        actual="这是您要的图。",
                    ),
                ),
            )
        ],
        http=http(),
    )  # fmt: skip


def rich_results() -> list[TrialResult]:
    return [*everything(), regressed_trial(), reworded_trial(), picture_trial()]


def with_pace(result: TrialResult, milliseconds: int) -> TrialResult:
    """The same trial with answers that were streamed, and so were those of its baseline."""
    change = result.change
    if change and change.baseline:
        change = replace(change, baseline=with_pace(change.baseline, milliseconds))
    turns = [
        replace(one, reply=one.reply and _stream_reply(one.reply, milliseconds))
        for one in result.turns
    ]
    return replace(result, turns=tuple(turns), change=change)


def _stream_reply(whole: Reply, milliseconds: int) -> Reply:
    length = len(whole.answer)
    counts = [length * at // 10 for at in range(11)]
    pace = [(milliseconds // 10, after - before) for before, after in pairwise(counts)]
    return replace(whole, pace=tuple(pace) if length else ())


def _share(passed: int, trials: int, low: float, high: float) -> PassShare:
    return PassShare(passed=passed, trials=trials, low=low, high=high)


def comparison() -> Comparison:
    return Comparison(
        baseline="cassettes (20261120)",
        candidate="draft of 退货机器人",
        counts={ChangeKind.REGRESSED: 1, ChangeKind.TEXT_CHANGED: 1, ChangeKind.SAME: 11},
        states={
            ScenarioState.REGRESSED: 1, ScenarioState.UNDECIDED: 1, ScenarioState.UNCHANGED: 1
        },
        scenarios=(
            ScenarioComparison(
                scenario="refund", bot="chatchat", before=_share(6, 6, 0.61, 1.0),
                after=_share(0, 6, 0.0, 0.39), assessment=Assessment.REAL, regressed=True,
                test="Fisher's exact", p=0.0022, adjusted=0.0043, state=ScenarioState.REGRESSED,
            ),
            ScenarioComparison(
                scenario="hours", bot="chatchat", before=_share(3, 3, 0.44, 1.0),
                after=_share(2, 3, 0.2, 0.94), assessment=Assessment.DOUBTFUL, regressed=False,
                test="Fisher's exact", p=1.0, repeats=8, flaky=True,
                state=ScenarioState.UNDECIDED, more_calls=24,
            ),
            ScenarioComparison(
                scenario="weekday", bot="chatchat", before=_share(1, 1, 0.2, 1.0),
                after=_share(1, 1, 0.2, 1.0), assessment=Assessment.NONE, regressed=False,
            ),
        ),
        bots=(
            BotComparison(
                bot="chatchat",
                before=snapshot(prompt="你是退货助手。\n退货期为 7 天。\n回答要简短。"),
                after=snapshot(
                    version="1718867999", prompt="你是退货助手。\n退货期为 15 天。\n回答要简短。"
                ),
                differences=(BotDifference(name="model.temperature", before="0.7", after="0.1"),),
            ),
            BotComparison(bot="other", before=None, after=None, known=False),
        ),
    )  # fmt: skip


def mutation() -> MutationReport:
    survivor = SurvivingMutant(
        operator="number", trial="refund", turn=1, answer=AFTER, original=BEFORE,
        expectations=("contains 退货", "at most 120 characters"), hint="contains: 7 天",
    )  # fmt: skip
    return MutationReport(
        seed=7,
        scores=(
            MutationScore(scenario="refund", mutants=8, killed=5, survivors=(survivor,)),
            MutationScore(scenario="identity", mutants=8, killed=8),
            MutationScore(scenario="voice", mutants=0, killed=0),
        ),
    )


def past() -> tuple[PreviousRun, ...]:
    return tuple(
        PreviousRun(
            run_id=f"20261122-09{n:02}00-aaaa",
            started_at=f"2026-11-22T09:{n:02}:00Z",
            mode=Mode.REPLAY,
            summary=Summary(trials=16, passed=10 + n % 4, failed=6 - n % 4),
            cost=RunCost(tokens=9_000 + 400 * n, polls=40, p50=3.0, p95=4.0 + n % 3),
        )
        for n in range(12)
    )


def rich_run() -> Run:
    results = rich_results()
    rows = [
        TrialRow(
            key=result.key, status=result.status, seconds=result.seconds,
            history="pppfpfpppppp" if result.key.id == "refund" else "pp.ppppppppp",
        )
        for result in results
    ]  # fmt: skip
    of = full_run()
    return replace(
        of,
        mode=Mode.COMPARE,
        rows=tuple(rows),
        summary=replace(of.summary, trials=len(rows), passed=9, failed=4),
        cost=RunCost(tokens=11_000, polls=60, p50=3.2, p95=7.5),
        past=past(),
        comparison=comparison(),
        mutation=mutation(),
    )
