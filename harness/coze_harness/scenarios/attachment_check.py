"""The files that a turn sends along, checked while an error can still name its line."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import Attachment
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.scenarios.case_files import resolve_inside
from coze_harness.scenarios.project_paths import ProjectPaths

_MAX_SIZE: Final = 512 * 1024 * 1024


def read_attachment(path: str, where: Location, folder: str, project: ProjectPaths) -> Attachment:
    """Return an attachment: a URL as it is, a file with its size and digest.

    The digest is part of a trial's requests, so that a changed file makes its recording stale.

    Raises:
        ScenarioError: the file is missing, outside the project, empty, unreadable, or larger than
            Coze takes (512 MB).
    """
    if path.lower().startswith(("https://", "http://")):
        return Attachment(path)
    file_path = resolve_inside(path, where, folder, project)
    try:
        with Path(file_path).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(path, size, where)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ScenarioError(
            message("attachment.unreadable", path=path, reason=os_error_reason(error)),
            where=where,
            next_step=message("file.unreadable.next"),
        ) from error
    return Attachment(project.display_path(file_path), size, digest)


def _check_size(path: str, size: int, where: Location) -> None:
    if not size:
        raise ScenarioError(
            message("attachment.empty", path=path),
            where=where,
            next_step=message("attachment.empty.next"),
        )
    if size > _MAX_SIZE:
        raise ScenarioError(
            message("attachment.size", path=path, megabytes=round(size / 1024 / 1024)),
            where=where,
            next_step=message("attachment.size.next"),
        )
