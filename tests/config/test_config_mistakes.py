"""Typical mistakes in harness.yaml: the place, the advice, and that following it works."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.config import load_settings
from coze_harness.messages import Catalogue
from coze_harness.model.errors import SettingsError

BOT = 'bots: {c: "7403315657221079041"}\n'


@pytest.mark.parametrize(
    ("mistake", "place", "advice", "fixed"),
    [
        ("limits: {response: 32}", "1:20", "response: 32MB", "limits: {response: 32MB}"),
        ("limits: {response: 32 MB}", "1:20", "response: 32MB", "limits: {response: 32MB}"),
        ("poll: {timeout: 2min}", "1:17", "Write 120.", "poll: {timeout: 120}"),
        ("poll: {timeout: 1:30}", "1:17", "Write 90.", "poll: {timeout: 90}"),
        ("workers: 010", "1:10", "Write 10.", "workers: 10"),
        ("workers: 08", "1:10", "Write 8.", "workers: 8"),
        ("workers: 4.0", "1:10", "Write 4.", "workers: 4"),
        ("strict: yes", "1:9", "Write true.", "strict: true"),
        ("rate_limit: 1e2", "1:13", "Write 100.", "rate_limit: 100"),
        ("base_url: api.coze.cn", "1:11", "https://api.coze.cn", "base_url: https://api.coze.cn"),
        (
            "base_url: https：//api.coze.cn",
            "1:11",
            "https://api.coze.cn",
            "base_url: https://api.coze.cn",
        ),
        ("lang：zh", "1:1", "`lang: zh`", "lang: zh"),
        ("lang: no", "1:7", "en, zh", "lang: en"),
        (f"{BOT}judge: c", "2:8", "`judge: {bot: c}`", f"{BOT}judge: {{bot: c}}"),
        (
            'bots:\n  - c: "7403315657221079041"',
            "2:3",
            "Remove the `- `",
            'bots:\n  c: "7403315657221079041"',
        ),
        (f"{BOT}bot: c", "2:1", "default_bot", f"{BOT}default_bot: c"),
        ("timeout: 5", "1:1", "poll", "poll: {timeout: 5}"),
        ("cassettes: scenarios", "1:12", "folder of its own", "cassettes: tapes"),
        ("compare: {max_increase: {token: 20%}}", "1:26", "tokens", "lang: en"),
        ("redact: ['x*']", "1:10", "only what must be hidden", "redact: ['x+']"),
    ],
)
def test_a_mistake_has_its_place_and_advice_that_works(
    tmp_path: Path, mistake: str, place: str, advice: str, fixed: str
) -> None:
    file = tmp_path / "harness.yaml"
    file.write_text(f"{mistake}\n", "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    error = caught.value
    assert str(error.where) == f"harness.yaml:{place}"
    assert advice in f"{error.next_step} {error.what}"
    chinese = Catalogue("zh")
    assert all(any(c >= "\u4e00" for c in chinese.text(m)) for m in (error.what, error.next_step))
    file.write_text(f"{fixed}\n", "utf-8")
    load_settings(tmp_path, {})
