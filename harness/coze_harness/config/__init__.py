"""A project's settings: harness.yaml, then the environment, then options; the last one wins.

Credentials come from the environment only; a file of the project never contains a secret.
"""

from coze_harness.config.settings import PollSettings, ReportSettings, Settings
from coze_harness.config.settings_loader import load_settings

__all__ = ["PollSettings", "ReportSettings", "Settings", "load_settings"]
