"""The table of rules: each finds its samples, and the formats of other tools, and nothing else."""

from __future__ import annotations

import json
import random
import time
from urllib.parse import quote

import pytest
import secret_formats
from coze_harness.cassettes import Redactor
from coze_harness.cassettes.redaction import PRESETS
from coze_harness.config.settings import RedactSettings
from coze_harness.text.secret_rules import RULES, SecretRule, find_shapes, lower_case
from coze_harness.yaml_source.record_schema import record_schema

PLAIN = (
    "sat_20240101 pat_2024_q3_results sat_score_2024_final",
    "SKU-2024-000123 SKU12345678901234567890 SK20240101",
    '<div class="sk-circle12-spinner-child sk-fading-circle sk-cube-grid">',
    "password=None; passwd = getpass.getpass(); password: string; 请输入密码，密码为6到20位",
    'def __init__(self, api_key: str = os.environ["OPENAI_API_KEY"]) -> None:',
    "token = SyntaxKind.GreaterThanGreaterThanEqualsToken",
    "http://localhost:8080/a@b https://user:password@example.com ssh://git@host:22/x",
    "sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709 md5 d41d8cd98f00b204e9800998ecf8427e",
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    '"integrity": "sha512-3oSeUO0TMV67hN1AmXsK4+eqY7tWSeVLRLz4hBDNXqkjJ7mQ2Q=="',
    "uuid 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0, chat 7403350281725181960, 2024-01-01",
    "basic information; Basic authentication; the bearer of this letter; eyJ; AKIA; SG.",
    "我的订单号是 20240101123456789，快递单号 SF1234567890123。",
)  # fmt: skip


def _names(text: str) -> list[str]:
    return [rule.name for rule, _start, _end in find_shapes(text, lower_case(text))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_finds_its_samples_and_nothing_else(rule: SecretRule) -> None:
    assert rule.samples
    for sample in rule.samples:
        assert "·" in sample
        assert rule.name in _names(sample.replace("·", "")), sample
    for other in rule.others:
        assert _names(other.replace("·", "")) == [], other


@pytest.mark.parametrize("text", PLAIN)
def test_ordinary_text_is_not_changed(text: str) -> None:
    assert Redactor().redact(text) == text
    body = json.dumps({"content": text}).encode()
    assert Redactor().redact_body(body) is body


@pytest.mark.parametrize("name", secret_formats.SHAPES)
def test_a_format_of_other_tools_is_redacted_wherever_it_stands(name: str) -> None:
    redactor = Redactor()
    for number in range(12):
        one = secret_formats.sample(name, random.Random(number))
        nested = json.dumps({"arguments": json.dumps({"text": one.text})})
        writings = (
            one.text,
            f"钥匙 {one.text} 。",
            f"\n{one.text}\n",
            json.dumps({"content": one.text}),
            json.dumps({"content": one.text}, ensure_ascii=False),
            nested,
            quote(one.text, safe=""),
            quote(quote(one.text, safe=""), safe=""),
            one.text.replace('"', "&quot;").replace("=", "&#61;"),
        )
        for text in writings:
            redacted = redactor.redact_body(text.encode()).decode()
            views = (redacted, redacted.replace("\\", ""))
            for core in one.cores:
                forms = (core, quote(core, safe=""), quote(quote(core, safe=""), safe=""))
                assert not [f for f in forms if any(f in view for view in views)], (text, redacted)
            if text[0] == "{":
                assert type(json.loads(redacted)) is dict
            assert redactor.redact_body(redacted.encode()).decode() == redacted


@pytest.mark.parametrize("filling", ["", "a1B2", " ", ":", "=a"])
def test_a_line_of_anchors_takes_linear_time(filling: str) -> None:
    for anchor in sorted({anchor for rule in RULES for anchor in rule.anchors}):
        text = (anchor + filling) * (20_000 // len(anchor + filling))
        started = time.process_time()
        Redactor().redact(text)
        assert time.process_time() - started < 1, anchor


def test_settings_know_every_preset() -> None:
    schema = record_schema(RedactSettings)["properties"]["presets"]
    assert set(schema["items"]["enum"]) == set(PRESETS)


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("身份证 11010519491231002X。", "身份证 <redacted>。"),
        ("身份证 110105194912310021。", "身份证 110105194912310021。"),
        ("电话13800138000，", "电话<redacted>，"),
        ("+86 138-0013-8000 或 13912345678", "<redacted> 或 <redacted>"),
        ("卡号 6222 0212 3456 7890 128", "卡号 <redacted>"),
        ("6222021234567890123", "6222021234567890123"),
        ('{"phone":13800138000,"n":1}', '{"phone":"<redacted>","n":1}'),
        ("7403350281725181960 1732264212000 12345678901 0.13800138000", None),
    ],
)
def test_the_preset_for_personal_data(text: str, redacted: str | None) -> None:
    redactor = Redactor(presets=["cn_personal"])
    assert redactor.redact_body(text.encode()).decode() == (redacted or text)
    assert Redactor().redact_body(text.encode()).decode() == text
