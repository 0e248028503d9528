"""Which method lists the messages: POST first, GET where that is not there."""

from __future__ import annotations

import pytest
from coze_harness.coze import ListMethod
from coze_harness.coze.coze_conversation import CozeConversation
from coze_harness.model import ChatOptions, HttpResponse, Target
from coze_harness.model.errors import ApiError, PayloadError
from talking import (
    BOT,
    QUICK_POLLING,
    QUICK_RETRY,
    ScriptedDriver,
    chat_response,
    error_response,
    json_response,
    messages_response,
    turn,
)

PLAIN = json_response(b"404 page not found", 404)
FALLBACKS = [
    PLAIN,
    error_response(405, 405),
    error_response(404, 404),
    json_response(b"<html>", 200),
    json_response(b"", 200),
]


def conversation(known: ListMethod) -> CozeConversation:
    return CozeConversation(
        Target(name="tester", id=BOT), ChatOptions(user_id="0"), QUICK_POLLING, QUICK_RETRY, known
    )


def methods(driver: ScriptedDriver) -> list[str]:
    return [call.method for call in driver.calls if call.path.endswith("/list")]


@pytest.mark.parametrize("first", FALLBACKS)
def test_get_is_tried_once_and_remembered_for_other_conversations(first: HttpResponse) -> None:
    known = ListMethod()
    driver = ScriptedDriver([chat_response("completed"), first, messages_response("好")])
    assert driver.drive(conversation(known).run_turn(turn())).answer == "好"
    assert methods(driver) == ["POST", "GET"]
    again = ScriptedDriver([chat_response("completed"), messages_response("好")])
    again.drive(conversation(known).run_turn(turn()))
    assert methods(again) == ["GET"]


def test_post_is_used_again_if_it_was_answered() -> None:
    known = ListMethod()
    driver = ScriptedDriver(
        [chat_response("completed"), error_response(5000), messages_response("好")]
    )
    driver.drive(conversation(known).run_turn(turn()))
    assert methods(driver) == ["POST", "POST"]
    assert not known.uses_get


def test_a_rejection_is_reported_without_another_method() -> None:
    driver = ScriptedDriver([chat_response("completed"), error_response(4101)])
    with pytest.raises(ApiError) as caught:
        driver.drive(conversation(ListMethod()).run_turn(turn()))
    assert caught.value.code == 4101
    assert methods(driver) == ["POST"]


def test_no_method_is_remembered_if_neither_works() -> None:
    known = ListMethod()
    driver = ScriptedDriver([chat_response("completed"), *[json_response(b"<html>", 502)] * 6])
    with pytest.raises(PayloadError, match="502"):
        driver.drive(conversation(known).run_turn(turn()))
    assert methods(driver) == ["POST", *["GET"] * 5]
    assert not known.uses_get


def test_the_attempt_by_get_replaces_the_rejected_one() -> None:
    driver = ScriptedDriver([chat_response("completed"), PLAIN, messages_response("好")])
    driver.drive(conversation(ListMethod()).run_turn(turn()))
    assert [call.attempt for call in driver.calls] == [1, 1, 2]
