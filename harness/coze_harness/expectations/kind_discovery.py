"""Finds the kinds that are not built in: of installed packages, and of the project's own modules.

A package adds a kind by an entry point in the group `coze_harness.expectations`, whose name is the
kind's and whose value is its class. The project's modules are named in harness.yaml.

Both are looked at only when a name is not known, since reading what is installed takes 40 ms.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from coze_harness.expectations.function_reference import (
    ModuleImportError,
    describe_exception,
    import_module,
    project_modules,
    raised_at,
)
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.kind_registry import KINDS, is_kind_name
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model.errors import ScenarioError
from coze_harness.model.project_code import KindModule, ProjectCode

if TYPE_CHECKING:  # takes 30 ms
    from importlib.metadata import EntryPoint

GROUP: Final = "coze_harness.expectations"
_PACKAGE: Final = "coze_harness"


def find_kind_class(name: str, code: ProjectCode) -> type[ExpectationKind] | None:
    """Return the kind that authors write by a name; `None` if there is none.

    Args:
        name: what is written.
        code: the project's own code.

    Raises:
        ScenarioError: without a place: what could have the kind cannot be loaded.
    """
    kind = KINDS.get(name)
    if kind is not None or not is_kind_name(name):
        return kind
    error = _load_installed(name)
    if error is None and name not in KINDS:
        error = next(iter(load_project_kinds(code)), None)
    if error is not None:
        raise error
    return KINDS.get(name)


def load_all_kinds(code: ProjectCode) -> Sequence[ScenarioError]:
    """Load every kind of installed packages and of the project into `KINDS`.

    Returns:
        what cannot be loaded; its kinds are missing.
    """
    errors = [_load_installed(name) for name in sorted(_entry_points())]
    return [*(error for error in errors if error is not None), *load_project_kinds(code)]


def load_project_kinds(code: ProjectCode) -> Sequence[ScenarioError]:
    """Import the project's modules with kinds; return an error for each that cannot be."""
    errors: list[ScenarioError] = []
    for module in code.kind_modules:
        try:
            with _undone_on_error():
                import_module(module.name, code.root)
        except ModuleImportError as error:
            errors.append(_module_error(module, error))
    if code.kind_modules:
        own = project_modules(code.root)
        for kind in KINDS.values():
            # On no import path, so that another process would not find its module.
            if kind.__module__ in own:
                copyreg.pickle(kind, partial(_reduce_kind, code.root))
    return errors


@cache
def _entry_points() -> Mapping[str, Sequence[EntryPoint]]:
    """Return the entry points of the group in installed packages, by name."""
    from importlib.metadata import entry_points  # see the module

    entries: dict[str, list[EntryPoint]] = {}
    for one in entry_points(group=GROUP):
        entries.setdefault(one.name, []).append(one)
    return entries


@cache
def _load_installed(name: str) -> ScenarioError | None:
    """Load the kind of a name from an installed package, if there is one; return what is wrong."""
    entries = _entry_points().get(name, ())
    if not entries:
        return None
    packages = tuple(_package_of(one) for one in entries)
    known = KINDS.get(name)
    if known is not None and known.__module__.partition(".")[0] == _PACKAGE:
        return ScenarioError(
            message("kind.plugin.built_in", kind=name, package=packages[0]),
            next_step=message("kind.plugin.built_in.next"),
        )
    if len(entries) > 1:
        return ScenarioError(
            message("kind.plugin.several", kind=name, packages=packages),
            next_step=message("kind.plugin.several.next"),
        )
    reason: LocalizedText
    try:
        with _undone_on_error():
            kind: object = entries[0].load()
            reason = _rejection(kind, name)
            if not reason and isinstance(kind, type):
                KINDS.register(kind)
                return None
        detail: tuple[LocalizedText, ...] = ()
    except (Exception, SystemExit) as error:  # noqa: BLE001 (of a package that others have written)
        reason, detail = literal(describe_exception(error)), raised_at(error)
    return ScenarioError(
        message("kind.plugin.broken", kind=name, package=packages[0], reason=reason),
        detail=detail,
        next_step=message(
            "kind.plugin.broken.next",
            package=entries[0].dist.name if entries[0].dist else entries[0].module,
        ),
    )


def _rejection(kind: object, name: str) -> LocalizedText:
    """Return why an entry point's value is not the kind of its name; empty if it is.

    Raises:
        Exception: the kind has no schema.
    """
    if not isinstance(kind, type) or not issubclass(kind, ExpectationKind):
        return message("kind.plugin.not_kind")
    own = getattr(kind, "kind", "")
    if own != name:
        return message("kind.plugin.other_name", kind=str(own))
    kind.schema()  # what raises here would raise in every schema
    return LocalizedText()


def _package_of(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value


def _module_error(module: KindModule, error: ModuleImportError) -> ScenarioError:
    return ScenarioError(
        error.with_nearest(message("kind.module.broken", module=module.name, error=error.reason)),
        where=module.location,
        detail=error.detail,
        next_step=error.next_step,
    )


@contextmanager
def _undone_on_error() -> Iterator[None]:
    """Remove the kinds that a block registers if it raises: it would register them again."""
    before = set(KINDS)
    try:
        yield
    except BaseException:
        for name in set(KINDS) - before:
            KINDS.unregister(name)
        raise


def _reduce_kind(
    root: str, expectation: ExpectationKind
) -> tuple[Callable[..., ExpectationKind], tuple[object, ...]]:
    kind = type(expectation)
    values = {one.name: getattr(expectation, one.name) for one in fields(kind)}
    return _restore_kind, (root, kind.__module__, kind.__qualname__, values)


def _restore_kind(
    root: str, module: str, name: str, values: Mapping[str, object]
) -> ExpectationKind:
    kind: object = import_module(module, root)
    for part in name.split("."):
        kind = getattr(kind, part)
    assert isinstance(kind, type)  # noqa: S101 (what was pickled)
    assert issubclass(kind, ExpectationKind)  # noqa: S101 (as above)
    restored = object.__new__(kind)
    for field, value in values.items():
        object.__setattr__(restored, field, value)
    return restored
