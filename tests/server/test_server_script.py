"""Scripts: their keys, and errors in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.model.errors import HarnessError, ScenarioError, ScenarioErrors, UsageError
from coze_harness.server.fault_injection import Fault, FaultKind, Route
from coze_harness.server.script_reader import demo_script, load_script, parse_script
from coze_harness.server.server_process import serve
from server_caller import BOT, Caller, ManualClock, script
from talking import scripted_fault

HEAD = f"bots:\n- id: '{BOT}'\n  name: tester\n"


def error_of(text: str) -> str:
    with pytest.raises(HarnessError) as caught:
        parse_script(text, "bots.yaml")
    assert isinstance(caught.value, ScenarioError)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (f"{HEAD}  promt: x\n", "bots.yaml:4:3", ['"promt"', 'Did you mean "prompt"']),
        (
            f"{HEAD}  answers:\n  - {{prompt: a, anwser: b}}\n",
            "bots.yaml:5:17",
            ['"anwser"', 'Did you mean "answer"', "The keys are:"],
        ),
        (
            f"{HEAD}  answers:\n  - prompt: a\n    faults: [never_end]\n",
            "bots.yaml:6:14",
            ['"never_end"', "never_ends"],
        ),
        (
            f"{HEAD}  answers:\n  - prompt: a\n    order: verbose_first\n",
            "bots.yaml:6:12",
            ["verbose-first"],
        ),
        ("bots:\n- id: 7403\n  name: x\n", "bots.yaml:2:7", ["bots[0].id", '"7403"']),
        (f"{HEAD}  answers:\n  - {{prompt: no, answer: b}}\n", "bots.yaml:5:14", ["text", '"no"']),
        (f"{HEAD}  answers:\n  - {{prompt: a, answer: 5}}\n", "bots.yaml:5:25", ["text", '"5"']),
        (f"{HEAD}  published: no\n", "bots.yaml:4:14", ["`no` as false", "Write false"]),
        (f"seed: 010\n{HEAD}", "bots.yaml:1:7", ["`010` as the number 8", "Write 10"]),
        ("bots:\n- id: '1'\n  name: no\n", "bots.yaml:3:9", ["bots[0].name", '"no"']),
        ("bots:\n- id: chatchat\n  name: x\n", "bots.yaml:2:7", ["bots[0].id"]),
        ("bots: []\n", "bots.yaml:1:7", ["bots"]),
        ("- a\n", "bots.yaml:1:1", ["The script"]),
        (
            f"{HEAD}  answers:\n  - answer: b\n",
            "bots.yaml:5:5",
            ["prompt", "regex", "default"],
        ),
        (
            f"{HEAD}  answers:\n  - {{prompt: a, regex: b}}\n",
            "bots.yaml:5:5",
            ["prompt", "regex", "default"],
        ),
        (
            f"{HEAD}  answers:\n  - {{prompt: a, answer: b, vary: [c]}}\n",
            "bots.yaml:5:5",
            ["answer", "vary"],
        ),
        (f"{HEAD}  answers:\n  - regex: '('\n", "bots.yaml:5:12", ["missing )"]),
        (f"{HEAD}  answers:\n  - {{prompt: a, delay: -1}}\n", "bots.yaml:5:24", ["delay"]),
        (f"{HEAD}  answers:\n  - {{prompt: a, delta: true}}\n", "bots.yaml:5:24", ["delta"]),
        (
            f"{HEAD}  faults: [{{kind: never_ends, at: list}}]\n",
            "bots.yaml:4:12",
            ["never_ends", "list", "chat"],
        ),
        (f"{HEAD}  faults: [{{kind: ends}}]\n", "bots.yaml:4:12", ["ends", "status"]),
        (f"{HEAD}- id: '{BOT}'\n  name: y\n", "bots.yaml:1:1", ["bot", BOT]),
        (f"{HEAD}  id: '2'\n", "bots.yaml:4:3", ["id"]),
        (f"{HEAD}  faults: [{{kind: [ends]}}]\n", "bots.yaml:4:19", ["faults[0].kind", "ends"]),
        (
            f"{HEAD}  answers:\n  - {{prompt: a, follow_ups: [a, b, c, d]}}\n",
            "bots.yaml:5:29",
            ["follow_ups", "3"],
        ),
        (
            f"{HEAD}  answers:\n  - prompt: a\n    requires_action:\n"
            "      calls: [{}]\n      then: {answre: b}\n",
            "bots.yaml:8:14",
            ['"answre"', '"answer"'],
        ),
        (f"{HEAD}  follow_ups: [a]\n", "bots.yaml:4:3", ["follow_ups"]),
    ],
)
def test_an_error_has_its_location(text: str, place: str, words: list[str]) -> None:
    message = error_of(text)
    assert message.startswith(f"{place}: "), message
    for word in words:
        assert word in message
    assert "next: " in message


def test_all_errors_are_reported_at_once() -> None:
    with pytest.raises(ScenarioErrors) as caught:
        parse_script(f"{HEAD}  promt: x\n  modle: y\n  answers: [{{prompt: 1}}]\n", "bots.yaml")
    places = {str(fault.where) for fault in caught.value.errors}
    assert {"bots.yaml:4:3", "bots.yaml:5:3"} <= places


def test_a_missing_file_or_one_that_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.yaml cannot be read"):
        load_script(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"bots: \xff")
    with pytest.raises(ScenarioError):
        load_script(tmp_path / "bad.yaml")


def test_a_script_file_may_start_with_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "机器人.yaml"
    file.write_text(f"\ufeff{HEAD}", encoding="utf-8")
    assert load_script(file).bots[0].name == "tester"


def test_every_kind_of_fault_has_a_default_route() -> None:
    for kind in FaultKind:
        fields = {"status": "expired"} if kind is FaultKind.ENDS else {}
        assert scripted_fault({"kind": kind, **fields}).at in kind.routes


@pytest.mark.parametrize("text", ["1", "1.0", "'1'", "true"])
def test_a_temperature_is_a_number_however_it_is_written(text: str) -> None:
    model = (
        parse_script(f"{HEAD}  model: {{name: m, temperature: {text}}}\n", "x.yaml").bots[0].model
    )
    assert repr(model.temperature) == "1.0"


def test_a_fault_made_in_python_has_the_defaults_of_its_kind() -> None:
    for kind in FaultKind:
        status = "expired" if kind is FaultKind.ENDS else ""
        assert Fault(kind=kind, status=status) == scripted_fault(
            {"kind": kind, **({"status": status} if status else {})}
        )


def answers(answers_yaml: str, *prompts: str) -> list[str]:
    clock = ManualClock()
    with serve(script(answers_yaml), clock=clock) as server, Caller(server) as caller:
        return [caller.answer(clock, prompt) for prompt in prompts]


def test_the_first_entry_that_fits_answers_and_the_default_comes_last() -> None:
    entries = """
- {default: true, answer: default}
- {prompt: [甲, 乙], answer: exact}
- {regex: 甲, answer: pattern}
"""
    assert answers(entries, "甲", "乙", "甲甲", "丙") == ["exact", "exact", "pattern", "default"]


def test_groups_variables_and_the_prompt_fill_the_answer() -> None:
    entries = """
- regex: 去(?P<city>.+)
  answer: "{{ city }}/{{prompt}}/{{ turn }}/{{ unknown }}"
  tools: [{name: f, arguments: {city: "{{ city }}"}, output: {"{": "{{ city }}"}}]
"""
    assert answers(entries, '去"京"') == ['"京"/去"京"/1/{{ unknown }}']


def test_custom_variables_override_the_bot_s_variables() -> None:
    server_script = script(
        "- {default: true, answer: '{{ tone }}-{{ place }}'}",
        bot="variables: {tone: plain, place: here}",
    )
    clock = ManualClock()
    with serve(server_script, clock=clock) as server, Caller(server) as caller:
        assert caller.answer(clock, "x", custom_variables={"tone": "formal"}) == "formal-here"


def test_varying_answers_repeat_in_a_cycle() -> None:
    entries = "- {prompt: 推荐, vary: [一, 二]}\n- {prompt: other, vary: [x]}"
    assert answers(entries, "推荐", "other", "推荐", "推荐") == ["一", "x", "二", "一"]


def test_several_answers_are_several_messages() -> None:
    assert answers("- {default: true, answer: [one, two]}", "x") == ["one\ntwo"]


@pytest.mark.parametrize(
    ("order", "types"),
    [
        ("chronological", "knowledge function_call tool_response answer verbose follow_up"),
        ("answer-first", "answer knowledge function_call tool_response verbose follow_up"),
        ("verbose-first", "verbose knowledge function_call tool_response answer follow_up"),
        ("tools-first", "knowledge function_call tool_response verbose answer follow_up"),
    ],
)
def test_the_order_of_the_list(order: str, types: str) -> None:
    types_in_list = listing(order, count=1)[0]
    assert types_in_list == types.split()


def test_a_shuffled_list_differs_from_chat_to_chat() -> None:
    lists = listing("shuffled", count=12)
    assert len({tuple(one) for one in lists}) > 1
    assert {tuple(sorted(one)) for one in lists} == {tuple(sorted(lists[0]))}


def listing(order: str, *, count: int) -> list[list[str]]:
    server_script = script(
        f"""
- default: true
  order: {order}
  knowledge: [k]
  tools: [{{name: f}}]
  answer: a
  follow_ups: [u]
"""
    )
    clock = ManualClock()
    lists = []
    with serve(server_script, clock=clock) as server, Caller(server) as caller:
        for _ in range(count):
            chat = caller.chat("x")["data"]
            assert caller.messages(chat)["data"] == []  # not yet
            clock.at += 1
            lists.append([message["type"] for message in caller.messages(chat)["data"]])
    return lists


def test_answers_have_the_smallest_ids() -> None:
    clock = ManualClock()
    server_script = script("- {default: true, tools: [{name: f}], answer: a}")
    with serve(server_script, clock=clock) as server, Caller(server) as caller:
        chat = caller.chat("x")["data"]
        clock.at += 1
        messages = caller.messages(chat)["data"]
    assert min(messages, key=lambda message: int(message["id"]))["type"] == "answer"
    assert int(chat["conversation_id"]) < int(chat["id"]) < min(int(m["id"]) for m in messages)


def test_usage_is_counted_or_given() -> None:
    server_script = script(
        "- {prompt: given, answer: a, usage: {input: 7, output: 5}}\n"
        "- {default: true, answer: 一二三四五六七八}"
    )
    clock = ManualClock()
    with serve(server_script, clock=clock) as server, Caller(server) as caller:
        chats = [caller.chat(prompt)["data"] for prompt in ("given", "x", "x")]
        clock.at += 1
        usages = [caller.retrieve(chat)["data"]["usage"] for chat in chats]
    assert usages[0] == {"token_count": 12, "output_count": 5, "input_count": 7}
    assert usages[1] == usages[2]
    assert usages[1]["output_count"] == 7


def test_the_answers_of_the_demo() -> None:
    clock = ManualClock()
    with serve(demo_script(), clock=clock) as server, Caller(server) as caller:

        def ask(prompt: str, conversation: str = "", bot: str = BOT) -> str:
            return caller.answer(clock, prompt, conversation, bot_id=bot)

        assert ask("2024年10月1日是星期几?") == "2024年10月1日是星期三。"
        assert ask("2024年10月1日是星期几?", bot="7403320000000000002").endswith("星期二。")
        books = [ask("推荐一本书。") for _ in range(4)]
        assert len(set(books)) == 3
        assert books[3] == books[0]
        assert "拉萨" in ask("请用一句话介绍拉萨。")
        assert ask("没有人问过的问题").startswith("这个问题不在")
        conversation = caller.call("POST", "/v1/conversation/create")["data"]["id"]
        assert (
            ask("我叫小林,我喜欢青色。请记住。", conversation) == "你好,小林!我记住了:你喜欢青色。"
        )
        assert ask("我叫什么名字?", conversation) == "你叫小林。"
        assert ask("我喜欢什么颜色?", conversation) == "你喜欢青色。"
        assert ask("请把它们合成一句话。", conversation) == "小林喜欢青色。🎨"
        assert ask("我喜欢什么颜色?") == "你还没有告诉我你喜欢的颜色。"
        assert ask("My favourite colour is teal.", conversation) == "Noted, teal."
        assert ask("Which colour did I name?", conversation) == "You named teal."


DOCUMENTATION = Path(__file__).parents[2] / "docs" / "server.md"


def test_the_documented_script_is_valid() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    basic, halt, workflows, faults = (part.split("```")[0] for part in text.split("```yaml\n")[1:])
    parsed = parse_script(basic + halt + faults + workflows, "server.md")
    kinds = [fault.kind for fault in parsed.bots[0].answers[4].faults]
    assert kinds == ["never_ends", "refuse", "unavailable", "failed"]
    assert parsed.workflows[0].answers


def test_the_documentation_names_every_kind_of_fault_and_route() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    assert [word for word in (*FaultKind, *Route) if f"`{word}`" not in text] == []
