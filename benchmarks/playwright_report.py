"""The peer of the page: Playwright's HTML report of as many results, made by its own runner.

Installed by npm into the scratch folder, without a browser: the tests open none. Each test has
three steps and attaches its transcript, of the same random words as ours.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path

from benchmarks.conversations import TURNS, chinese, english

_CONFIG = """\
export default {
  testDir: '.', workers: 2, retries: 0,
  reporter: [['html', { open: 'never', outputFolder: 'report' }]],
};
"""
_SPEC = """\
import { readFileSync } from 'node:fs';
import { test, expect } from '@playwright/test';

for (const { name, fails, said } of JSON.parse(readFileSync('trials.json', 'utf8')))
  test(name, async ({}, info) => {
    for (const [prompt] of said) await test.step(prompt, async () => {});
    const body = JSON.stringify(said, null, 1);
    await info.attach('transcript', { body, contentType: 'application/json' });
    expect(said[0][1]).toContain(fails ? '绝不会有的话' : said[0][1].slice(15, 21));
  });
"""


def install(folder: Path) -> str:
    """Install Playwright's test runner; return its version, or "" where that is not possible."""
    npm = shutil.which("npm")
    if npm is None:
        return ""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
    done = subprocess.run(  # noqa: S603 (npm, found on the path)
        [npm, "install", "--no-audit", "--no-fund", "--loglevel=error", "@playwright/test"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    described = folder / "node_modules" / "@playwright" / "test" / "package.json"
    if done.returncode or not described.exists():
        return ""
    return str(json.loads(described.read_text("utf-8"))["version"])


def build(folder: Path, count: int, failing: int) -> Path:
    """Run `count` tests, `failing` of them failing, and return the report's page."""
    rng = random.Random(20261122)  # noqa: S311 (words, no secret)
    trials = [
        {
            "name": f"场景-{number:05} {english(rng, 3)}",
            "fails": number * failing // count != (number + 1) * failing // count,
            "said": [
                [chinese(rng, 12), f"{chinese(rng, 72)}{english(rng, 18)}\n\n{chinese(rng, 36)}"]
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
    done = subprocess.run(  # noqa: S603 (just installed)
        command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    page = folder / "report" / "index.html"
    if done.returncode != (1 if failing else 0) or not page.exists():
        raise RuntimeError(f"playwright test ended with {done.returncode}: {done.stdout[-2000:]}")
    kept = folder / f"report-{count}"
    shutil.rmtree(kept, ignore_errors=True)
    (folder / "report").rename(kept)
    return kept / "index.html"
