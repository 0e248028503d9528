"""The peer of the page: Playwright's HTML report of as many results, made by its own runner.

Installed by npm into the scratch folder, without a browser, which no test opens. Each test has
three steps and attaches its transcript, of the same random words as ours.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

from benchmarks.conversations import TURNS, random_chinese, random_english

_CONFIG = """\
export default {
  testDir: '.', workers: 2, retries: 0,
  reporter: [['html', { open: 'never', outputFolder: 'report' }]],
};
"""
_SPEC = """\
import { readFileSync } from 'node:fs';
import { test, expect } from '@playwright/test';

for (const { name, fails, turns } of JSON.parse(readFileSync('trials.json', 'utf8')))
  test(name, async ({}, info) => {
    for (const [prompt] of turns) await test.step(prompt, async () => {});
    const body = JSON.stringify(turns, null, 1);
    await info.attach('transcript', { body, contentType: 'application/json' });
    expect(turns[0][1]).toContain(fails ? '绝不会有的话' : turns[0][1].slice(15, 21));
  });
"""


def install_playwright(folder: Path) -> str:
    """Install Playwright's test runner; return its version; empty if that is not possible."""
    npm = shutil.which("npm")
    if npm is None:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    process = subprocess.run(  # noqa: S603 (npm, found on the path)
        [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", "@playwright/test"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    package = folder / "node_modules" / "@playwright" / "test" / "package.json"
    if process.returncode or not package.exists():
        return ""
    return str(json.loads(package.read_text("utf-8"))["version"])


def build_report(folder: Path, count: int, failing: int) -> Path:
    """Run `count` tests, `failing` of them failing, and return the report's page."""
    rng = random.Random(20261122)  # noqa: S311 (words, no secret)
    trials = [
        {
            "name": f"场景-{number:05} {random_english(rng, 3)}",
            "fails": number * failing // count != (number + 1) * failing // count,
            "turns": [
                [
                    random_chinese(rng, 12),
                    random_chinese(rng, 72)
                    + random_english(rng, 18)
                    + "\n\n"
                    + random_chinese(rng, 36),
                ]
                for _ in range(TURNS)
            ],
        }
        for number in range(count)
    ]
    (folder / "trials.json").write_text(json.dumps(trials), encoding="utf-8")
    (folder / "playwright.config.js").write_text(_CONFIG, encoding="utf-8")
    (folder / "replies.spec.js").write_text(_SPEC, encoding="utf-8")
    shutil.rmtree(folder / "report", ignore_errors=True)
    command = [str(folder / "node_modules" / ".bin" / "playwright"), "test", "--quiet"]
    process = subprocess.run(  # noqa: S603 (just installed)
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    page = folder / "report" / "index.html"
    if process.returncode != (1 if failing else 0) or not page.exists():
        raise RuntimeError(
            f"playwright test ended with {process.returncode}: {process.stdout[-2000:]}"
        )
    report = folder / f"report-{count}"
    shutil.rmtree(report, ignore_errors=True)
    (folder / "report").rename(report)
    return report / "index.html"
