"""The formats of keys that must not be stored, as public tools and their issuers describe them.

The shapes are facts from gitleaks 8 (config/gitleaks.toml at b58d3f1), detect-secrets 1.5
(detect_secrets/plugins at 5e14193) and the issuers' documentation, written as samples with gaps:
`<alnum 36>` is 36 letters and digits. What gaps are filled with is made by a seed.
"""

from __future__ import annotations

import base64
import random
import re
import string
from dataclasses import dataclass
from typing import Final

ALPHABETS: Final = {
    "alnum": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "upper": string.ascii_uppercase + "234567",
    "lower": string.ascii_lowercase + string.digits,
    "digits": string.digits,
    "hex": "0123456789abcdef",
    "b64": string.ascii_letters + string.digits + "+/",
    "url": string.ascii_letters + string.digits + "-_",
}
_GAP: Final = re.compile(r"<(\w+)(?: (\d+))?>")

BASIC_AUTH: Final = "detect-secrets basic_auth"
_UUID: Final = "<hex 8>-<hex 4>-<hex 4>-<hex 4>-<hex 12>"

# name: (shape, source)
SHAPES: Final = {
    "GitHub personal": ("ghp_<alnum 36>", "gitleaks github-pat"),
    "GitHub OAuth": ("gho_<alnum 36>", "gitleaks github-oauth"),
    "GitHub app": ("ghs_<alnum 36>", "gitleaks github-app-token"),
    "GitHub user": ("ghu_<alnum 36>", "gitleaks github-app-token"),
    "GitHub refresh": ("ghr_<alnum 36>", "gitleaks github-refresh-token"),
    "GitHub fine-grained": ("github_pat_<alnum 22>_<alnum 59>", "gitleaks github-fine-grained-pat"),
    "GitLab": ("glpat-<url 20>", "gitleaks gitlab-pat"),
    "npm": ("npm_<alnum 36>", "gitleaks npm-access-token"),
    "Hugging Face": ("hf_<letters 34>", "gitleaks huggingface-access-token"),
    "AWS key id": ("AKIA<upper 16>", "gitleaks aws-access-token"),
    "AWS temporary key id": ("ASIA<upper 16>", "gitleaks aws-access-token"),
    "AWS secret": ("aws_secret_access_key = <b64 40>", "detect-secrets aws"),
    "AWS secret in JSON": ('"SecretAccessKey": "<b64 40>"', "AWS STS documentation"),
    "Google API key": ("AIza<url 35>", "gitleaks gcp-api-key"),
    "Google access token": ("ya29.<url 60>", "Google OAuth documentation"),
    "Google client secret": ("GOCSPX-<url 28>", "Google OAuth documentation"),
    "Slack bot": ("xoxb-<digits 11>-<digits 12>-<alnum 24>", "gitleaks slack-bot-token"),
    "Slack user": ("xoxp-<digits 11>-<digits 11>-<digits 11>-<lower 32>", "detect-secrets slack"),
    "Stripe": ("sk_live_<alnum 24>", "detect-secrets stripe"),
    "Stripe restricted": ("rk_live_<alnum 24>", "detect-secrets stripe"),
    "SendGrid": ("SG.<url 22>.<url 43>", "detect-secrets sendgrid"),
    "Twilio": ("SK<hex 32>", "gitleaks twilio-api-key"),
    "PEM": (
        "-----BEGIN RSA PRIVATE KEY-----\n<b64 64>\n<b64 64>\n<b64 40>\n"
        "-----END RSA PRIVATE KEY-----",
        "gitleaks private-key",
    ),
    "PEM of PKCS 8": (
        "-----BEGIN PRIVATE KEY-----\n<b64 64>\n<b64 24>\n-----END PRIVATE KEY-----",
        "detect-secrets private_key",
    ),
    "Basic authorization": ("Authorization: Basic <basic>", "gitleaks curl-auth-header"),
    "http password": ("https://deploy:<alnum 12>@git.example.com/a.git", BASIC_AUTH),
    "mysql password": ("mysql://root:<alnum 12>@10.0.0.7:3306/app", BASIC_AUTH),
    "postgres password": ("postgresql://app:<alnum 12>@db.internal/app", BASIC_AUTH),
    "redis password": ("redis://:<alnum 16>@cache.internal:6379/0", BASIC_AUTH),
    "mongodb password": ("mongodb+srv://app:<alnum 14>@c0.example.net", BASIC_AUTH),
    "amqp password": ("amqp://svc:<alnum 12>@mq.internal:5672/%2F", BASIC_AUTH),
    "password=": ("password=<password>", "detect-secrets keyword"),
    "password in JSON": ('"password": "<password>"', "detect-secrets keyword"),
    "password in Chinese": ("密码：<password>", "detect-secrets keyword"),
    "api_key": ('"api_key": "<alnum 32>"', "detect-secrets keyword"),
    "Aliyun key id": ("LTAI5t<alnum 18>", "gitleaks alibaba-access-key-id"),
    "Aliyun secret": ("阿里云 AccessKeySecret: <alnum 30>", "gitleaks alibaba-secret-key"),
    "Tencent key id": ("AKID<alnum 32>", "Tencent Cloud CAM documentation"),
    "Tencent secret": ("TencentCloud SecretKey=<alnum 32>", "Tencent Cloud CAM documentation"),
    "WeChat appsecret": ("appsecret=<hex 32>", "WeChat documentation"),
    "Volcengine key id": ("AKLT<alnum 42>", "Volcengine IAM documentation"),
    "Volcengine ARK": (
        "ARK_API_KEY=" + _UUID,
        "Volcengine ARK documentation",
    ),
    "Slack webhook": (
        "https://hooks.slack.com/services/T<upper 8>/B<upper 8>/<alnum 24>",
        "gitleaks slack-webhook-url",
    ),
    "Feishu webhook": (
        "https://open.feishu.cn/open-apis/bot/v2/hook/" + _UUID,
        "Feishu documentation",
    ),
    "DingTalk webhook": (
        "https://oapi.dingtalk.com/robot/send?access_token=<hex 64>",
        "DingTalk documentation",
    ),
    "WeCom webhook": (
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + _UUID,
        "WeCom documentation",
    ),
    "DeepSeek": ("sk-<hex 32>", "DeepSeek documentation"),
    "Zhipu": ("<hex 32>.<alnum 16>", "Zhipu documentation"),
    "Moonshot": ("sk-<alnum 48>", "Moonshot documentation"),
    "DashScope": ("sk-<hex 32>", "DashScope documentation"),
    "OpenAI": ("sk-proj-<url 74>T3BlbkFJ<url 74>", "gitleaks openai-api-key"),
    "Anthropic": ("sk-ant-api03-<url 93>AA", "gitleaks anthropic-api-key"),
    "Coze personal": ("pat_<alnum 64>", "Coze documentation"),
    "Coze service": ("sat_<alnum 64>", "Coze documentation"),
    "Coze session": ("czs_<alnum 48>", "Coze documentation"),
    "JSON Web Token": ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOi<alnum 30>.<url 43>", "detect-secrets jwt"),
    "Bearer": ("Authorization: Bearer <alnum 40>", "gitleaks curl-auth-header"),
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A text with a secret, and the pieces of the secret that must not be found anywhere."""

    name: str
    text: str
    cores: tuple[str, ...]


def samples(place: str) -> list[Sample]:
    """Return a sample of each format, other ones for each place."""
    return [sample(name, random.Random(f"{place} {name}")) for name in SHAPES]


def sample(name: str, rng: random.Random) -> Sample:
    cores: list[str] = []

    def fill(gap: re.Match[str]) -> str:
        kind, length = gap[1], int(gap[2] or 0)
        value = _value(rng, kind, length)
        if len(value) >= 8:
            cores.append(value)
        return value

    text = _GAP.sub(fill, SHAPES[name][0])
    return Sample(name, text, tuple(cores))


def _value(rng: random.Random, kind: str, length: int) -> str:
    if kind == "password":
        return "".join(rng.choices(ALPHABETS["letters"], k=9)) + rng.choice("2345") + "!x"
    if kind == "basic":
        pair = "admin:" + "".join(rng.choices(ALPHABETS["alnum"], k=15))
        return base64.b64encode(pair.encode()).decode()
    while True:
        value = "".join(rng.choices(ALPHABETS[kind], k=length))
        is_plain = kind in ("letters", "digits", "upper") or length < 8
        # A generated key without any digit between letters is one of thousands.
        if is_plain or len(re.findall("[0-9][A-Za-z]|[A-Za-z][0-9]", value)) >= 3:
            return value
