"""The project's `.env` file: variables for whoever works on this machine, never committed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from coze_harness.config.settings_loader import find_project_root
from coze_harness.messages import message
from coze_harness.model import replace
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location
from coze_harness.model.process_context import ProcessContext

ENV_FILE: Final = ".env"


def with_env_file(process: ProcessContext) -> ProcessContext:
    """Return a context whose environment has the variables of the project's `.env`, too.

    What the environment has wins. Lines are `NAME=value`, as python-dotenv reads them; a name
    without a value is left out, and `${…}` is not replaced.

    Raises:
        SettingsError: the file is not UTF-8 text or has a line of another form.
    """
    variables = _read(find_project_root(process.folder) / ENV_FILE)
    if not variables:
        return process
    return replace(process, environment={**variables, **process.environment})


def _read(path: Path) -> Mapping[str, str]:
    if not path.is_file():
        return {}
    from dotenv.parser import parse_stream  # few projects have the file

    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            message("env_file.unreadable"),
            where=Location(ENV_FILE),
            next_step=message("env_file.unreadable.next"),
        ) from error
    variables: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise SettingsError(
                message("env_file.invalid"),
                where=Location(ENV_FILE, binding.original.line),
                next_step=message("env_file.invalid.next"),
            )
        if binding.key is not None and binding.value is not None:
            variables[binding.key] = binding.value
    return variables
