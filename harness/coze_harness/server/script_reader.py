"""Reading a script from YAML, with the place of every error."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model.errors import ScenarioError, ScenarioErrors, UsageError
from coze_harness.server.script_schema import ServerScript
from coze_harness.yaml_source import read_yaml
from coze_harness.yaml_source.record_schema import read_record
from coze_harness.yaml_source.unquoted_text import find_unquoted_faults, without_repeated_places

_DEMO = "demo.yaml"


def load_script(path: Path) -> ServerScript:
    """Return the script in a YAML file.

    Raises:
        UsageError: the file cannot be read.
        ScenarioError: it is not YAML, or not a script.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(
            message("script.unreadable", path=str(path), reason=os_error_reason(error)),
            next_step=message("script.unreadable.next"),
        ) from error
    return parse_script(source, str(path))


def demo_script() -> ServerScript:
    """Return the script that ships with the program."""
    return parse_script(resources.files("coze_harness.server").joinpath(_DEMO).read_bytes(), _DEMO)


def parse_script(source: bytes | str, path: str) -> ServerScript:
    """Return the script in a YAML text; errors name `path`.

    Raises:
        ScenarioError: the text is not YAML, or not a script; with several errors, `ScenarioErrors`.
    """
    document = read_yaml(source, path, ScenarioError)
    if not isinstance(document.data, dict):
        raise ScenarioError(
            message("script.type"),
            where=document.positions.at(),
            next_step=message("script.type.next"),
        )
    faults = find_unquoted_faults(document)
    script = read_record(ServerScript, document.data, document.positions)
    if isinstance(script, ServerScript):
        if not faults:
            return script
    else:
        faults += script
    errors = [
        ScenarioError(mismatch.what, where=mismatch.where, next_step=mismatch.next_step)
        for mismatch in sorted(
            without_repeated_places(faults), key=lambda one: (one.where.line, one.where.column)
        )
    ]
    raise errors[0] if len(errors) == 1 else ScenarioErrors(errors)
