"""promptfoo's prompts: texts, files of several, chats in JSON or YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.importing.imported_scenario import ImportFinding, NotImportableError
from coze_harness.importing.referenced_files import (
    ReferencedFiles,
    is_reference,
    mapping,
    read_document,
    read_text,
    table_rows,
)
from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, SourcePositions
from coze_harness.yaml_source import read_yaml

_TEXT_FILES: Final = (".txt", ".md", ".j2", ".json", ".yaml", ".yml", ".csv")
_SEPARATOR: Final = re.compile(r"^---\s*$", re.MULTILINE)
_DUMP: Final = re.compile(r"\|\s*dump\b")


class ForeignPrompt(Struct, frozen=True):
    """A prompt: the last message of the user, and the messages before it."""

    text: str
    where: Location
    label: str = ""
    history: tuple[Mapping[str, str], ...] = ()


class PromptReader:
    """Reads the prompts of one configuration; what cannot be read becomes a finding."""

    def __init__(self, files: ReferencedFiles, findings: list[ImportFinding]) -> None:
        self._files = files
        self._findings = findings

    def read(self, value: JSON, root: SourcePositions) -> list[ForeignPrompt]:
        """Return the prompts that `prompts:` in the document at `root` declares."""
        if value is None:
            # promptfoo's own default: the test says what to send.
            return [ForeignPrompt("{{ prompt }}", root.at())]
        positions = root.below("prompts")
        items = [(value, positions.at())]
        if isinstance(value, list):
            items = [(item, positions.at(index)) for index, item in enumerate(value)]
        elif isinstance(value, dict):
            items = [({"id": k, "label": label}, positions.key(k)) for k, label in value.items()]
        prompts: list[ForeignPrompt] = []
        for item, where in items:
            try:
                prompts += self._read_prompts(item, where)
            except ScenarioError as error:
                what = message("import.no_prompt", reason=error.what)
                self._findings.append(ImportFinding(where, what))
        return prompts

    def _read_prompts(self, value: JSON, where: Location) -> list[ForeignPrompt]:
        if isinstance(value, dict):
            label = str(value.get("label") or "")
            source = value.get("raw") or value.get("id") or value.get("label")
            return [
                ForeignPrompt(one.text, one.where, label or one.label, one.history)
                for one in self._read_prompts(source, where)
            ]
        if not isinstance(value, str) or not value.strip():
            raise NotImportableError(message("import.reason.value"))
        if value.startswith(("exec:", "langfuse://", "portkey://", "helicone://", "azureml://")):
            raise NotImportableError(message("import.reason.url", url=value))
        if not is_reference(value) and not self._is_path(value):
            return [self._prompt(value, where)]
        prompts: list[ForeignPrompt] = []
        for path in self._files.find(value):
            prompts += self._read_file(path)
        return prompts

    def _is_path(self, text: str) -> bool:
        """Return whether a text without `file://` is the path of a file that exists."""
        if "\n" in text or len(text) > 300 or not text.rstrip().endswith(_TEXT_FILES):
            return False
        try:
            return bool(self._files.find(text))
        except NotImportableError:
            return False

    def _read_file(self, path: Path) -> list[ForeignPrompt]:
        text, place = read_text(path), Location(self._files.display_path(path), 1)
        suffix = path.suffix.lower()
        if suffix == ".csv":
            return self._read_table(text, place)
        if suffix == ".txt":
            parts = [part.strip("\n") for part in _SEPARATOR.split(text) if part.strip()]
            return [self._prompt(part, place) for part in parts]
        if suffix in (".yaml", ".yml"):
            data = read_document(path, place.path).data
            return [
                self._chat(data, place) if isinstance(data, list) else self._prompt(text, place)
            ]
        return [self._prompt(text, place)]

    def _read_table(self, text: str, place: Location) -> list[ForeignPrompt]:
        rows = [row for _where, row in table_rows(text, place.path)]
        head = [cell.strip().lower() for cell in rows[0]] if rows else []
        if "prompt" not in head:
            return [self._prompt(row[0], place) for row in rows]
        at = head.index("prompt")
        return [self._prompt(row[at], place) for row in rows[1:] if len(row) > at]

    def _prompt(self, text: str, where: Location) -> ForeignPrompt:
        if text.lstrip().startswith("[") and '"role"' in text:
            try:
                return self._chat(
                    read_yaml(text.replace("\t", " "), where.path, ScenarioError).data, where
                )
            except ScenarioError as error:
                raise NotImportableError(message("import.reason.chat")) from error
        return ForeignPrompt(adapt_template(text.strip()), where)

    def _chat(self, messages: JSON, where: Location) -> ForeignPrompt:
        if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
            raise NotImportableError(message("import.reason.chat"))
        chat: list[tuple[str, str]] = []
        for one in map(mapping, messages):
            role, text = str(one.get("role", "")), _content(one.get("content"))
            if role in ("system", "developer"):
                what = message("import.system_prompt")
                self._findings.append(ImportFinding(where, what))
            elif role in ("user", "assistant"):
                chat.append((role, adapt_template(text)))
            else:
                raise NotImportableError(message("import.reason.chat"))
        if not chat or chat[-1][0] != "user":
            raise NotImportableError(message("import.reason.chat"))
        history = tuple({"role": role, "content": text} for role, text in chat[:-1])
        return ForeignPrompt(chat[-1][1], where, history=history)


def _content(value: JSON) -> str:
    """Return the text of a message; its parts are joined by line feeds.

    Raises:
        NotImportableError: it has anything but text.
    """
    if isinstance(value, str):
        return value
    parts: Sequence[JSON] = value if isinstance(value, list) else ()
    texts = [
        str(part["text"])
        for part in parts
        if isinstance(part, dict)
        and part.get("type", "text") in ("text", "input_text")
        and "text" in part
    ]
    if not texts or len(texts) < len(parts):
        raise NotImportableError(message("import.reason.chat"))
    return "\n".join(texts)


def adapt_template(text: str) -> str:
    """Return a template of Nunjucks as one of Jinja, as far as their filters differ."""
    return _DUMP.sub("| tojson", text)
