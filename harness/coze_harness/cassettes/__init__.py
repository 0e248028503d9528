"""Recordings of HTTP interactions: record, redact, write, read and replay them.

This room does not know bots or scenarios.
"""

from coze_harness.cassettes.recording import (
    ACCEPT_JOURNAL,
    CANDIDATE_FOLDER,
    JUDGE_SUFFIX,
    LOCK_FILE,
    CandidateInfo,
    JudgeInfo,
    Recording,
    RecordingInfo,
)
from coze_harness.cassettes.recording_transport import RecordingTransport
from coze_harness.cassettes.redaction import Redactor
from coze_harness.cassettes.replay_transport import ReplayTransport

__all__ = [
    "ACCEPT_JOURNAL",
    "CANDIDATE_FOLDER",
    "JUDGE_SUFFIX",
    "LOCK_FILE",
    "CandidateInfo",
    "JudgeInfo",
    "Recording",
    "RecordingInfo",
    "RecordingTransport",
    "Redactor",
    "ReplayTransport",
]
