"""A page whose errors are collected: whatever a report must never do fails the test at its end."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Literal, Self

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Frame,
    Page,
    Request,
)

Scheme = Literal["light", "dark"]

# A function: a text would be evaluated by the page, which its policy forbids.
READY = "() => document.documentElement.dataset.ready === '1'"
"""True when the page's script has done its first work."""
_TWO_FRAMES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"""
_PATIENCE = 10.0  # seconds

# Attack strings set window.__xss. The value goes to the console, which shows those of all frames.
_TRIPWIRE = """
Object.defineProperty(window, '__xss', {
  get() { return undefined; },
  set(value) { console.error('EXECUTED ' + String(value)); },
});
"""


class Watch:
    """One browser context with one page, and everything forbidden that happened in it.

    Args:
        browser: the browser.
        at: the address, without a hash, that may be loaded; nothing else may, except what is given
            in `also`.
        also: addresses of other files that the page may load.
        script: whether JavaScript runs.
        quiet: whether errors on the console count; a policy that blocks our own script shows there.
    """

    def __init__(
        self,
        browser: Browser,
        at: str,
        *,
        also: frozenset[str] = frozenset(),
        script: bool = True,
        quiet: bool = True,
        scheme: Scheme = "light",
        locale: str = "en-US",
        width: int = 1400,
        height: int = 1000,
        forced_colors: Literal["active", "none"] = "none",
        reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
    ) -> None:
        self.at = at
        self.faults: list[str] = []
        self.requested: list[str] = []
        self.script = script
        self._allowed = also | {at}
        self._quiet = quiet
        self._leaving = False
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=script,
            color_scheme=scheme,
            locale=locale,
            viewport={"width": width, "height": height},
            forced_colors=forced_colors,
            reduced_motion=reduced_motion,
        )
        self.context.set_default_timeout(10_000)
        self.context.add_init_script(_TRIPWIRE)
        self.context.on("request", self._on_request)
        self.context.on("console", self._on_console)
        self.context.on("dialog", self._on_dialog)
        self.context.on("weberror", lambda error: self.faults.append(f"threw: {error.error}"))
        self.page: Page = self.context.new_page()
        self.context.on("page", lambda page: self.faults.append(f"opened another page: {page.url}"))
        self.page.on("framenavigated", self._on_navigated)
        self.page.on("crash", lambda _: self.faults.append("the page crashed"))

    def turn_to(self, at: str, *, width: int = 1400, height: int = 1000) -> None:
        """Watch another file in the same page, after `forget`."""
        self.at = at
        self.requested.clear()
        self._allowed = frozenset({at})
        self.page.set_viewport_size({"width": width, "height": height})

    def forget(self) -> None:
        """Show nothing, and keep nothing of what was stored."""
        self.page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        self.page.mouse.move(0, 0)
        self._show_nothing()

    def _show_nothing(self) -> None:
        self._leaving = True
        self.page.goto("about:blank")
        self._leaving = False

    def go(self, fragment: str = "", *, ready: bool = True) -> Page:
        """Load the page anew with a hash (without its ``#``), and wait until it is ready."""
        target = f"{self.at}#{fragment}" if fragment else self.at
        if self.page.url != "about:blank":  # or only the hash would change
            self._show_nothing()
        self.page.goto(target)
        if ready and self.script:
            self.until(READY)
        return self.page

    def until(self, condition: str, argument: object = None) -> None:
        """Wait until a function in the page says true.

        Playwright's own `wait_for_function` looks again by `eval`, which the page's policy forbids.
        """
        deadline = monotonic() + _PATIENCE
        while not self.page.evaluate(condition, argument):
            assert monotonic() < deadline, f"it never came that {condition} ({argument})"
            self.page.wait_for_timeout(10)

    def move(self, fragment: str) -> Page:
        """Change the hash of the page that is loaded, as a click on a link would."""
        self.page.evaluate("hash => { location.hash = hash; }", fragment)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait for two frames, so that what was begun is painted."""
        self.page.evaluate(_TWO_FRAMES)

    def close(self) -> None:
        """End the context."""
        self.context.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _on_request(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            return
        self.requested.append(request.url)
        if request.url.partition("#")[0] not in self._allowed:
            self.faults.append(f"requested {request.url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        executed = message.text.startswith("EXECUTED ")
        if executed or (self._quiet and message.type in ("error", "warning")):
            self.faults.append(f"console {message.type}: {message.text}")

    def _on_dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_navigated(self, frame: Frame) -> None:
        if frame.parent_frame is not None:
            self.faults.append(f"a frame was loaded: {frame.url}")
        elif not self._leaving and frame.url.partition("#")[0] != self.at:
            self.faults.append(f"went to {frame.url}")


def script(name: str) -> str:
    """Return a function in JavaScript that a test runs in the page, from `scripts/`."""
    return (Path(__file__).parent / "scripts" / name).read_text("utf-8")


def address(path: Path) -> str:
    """Return a file's address as the browser writes it."""
    return path.resolve().as_uri()
