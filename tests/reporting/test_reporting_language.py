"""The language of a run's texts goes with its results, also to other processes."""

from __future__ import annotations

import json
import pickle

import pytest
from builders import trial
from coze_harness.cassettes import Redactor
from coze_harness.execution.conversation_runner import error_record
from coze_harness.messages import Language
from coze_harness.model import TrialStatus
from coze_harness.model.errors import CassetteEditedError
from coze_harness.model.location import Location
from coze_harness.reporting.encoded_result import ResultEncoder
from coze_harness.reporting.page_options import PageOptions


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
