"""Recordings of HTTP interactions: kept, read, played. This room knows no bots and no scenarios."""

from harness.cassette.recorder import Recorder
from harness.cassette.recording import CANDIDATES, Candidacy, Origin, Recording
from harness.cassette.redaction import Redactor
from harness.cassette.tape import Tape

__all__ = ["CANDIDATES", "Candidacy", "Origin", "Recorder", "Recording", "Redactor", "Tape"]
