"""The language of a run's texts goes with its results, also to other processes."""

from __future__ import annotations

import json
import pickle

import pytest
from builders import trial
from coze_harness.cassettes import Redactor
from coze_harness.execution.conversation_runner import error_record
from coze_harness.messages import LANGUAGES, Catalogue, Language, message
from coze_harness.model import TrialStatus, unknown_snapshot
from coze_harness.model.errors import CassetteEditedError
from coze_harness.model.location import Location
from coze_harness.reporting.encoded_result import ResultEncoder
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.wording import Wording
from coze_harness.results.trial_decoding import decode_trial


@pytest.mark.parametrize(("language", "what"), [("en", "The recording was "), ("zh", "录制文件")])
def test_a_worker_writes_texts_in_the_language_of_the_run(language: Language, what: str) -> None:
    error = error_record(CassetteEditedError(Location("cassettes/a.yaml")))
    result = trial(TrialStatus.ERROR, note=error)
    encode = ResultEncoder(Redactor(()), options=PageOptions(language=language))
    in_a_worker = pickle.loads(pickle.dumps(encode))  # noqa: S301
    stored = json.loads(in_a_worker(result).line)["error"]
    assert stored == json.loads(encode(result).line)["error"]
    assert stored["what"].startswith(what)
    assert (stored["kind"], stored["where"]) == ("edited", "cassettes/a.yaml")


def test_why_a_bot_is_unknown_is_in_the_language_of_the_run_and_of_the_page() -> None:
    reason = message("live.version_unknown", version="17")
    result = trial(TrialStatus.PASSED, bot_snapshot=unknown_snapshot(reason, "17"))
    english, chinese = (Catalogue(language).text(reason) for language in LANGUAGES)
    encode = ResultEncoder(Redactor(()), options=PageOptions(language="zh"))
    line = encode(result).line
    assert json.loads(line)["snapshot"]["warning"] == chinese
    read = decode_trial(line)
    assert read.snapshot is not None
    assert read.snapshot.why_unknown == reason
    facts = trial_view(read, Wording("en", both=True)).bot_facts
    assert ("fact.bot_warning", english, chinese) in facts
