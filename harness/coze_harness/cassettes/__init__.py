"""Recordings of HTTP interactions: kept, read, played. This room knows no bots and no scenarios."""

from coze_harness.cassettes.recording import CANDIDATES, Candidacy, Origin, Recording
from coze_harness.cassettes.recording_transport import Recorder
from coze_harness.cassettes.redaction import Redactor
from coze_harness.cassettes.replay_transport import Tape

__all__ = ["CANDIDATES", "Candidacy", "Origin", "Recorder", "Recording", "Redactor", "Tape"]
