"""A project's settings: harness.yaml, then the environment, then options; the last one wins.

Credentials come from the environment only; a file of the project never contains a secret.
"""

from coze_harness.config.settings import PollSettings, ReportSettings, Settings, SettingsOverrides
from coze_harness.config.settings_loader import load_settings

__all__ = ["PollSettings", "ReportSettings", "Settings", "SettingsOverrides", "load_settings"]
