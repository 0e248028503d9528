"""trials.jsonl, line by line: its keys, and that nothing is lost between writing and reading."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from builders import error, failed_verdict, key, message, reply, snapshot, trial, turn, verdict
from coze_harness.messages import LITERAL, Catalogue, LocalizedText, literal
from coze_harness.messages import message as localized_text
from coze_harness.model import (
    JSON,
    AnswerChange,
    BotSnapshot,
    ChangeKind,
    ErrorRecord,
    LoggedCall,
    Message,
    Reply,
    Severity,
    ToolCall,
    TrialChange,
    TrialKey,
    TrialResult,
    TrialStatus,
    TurnChange,
    TurnResult,
    Usage,
    Verdict,
    VerdictChange,
    VerdictStatus,
    replace,
)
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results import decode_trial, encode_trial
from hypothesis import given, settings
from hypothesis import strategies as st
from scale import scale_down

LINE_KEYS = [
    "id",
    "scenario",
    "file",
    "line",
    "bot",
    "case",
    "trial",
    "tags",
    "status",
    "cassette",
    "seconds",
    "turns",
    "interactions",
    "error",
    "calls",
    "known_failure",
    "warnings",
    "bot_id",
    "snapshot",
    "recorded_at",
    "change",
]
TURN_KEYS = [
    "prompt",
    "answer",
    "messages",
    "chat_id",
    "conversation_id",
    "log_id",
    "status",
    "usage",
    "seconds",
    "first_token",
    "polls",
    "tool_calls",
    "error_code",
    "error_message",
    "verdicts",
    "attached",
]
VERDICT_KEYS = [
    "kind",
    "status",
    "expected",
    "actual",
    "reason",
    "location",
    "line",
    "column",
    "name",
    "weight",
    "severity",
    "score",
    "evidence",
    "messages",
]


def test_a_line_has_the_keys_that_readers_are_promised() -> None:
    result = trial(
        TrialStatus.ERROR,
        turns=[turn(verdicts=[failed_verdict()])],
        note=error(),
        bot_snapshot=snapshot(),
    )
    line = json.loads(encode_trial(result))
    assert list(line) == LINE_KEYS
    assert list(line["turns"][0]) == TURN_KEYS
    assert list(line["turns"][0]["verdicts"][0]) == VERDICT_KEYS
    assert set(line["turns"][0]["messages"][0]) == {
        "id",
        "role",
        "type",
        "content",
        "content_type",
        "reasoning",
    }
    assert set(line["interactions"][0]) == {
        "method",
        "path",
        "status",
        "start",
        "elapsed",
        "repeats",
        "code",
        "body",
    }
    assert set(line["error"]) == {
        "kind",
        "what",
        "where",
        "next_step",
        "exit_code",
        "detail",
        "log_id",
        "messages",
    }


def test_a_line_has_the_answer_and_locations_as_people_read_them() -> None:
    two = reply(messages=[message("九点"), message("想问什么?", type="follow_up"), message("开门")])
    line = json.loads(encode_trial(trial(turns=[turn(turn_reply=two)])))
    assert line["turns"][0]["answer"] == "九点\n开门"
    assert line["turns"][0]["verdicts"][0]["location"] == "scenarios/identity.yaml:9:9"
    assert line["turns"][0]["usage"] == {"total": 633, "input": 500, "output": 133}
    assert line["status"] == "passed"


def test_a_line_is_one_line_and_chinese_stays_readable() -> None:
    line = encode_trial(trial(turns=[turn("第一行\n第二行\u2028第三行")]))
    assert line.count(b"\n") == 1
    assert line.endswith(b"}\n")
    assert "第一行".encode() in line


def test_a_turn_without_a_reply_comes_back_without_one() -> None:
    result = trial(TrialStatus.ERROR, turns=[turn(no_reply=True, verdicts=[])], note=error())
    assert json.loads(encode_trial(result))["turns"][0]["answer"] is None
    assert decode_trial(encode_trial(result)) == result


@pytest.mark.parametrize(
    "text",
    [
        "half \ud83d of a pair",
        "\udcff.yaml",
        "\x00\x1b[31m\x7f\x85",
        "\u202e\u2066",
        "🤖👨‍👩‍👧",
        "ＡＢＣ",
        "e\u0301",
    ],
)
def test_any_text_in_any_field_comes_back_as_it_was(text: str) -> None:
    result = trial(
        trial_key=key(text, file=text, case=text, bot=text, tags=[text]),
        turns=[
            turn(
                text,
                reply(messages=[message(text, reasoning=text)], tool_calls={text: {text: text}}),
                [verdict(expected=text, actual=text, reason=text, location=Location(text, 3, 4))],
            )
        ],
        note=error(text, detail=[text]),
        warnings=[text],
    )
    assert decode_trial(encode_trial(result)) == result


def test_warnings_are_stored_in_the_runs_language_and_as_data() -> None:
    warning = localized_text(
        "candidate.nothing_to_compare", reason=localized_text("cassette.empty")
    )
    result = trial(warnings=[warning, "data"])
    line = encode_trial(result, Catalogue("zh"))
    stored = json.loads(line)
    assert stored["warnings"] == ["没有可对比的基线：文件为空。", "data"]
    assert stored["warning_messages"][0]["id"] == warning.id
    assert decode_trial(line) == result
    assert "warning_messages" not in json.loads(encode_trial(trial(warnings=["data"])))


def test_what_json_parsers_round_or_refuse_is_kept() -> None:
    arguments: dict[str, JSON] = {"long": 2**80, "deep": MappingProxyType({"a": (1, 2)})}
    decoded_trial = decode_trial(
        encode_trial(trial(turns=[turn(turn_reply=reply(tool_calls={"t": arguments}))]))
    )
    stored_reply = decoded_trial.turns[0].reply
    assert stored_reply is not None
    assert stored_reply.tool_calls[0].arguments == {"long": 2**80, "deep": {"a": [1, 2]}}


@pytest.mark.parametrize("of_the_baseline", [False, True])
def test_arguments_that_are_nested_too_deeply_do_not_lose_the_trial(of_the_baseline: bool) -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    result = trial(turns=[turn(turn_reply=reply(tool_calls={"t": nested}))])  # type: ignore[dict-item]  # JSON is a recursive alias
    if of_the_baseline:
        change = TrialChange(kind=ChangeKind.SAME, baseline=result)
        stored_change = decode_trial(encode_trial(replace(trial(), change=change))).change
        assert stored_change is not None
        assert stored_change.baseline is not None
        decoded_trial = stored_change.baseline
    else:
        decoded_trial = decode_trial(encode_trial(result))
    assert decoded_trial.key == result.key
    stored_reply = decoded_trial.turns[0].reply
    assert stored_reply is not None
    assert stored_reply.tool_calls[0].arguments == "(nested too deep to be kept)"
    while nested:  # taken apart by hand: freeing it in one go would overflow the stack
        nested = nested.pop()  # type: ignore[assignment]  # a list in a list


def test_a_line_of_the_first_version_is_still_read() -> None:
    result = trial(
        TrialStatus.FAILED, turns=[turn(verdicts=[failed_verdict()])], bot_snapshot=snapshot()
    )
    line = json.loads(encode_trial(result))
    for name in ("recorded_at", "change"):
        del line[name]
    del line["turns"][0]["attached"]
    for interaction in line["interactions"]:
        del interaction["code"], interaction["body"]
    assert decode_trial(json.dumps(line).encode()) == result


def test_only_a_turn_whose_pace_is_known_has_the_key() -> None:
    trial_with_pace = trial(
        turns=[turn(turn_reply=reply("好😀。", pace=((480, 1), (50, 2)))), turn()]
    )
    line = encode_trial(trial_with_pace)
    first, second = json.loads(line)["turns"]
    assert first["pace"] == [[480, 1], [50, 2]]
    assert "pace" not in second
    assert decode_trial(line) == trial_with_pace


def test_a_baseline_repeats_of_its_key_only_what_differs() -> None:
    before = trial(trial_key=key(bot="old", cassette="cassettes/identity.yaml"))
    own = trial(trial_key=key(bot="new", cassette=".candidates/identity.yaml"))
    line = json.loads(
        encode_trial(replace(own, change=TrialChange(kind=ChangeKind.SAME, baseline=before)))
    )
    baseline = line["change"]["baseline"]
    assert (baseline["bot"], baseline["cassette"]) == ("old", "cassettes/identity.yaml")
    assert not {"id", "scenario", "file", "tags", "change"} & set(baseline)


def test_unknown_keys_of_a_later_version_are_ignored() -> None:
    result = trial()
    line = json.loads(encode_trial(result))
    line["new"] = {"a": 1}
    line["turns"][0]["new"] = line["turns"][0]["messages"][0]["new"] = 1
    assert decode_trial(json.dumps(line).encode()) == result


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "a", "scen', "truncated"),
        (b"[1]", "Expected `object`"),
        (b"\x00\x00", "malformed"),
        (b"{}", "missing"),
        (b"[" * 5000, "Expected `object`"),
    ],
)
def test_an_invalid_line_is_an_error_with_a_reason(line: bytes, reason: str) -> None:
    with pytest.raises(ResultsError, match=reason) as caught:
        decode_trial(line)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("status",), "great"),
        (("id",), 7),
        (("tags",), "smoke"),
        (("line",), "2"),
        (("seconds",), None),
        (("turns",), {}),
        (("turns", 0), 3),
        (("turns", 0, "prompt"), 3),
        (("turns", 0, "messages", 0, "content"), {"a": 1}),
        (("turns", 0, "verdicts", 0, "status"), []),
        (("turns", 0, "verdicts", 0, "location"), "elsewhere"),
        (("turns", 0, "verdicts", 0, "evidence"), [[1]]),
        (("turns", 0, "usage"), [1]),
        (("interactions", 0, "status"), "200"),
        (("error",), "it broke"),
        (("recorded_at",), 3),
        (("turns", 0, "attached"), "map.png"),
        (("turns", 0, "pace"), [[480]]),
        (("turns", 0, "pace"), [[480, 1.5]]),
        (("interactions", 0, "code"), "0"),
        (("interactions", 0, "body"), None),
        (("change",), "regressed"),
        (("change",), {"kind": "worse", "turns": [], "baseline": None}),
        (("change",), {"kind": "same", "turns": [], "baseline": 3}),
        (("change",), {"kind": "same", "turns": [{"answer": "same"}], "baseline": None}),
    ],
)
def test_a_value_of_another_type_is_rejected(path: tuple[str | int, ...], value: object) -> None:
    line = json.loads(encode_trial(trial()))
    inner = line
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    with pytest.raises(ResultsError):
        decode_trial(json.dumps(line).encode())


# Two half pairs side by side are one character in JSON, so text is drawn without surrogates here;
# single ones are tested above.
texts = st.text(max_size=12)
whole = st.integers(min_value=-(2**70), max_value=2**70)
seconds = st.floats(min_value=0, max_value=1e6, allow_nan=False)
json_values = st.recursive(
    st.none() | st.booleans() | whole | seconds | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
places = st.builds(Location, texts, st.integers(0, 9), st.integers(0, 9))
messages = st.builds(
    Message,
    id=texts,
    role=texts,
    type=st.sampled_from(["answer", "follow_up", "verbose", "function_call", "新"]),
    content=texts,
    content_type=texts,
    reasoning=texts,
)
replies = st.builds(
    Reply,
    chat_id=texts,
    conversation_id=texts,
    log_id=texts,
    status=texts,
    messages=st.lists(messages, max_size=3).map(tuple),
    usage=st.none() | st.builds(Usage, total=whole, input=whole, output=whole),
    seconds=st.none() | seconds,
    first_token=st.none() | seconds,
    poll_count=whole,
    tool_calls=st.lists(st.builds(ToolCall, name=texts, arguments=json_values), max_size=2).map(
        tuple
    ),
    error_code=whole,
    error_message=texts,
    pace=st.lists(st.tuples(whole, whole), max_size=3).map(tuple),
)
data = texts.map(literal)
ids = texts.filter(lambda text: text not in ("", LITERAL))
values = texts | whole | seconds | data
catalogue_texts = st.builds(
    LocalizedText,
    ids,
    st.dictionaries(texts, values | st.lists(texts | data, max_size=2).map(tuple), max_size=3),
)
any_texts = data | catalogue_texts
verdicts = st.builds(
    Verdict,
    kind=texts,
    status=st.sampled_from(VerdictStatus),
    expected=any_texts,
    actual=any_texts,
    reason=any_texts,
    location=places,
    name=texts,
    weight=seconds,
    severity=st.sampled_from(Severity),
    score=st.none() | seconds,
    evidence=st.lists(st.tuples(whole, whole), max_size=2).map(tuple),
)
lines_of_text = st.lists(texts, max_size=2).map(tuple)
keys = st.builds(
    TrialKey,
    id=texts,
    scenario=texts,
    file=texts,
    line=whole,
    bot=texts,
    case=texts,
    trial=whole,
    tags=lines_of_text,
    cassette=texts,
)
alone = st.builds(
    TrialResult,
    key=keys,
    status=st.sampled_from(TrialStatus),
    seconds=seconds,
    turns=st.lists(
        st.builds(
            TurnResult,
            prompt=texts,
            reply=st.none() | replies,
            verdicts=st.lists(verdicts, max_size=2).map(tuple),
            attached=lines_of_text,
        ),
        max_size=2,
    ).map(tuple),
    http_log=st.lists(
        st.builds(
            LoggedCall, texts, texts, whole, seconds, seconds, whole, st.none() | whole, texts
        ),
        max_size=2,
    ).map(tuple),
    request_count=whole,
    error=st.none()
    | st.builds(
        ErrorRecord,
        kind=texts,
        what=any_texts,
        where=texts,
        next_step=any_texts,
        exit_code=whole,
        detail=st.lists(any_texts, max_size=2).map(tuple),
        log_id=texts,
    ),
    known_failure=texts,
    warnings=st.lists(any_texts, max_size=2).map(tuple),
    bot_id=texts,
    snapshot=st.none()
    | st.builds(
        BotSnapshot,
        version=texts,
        model=texts,
        prompt=texts,
        details=st.dictionaries(texts, json_values, max_size=2),
        warning=texts,
    ),
    recorded_at=texts,
)
statuses = st.none() | st.sampled_from(VerdictStatus)
flips = st.builds(
    VerdictChange,
    kind=texts,
    name=texts,
    expected=any_texts,
    location=places,
    before=statuses,
    after=statuses,
    severity=st.sampled_from(Severity),
)
changes = st.builds(
    TrialChange,
    kind=st.sampled_from(ChangeKind),
    baseline=st.none() | alone,
    turns=st.lists(
        st.builds(
            TurnChange,
            answer=st.sampled_from(AnswerChange),
            similarity=seconds,
            verdict_changes=st.lists(flips, max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)
results = alone | st.builds(lambda result, change: replace(result, change=change), alone, changes)


@settings(max_examples=scale_down(300), deadline=None)
@given(results)
def test_every_trial_comes_back_equal(result: TrialResult) -> None:
    line = encode_trial(result)
    assert line.index(b"\n") == len(line) - 1
    assert decode_trial(line) == result


@settings(max_examples=scale_down(200), deadline=None)
@given(results, st.integers(0, 4000))
def test_a_torn_line_is_never_taken_for_a_trial(result: TrialResult, at: int) -> None:
    line = encode_trial(result)
    with pytest.raises(ResultsError):
        decode_trial(line[: at % (len(line) - 1)])


def test_a_turn_has_a_reply_if_it_has_a_status() -> None:
    result = trial(turns=[turn(turn_reply=replace(reply(), status=""))])
    assert decode_trial(encode_trial(result)) == result
