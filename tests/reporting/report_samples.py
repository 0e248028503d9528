"""A run that shows everything a report has to show."""

from __future__ import annotations

from builders import (
    error,
    exchanges,
    failed_verdict,
    key,
    message,
    reply,
    run,
    snapshot,
    trial,
    turn,
    verdict,
)
from coze_harness.model import (
    RequiredPassRate,
    Run,
    Severity,
    TrialResult,
    TrialStatus,
    VerdictStatus,
)
from coze_harness.model.location import Location


def _wednesday() -> TrialResult:
    answer = "2024年10月1日是星期三。"
    return trial(
        TrialStatus.KNOWN_FAILURE,
        trial_key=key("weekday", file="scenarios/weekday.yaml", tags=["known"]),
        turns=[
            turn(
                "2024年10月1日是星期几？",
                reply(
                    messages=[
                        message(
                            '{"name":"calendar","arguments":{"date":"2024-10-01"}}',
                            type="function_call",
                        ),
                        message("星期二", type="tool_response"),
                        message(answer, reasoning="日历说是星期二，但是……"),
                        message('{"msg_type":"generate_answer_finish"}', type="verbose"),
                        message("国庆节放几天假？", type="follow_up"),
                        message("那一天有什么活动？", type="follow_up"),
                    ],
                    tool_calls={"calendar": {"date": "2024-10-01"}},
                ),
                [
                    failed_verdict(
                        "the answer lacks “星期二”.",
                        expected="星期二",
                        actual=answer,
                        evidence=((11, 14),),
                    )
                ],
            )
        ],
        known_failure="the documentation's own sample gets the weekday wrong",
    )


def _hours() -> TrialResult:
    answer = "我们每天 10:00 开门，20:00 关门。节假日请以公告为准。"
    return trial(
        TrialStatus.FAILED,
        trial_key=key(
            "hours[北京]",
            scenario="hours",
            case="北京",
            file="scenarios/hours.yaml",
            tags=["smoke", "营业"],
        ),
        turns=[
            turn(
                "你好",
                reply("您好！有什么可以帮您？"),
                [verdict(expected="您好", evidence=((0, 2),))],
            ),
            turn(
                "北京的店几点开门？",
                reply(
                    messages=[message(answer), message("还想了解周末的时间吗？", type="follow_up")]
                ),
                [
                    failed_verdict("the answer lacks “九点”.", actual=answer, evidence=((5, 10),)),
                    verdict(
                        kind="length", expected="at most 120 characters", actual="29 characters"
                    ),
                    failed_verdict(
                        "0.58 is below 0.60.",
                        kind="similar",
                        expected="at least 0.60 like 我们每天九点开门。",
                        actual=answer,
                        severity=Severity.WARNING,
                        score=0.58,
                        name="close to the approved answer",
                    ),
                    verdict(
                        VerdictStatus.SKIPPED,
                        kind="first_token",
                        expected="at most 2 s",
                        actual="",
                        reason="not a stream: no first token was recorded",
                    ),
                ],
            ),
        ],
        seconds=7.5,
        bot_snapshot=snapshot(),
        warnings=["the bot could not be read: the token lacks the permission getMetadata"],
    )


def everything() -> list[TrialResult]:
    """Each status, several turns, tools, reasoning, warnings, an error with a next step."""
    return [
        trial(),
        _hours(),
        trial(
            TrialStatus.FAILED,
            trial_key=key(
                "hours[上海]", scenario="hours", case="上海", file="scenarios/hours.yaml"
            ),
            turns=[
                turn(
                    "上海的店几点开门？",
                    reply("早上十点。"),
                    [failed_verdict("the answer lacks “九点”.", actual="早上十点。")],
                )
            ],
        ),
        trial(
            TrialStatus.ERROR,
            trial_key=key("orders", file="scenarios/orders.yaml"),
            turns=[
                turn("我的订单到哪里了？", no_reply=True, verdicts=[]),
            ],
            note=error(
                "The next request is not what the cassette holds (interaction 4 of 6).",
                kind="mismatch",
                where="cassettes/orders.yaml:88",
                next_step="if the new prompt is intended: coze-harness record orders",
                detail=[
                    'recorded  POST /v3/chat  content = "订单状态？"',
                    'now       POST /v3/chat  content = "我的订单到哪里了？"',
                ],
                log_id="20241122103012ABCDEF",
            ),
            http=exchanges(1),
        ),
        _wednesday(),
        trial(
            TrialStatus.FIXED,
            trial_key=key("greeting", file="scenarios/greeting.yaml"),
            known_failure="the bot forgot its name",
        ),
        trial(
            TrialStatus.SKIPPED,
            trial_key=key("voice", file="scenarios/voice.yaml"),
            turns=[
                turn(verdicts=[verdict(VerdictStatus.SKIPPED, reason="no audio was recorded")]),
            ],
        ),
        *(
            trial(
                trial_key=key(
                    f"repeat#{n}", scenario="repeat", trial=n, file="scenarios/repeat.yaml"
                ),
                turns=[
                    turn(
                        "讲一个关于桥的故事。",
                        reply(
                            "南京市长江大桥欢迎您。" * 6,
                            first_token=0.4,
                        ),
                        [
                            verdict(expected="长江大桥", evidence=((3, 7),)),
                            verdict(
                                kind="tokens",
                                expected="at most 800",
                                actual="633",
                                location=Location("scenarios/repeat.yaml", 14, 9),
                            ),
                        ],
                    )
                ],
            )
            for n in range(1, 7)
        ),
    ]


def full_run() -> Run:
    return run(
        everything(),
        warnings=2,
        pass_rates=[
            RequiredPassRate(
                scenario="hours", bot="chatchat", trials=2, passed=0, required=1.0, met=False
            ),
            RequiredPassRate(
                scenario="repeat", bot="chatchat", trials=6, passed=6, required=0.8, met=True
            ),
        ],
    )
