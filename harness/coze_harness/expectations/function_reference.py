"""A function or module by the name that a project's file gives it.

A module is found in the project's folder first, and then among what is installed.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import FileFinder
from pathlib import Path
from types import ModuleType
from typing import Final

from msgspec import Struct

from coze_harness.messages import LocalizedText, UserText, as_message, message
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.text.spelling import nearest_word, with_suggestion

_IDENTIFIER: Final = r"[^\W\d]\w*"
_DOTTED: Final = rf"{_IDENTIFIER}(?:\.{_IDENTIFIER})*"
FUNCTION_NAME: Final = re.compile(rf"{_DOTTED}:{_DOTTED}")

_PACKAGE: Final = str(Path(__file__).parents[1]) + os.sep
_STANDARD_LIBRARY: Final = str(Path(os.__file__).parent) + os.sep
_INSTALLED: Final = re.compile(r"[\\/](?:site|dist)-packages[\\/]")


class ModuleImportError(Exception):
    """A module cannot be imported.

    Args:
        reason: why: the exception, as text.
        next_step: what to do.
        detail: where it was raised.
        nearest: the module that was meant, if the name is misspelled.
    """

    def __init__(
        self,
        reason: UserText,
        next_step: LocalizedText,
        detail: tuple[LocalizedText, ...] = (),
        nearest: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = as_message(reason)
        self.next_step = next_step
        self.detail = detail
        self.nearest = nearest

    def with_nearest(self, what: LocalizedText) -> LocalizedText:
        """Return the sentence about the error, with the module that was meant."""
        if not self.nearest:
            return what
        return message("spelling.suggestion", what=what, word=self.nearest)


class FunctionReference(Struct, frozen=True):
    """A function by its name, `package.module:function`.

    `root` is the project's folder. `location` is where a file names the function.
    """

    name: str
    root: str
    location: Location

    def load(self) -> Callable[..., object]:
        """Return the function; its module is imported once for each process.

        Raises:
            ScenarioError: there is no such module or function, or the import raises.
        """
        name, _, path = self.name.partition(":")
        try:
            value: object = import_module(name, self.root)
        except ModuleImportError as error:
            what = message("function.import", function=self.name, error=error.reason)
            raise self.error(error.with_nearest(what), error.next_step, error.detail) from error
        for part in path.split("."):
            member = getattr(value, part, None)
            if member is None:
                what = message("function.undefined", function=self.name)
                step = message("function.undefined.next", name=path, module=name)
                raise self.error(with_suggestion(what, part, _callables(value)), step)
            value = member
        if not callable(value):
            what = message("function.not_function", function=self.name)
            raise self.error(what, message("function.undefined.next", name=path, module=name))
        return value

    def error(
        self, what: LocalizedText, next_step: UserText, detail: tuple[LocalizedText, ...] = ()
    ) -> ScenarioError:
        """Return an error at the place where the function is named."""
        return ScenarioError(what, where=self.location, detail=detail, next_step=next_step)

    def raised_error(
        self, error: BaseException, next_step: UserText, *detail: LocalizedText
    ) -> ScenarioError:
        """Return the error for an exception that the function raised."""
        what = message("function.raised", function=self.name, error=describe_exception(error))
        return self.error(what, next_step, (*raised_at(error), *detail))


def import_module(name: str, root: str) -> ModuleType:
    """Return a module of the project's folder, or an installed one.

    Raises:
        ModuleImportError: it does not exist, raises, or another module has its name.
    """
    try:
        if name in sys.modules:
            # Waits where another thread is still importing it.
            module = importlib.import_module(name)
        else:
            with importable(root):
                _forget_folders(root)
                module = importlib.import_module(name)
    except (Exception, SystemExit) as error:
        step, nearest = message("function.import_raised.next"), ""
        missing = isinstance(error, ModuleNotFoundError) and error.name
        if missing and f"{name}.".startswith(f"{missing}."):
            step = message("function.import.next", folder=root or ".")
            nearest = _nearest_module(missing, root)
        reason, detail = describe_exception(error), raised_at(error, root)
        raise ModuleImportError(reason, step, detail, nearest) from error
    own, loaded = _module_file(name, root), getattr(module, "__file__", None)
    if own and (loaded is None or os.path.realpath(own) != os.path.realpath(loaded)):
        raise ModuleImportError(
            message("function.shadowed", module=name, file=str(loaded or module)),
            message("function.shadowed.next"),
        )
    return module


def _forget_folders(root: str) -> None:
    """Let the next import see files that were written a moment ago in a project's folders.

    `importlib.invalidate_caches` does so for all folders, and raises where two threads call it.
    """
    for folder, finder in list(sys.path_importer_cache.items()):
        if root and isinstance(finder, FileFinder) and folder.startswith(root):
            finder.invalidate_caches()


def project_modules(root: str) -> dict[str, str]:
    """Return the project's own modules that have been imported: their files by name."""
    modules: dict[str, str] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.startswith(root) and _module_file(name, root) == file:
            modules[name] = file
    return modules


def forget_modules(root: str) -> None:
    """Let the project's own modules be imported again, after their files were edited."""
    for name in project_modules(root):
        sys.modules.pop(name, None)


@contextmanager
def importable(root: str) -> Iterator[None]:
    """Put a project's folder first on the import path while a block runs.

    Each block removes one entry, its own or an equal one, so that blocks of several threads at once
    leave the path as it was.
    """
    if not root:
        yield
        return
    sys.path.insert(0, root)
    try:
        yield
    finally:
        with suppress(ValueError):
            sys.path.remove(root)


def describe_exception(error: BaseException) -> str:
    """Return an exception's class and text: `KeyError: 'city'`."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def raised_at(error: BaseException, root: str = "") -> tuple[LocalizedText, ...]:
    """Return the line of the user's own code where an exception was raised, as a detail.

    This is the last line outside of libraries; in an installed module, it is the line that this
    package called. Paths begin at the folder that the module is imported from.
    """
    if isinstance(error, SyntaxError) and error.filename:
        place = f"{_path_from(root, error.filename)}:{error.lineno or 1}"
        return (message("function.raised_at", place=place),)
    first = own = ""
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith((_PACKAGE, "<frozen ")):
            module = str(trace.tb_frame.f_globals.get("__name__", ""))
            place = f"{_path_of(module, file)}:{trace.tb_lineno}"
            if _INSTALLED.search(file):
                first = first or place
            elif not file.startswith(_STANDARD_LIBRARY):
                own = place
        trace = trace.tb_next
    place = own or first
    return (message("function.raised_at", place=place),) if place else ()


def _path_of(module: str, file: str) -> str:
    """Return the path of a module's file from the folder that the module is imported from."""
    path = Path(file)
    parts = path.parent.parts if path.name == "__init__.py" else path.with_suffix("").parts
    names = module.split(".")
    if list(parts[-len(names) :]) != names:
        return file
    folder = Path(*parts[: -len(names)])
    return path.relative_to(folder).as_posix()


def _path_from(root: str, file: str) -> str:
    """Return the path of a file in a project's folder from there; any other path as it is."""
    prefix = os.path.join(root, "")  # noqa: PTH118 (with the separator at its end)
    if not root or not file.startswith(prefix):
        return file
    return file.removeprefix(prefix).replace(os.sep, "/")


def _module_file(name: str, root: str) -> str:
    """Return the file of a module in the project's folder; empty if there is none."""
    if not root:
        return ""
    path = os.path.join(root, *name.split("."))  # noqa: PTH118 (for each judged reply)
    files = (f"{path}.py", os.path.join(path, "__init__.py"))  # noqa: PTH118 (as above)
    return next((file for file in files if os.path.isfile(file)), "")  # noqa: PTH113 (as above)


def _nearest_module(name: str, root: str) -> str:
    from pkgutil import iter_modules  # only errors need it

    if not root:
        return ""
    package, _, _ = name.rpartition(".")
    folder = Path(root, *package.split("."))
    prefix = f"{package}." if package else ""
    return nearest_word(name, [f"{prefix}{one.name}" for one in iter_modules([str(folder)])])


def _callables(value: object) -> list[str]:
    """Return the names of the public functions and classes in a module or class."""
    members = getattr(value, "__dict__", {})
    return [name for name, one in members.items() if callable(one) and name[0] != "_"]
