"""The files that a turn sends along, looked at while a mistake still has a line to point to."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from coze_harness.model import Attachment
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.scenarios.case_files import resolve_inside
from coze_harness.scenarios.project_paths import ProjectPaths

_LARGEST: Final = 512 * 1024 * 1024


def attachment(path: str, where: Location, folder: str, project: ProjectPaths) -> Attachment:
    """Return what is attached: a URL as it is, a file with its size and digest.

    The digest is part of what a trial asks, so that a changed file makes its recording stale.

    Raises:
        ScenarioError: the file is missing, outside the project, empty, unreadable, or larger than
            Coze takes (512 MB).
    """
    if path.lower().startswith(("https://", "http://")):
        return Attachment(path)
    found = resolve_inside(path, where, folder, project)
    try:
        with Path(found).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(path, size, where)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as cause:
        raise ScenarioError(
            f'The file "{path}" cannot be read: {cause.strerror}.',
            where=where,
            next_step="Check its permissions.",
        ) from cause
    return Attachment(project.shown(found), size, digest)


def _check_size(path: str, size: int, where: Location) -> None:
    if not size:
        raise ScenarioError(
            f'The file "{path}" is empty (Coze: 4300).',
            where=where,
            next_step="Attach one that holds something.",
        )
    if size > _LARGEST:
        raise ScenarioError(
            f'The file "{path}" has {size / 1024 / 1024:.0f} MB; Coze takes 512 MB (4302).',
            where=where,
            next_step="Attach a smaller one, or give its URL.",
        )
