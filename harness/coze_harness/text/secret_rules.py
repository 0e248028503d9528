"""The shapes of keys and passwords that are recognized without being known.

A rule is tried only where one of its anchors occurs, and every repetition in its pattern has a
limit, so that a text of any length takes linear time. Where a checksum is published (GitHub, npm)
it is not required: a key with a typing error reveals as much. The documentation's table is made
from this one.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_DIGIT_AND_LETTER: Final = re.compile("[0-9][A-Za-z]|[A-Za-z][0-9]")
_CASE_CHANGE: Final = re.compile("[a-z][A-Z]|[A-Z][a-z]")
_NAME: Final = re.compile(r"[A-Za-z_]{3,}|[a-z]{1,8}[0-9]{1,5}")
_HEX_DIGITS: Final = frozenset("0123456789abcdef-")
_ARRAY_TYPE: Final = re.compile("(?:Big)?(?:Uint|Int|Float)[0-9]{1,2}(?:Clamped)?(?:Array)?")
_SEPARATORS: Final = re.compile("[^A-Za-z0-9]+")


@dataclass(frozen=True)
class SecretRule:
    """The shape of a secret.

    Attributes:
        name: names the rule, in messages and documentation.
        secrets: what it finds, for the documentation.
        shape: prefix, length and alphabet, for the documentation.
        anchors: literal texts, of which each secret has one; in lower case if case is ignored.
        pattern: matches from the anchor on; its group, or all of it, is the secret.
        samples: texts with a secret. A middle dot in them is left out: other tools that search
            for secrets should not report this file.
        others: texts without one, with such dots as well.
        ignore_case: whether anchors and pattern ignore case.
        before: how many characters before the anchor the pattern begins.
        is_secret: decides about a match by its secret.
        needs_context: whether the secret has no shape of its own; once found, it is also
            recognized without its context.
    """

    name: str
    secrets: str
    shape: str
    anchors: tuple[str, ...]
    pattern: str
    samples: tuple[str, ...]
    others: tuple[str, ...] = ()
    ignore_case: bool = False
    before: int = 0
    is_secret: Callable[[str], bool] | None = None
    needs_context: bool = False

    @cached_property
    def _regex(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE if self.ignore_case else 0)

    def find(self, anchor: str, text: str, searched: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of each secret with an anchor.

        Args:
            anchor: one of the rule's.
            text: the text.
            searched: the same, in lower case if case is ignored, and equally long.
        """
        at = searched.find(anchor)
        while at >= 0:
            following = at + 1
            match = self._regex.match(text, max(at - self.before, 0))
            group = (match and match.lastgroup) or 0
            if match and (self.is_secret is None or self.is_secret(match[group])):
                yield match.span(group)
                following = max(following, match.end())
            at = searched.find(anchor, following)


def is_random(text: str) -> bool:
    """Return whether a text looks generated: letters with digits inside, or letters in both cases.

    Words with a number (`score_2024`, `circle12`) and names in camel case do not.
    """
    dense = _SEPARATORS.sub("", text)
    mixes = len(_DIGIT_AND_LETTER.findall(dense))
    cases = len(_CASE_CHANGE.findall(dense))
    return mixes >= 3 or (mixes >= 1 and cases >= 3) or cases >= 8


def entropy(text: str) -> float:
    """Return Shannon's entropy of a text's characters, in bits for each."""
    total = len(text)
    return -sum(n / total * math.log2(n / total) for n in Counter(text).values()) if total else 0.0


def is_assigned_key(text: str) -> bool:
    """Return whether the value of a setting is a key, not a name, a path or a placeholder."""
    is_path = "." in text and any(map(_NAME.fullmatch, text.split(".")))
    is_digest = len(text) < 24 and set(text) <= _HEX_DIGITS
    mixes = len(_DIGIT_AND_LETTER.findall(text))
    cases = len(_CASE_CHANGE.findall(text))
    is_mixed = mixes >= 3 or (mixes >= 1 and cases >= 5)
    return is_mixed and not (is_path or is_digest) and entropy(text) >= 3.0


def is_cloud_secret(text: str) -> bool:
    """Return whether a text near a cloud's name is a secret: both cases and digits, or base 16."""
    kinds = any(map(str.isdigit, text)) + any(map(str.islower, text)) + any(map(str.isupper, text))
    return kinds == 3 and entropy(text) >= 3.5 and is_random(text)


def is_password(text: str) -> bool:
    """Return whether the value of a password is one, not an expression or a placeholder."""
    plain = text.rstrip(".!?:")
    if len(plain) < 6 or plain[0] in "$%*#\\-./|~=+" or len(set(plain)) < 4:
        return False
    if _ARRAY_TYPE.fullmatch(plain):
        return False
    letters = any(map(str.isalpha, plain))
    digits = any(map(str.isdigit, plain))
    signs = bool(re.search(r"[!@#$%^&*+=?]", plain))
    if re.search(r"(?:^|[^A-Za-z])(?:self|os|env|request|config|settings|args|this)\.", plain):
        return False
    return letters and (digits or signs)


def is_basic_authorization(text: str) -> bool:
    """Return whether a text is base64 of a user name, a colon and a password."""
    try:
        decoded = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return ":" in decoded and decoded.isprintable() and len(decoded) >= 4


def is_address_password(text: str) -> bool:
    """Return whether the password in an address is one, not a placeholder."""
    word = text.lower().rpartition(":")[2].strip("_-")
    return (
        word not in _PLACEHOLDERS
        and len(set(word)) > 1
        and not word.startswith(("your", "my_", "my-"))
        and not re.search(r"[{}<>$*\[\]()|^…]|%[sd(]|\.\.\.|pass(?:word|wd)?\b", word)
    )


_PLACEHOLDERS: Final = frozenset(
    ("pass", "password", "passwd", "passphrase", "pwd", "pw", "psw", "secret", "token", "user",
     "xxxx", "example", "changeme", "anoncvs", "repo", "port", "apikey", "api_key", "key", "密码",
     "口令", "bar", "foo", "baz", "pass1", "pass2", "abc", "test", "guest", "p")
)  # fmt: skip

_BEGIN: Final = "(?<![A-Za-z0-9])"
_END: Final = "(?![A-Za-z0-9])"
_UUID: Final = "[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
# Between the name of a setting and its value: quotes, `:`, `=`, `=>`, or a word.
_ASSIGN: Final = r"[\"'`\]]{0,2}\s{0,4}(?::=|=>|={1,2}|[:：]|\bis\b|是|为)\s{0,4}[\"'`“「]?"
_KEY_OWNERS: Final = (
    "api", "access", "secret", "auth", "client", "app", "access key", "private", "refresh",
    "session", "signing", "encryption", "accesskey", "ark", "bot", "bearer", "id",
)  # fmt: skip
# What comes before `key`, `token` or `secret`: each a lookbehind, since the search begins there.
_OWNER: Final = "|".join(
    f"(?<={owner.replace(' ', '[ _-]')}{separator})"
    for owner in _KEY_OWNERS
    for separator in ("", "[ _-]")
)

RULES: Final = (
    SecretRule(
        name="github",
        secrets="GitHub",
        shape="`ghp_` `gho_` `ghs_` `ghu_` `ghr_` and 20 or more of A–Z a–z 0–9 _; `github_pat_`",
        anchors=("ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"),
        pattern=rf"{_BEGIN}(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{{20,255}}",
        is_secret=is_random,
        samples=(
            "ghp_·16C7e42F292c6912E7710c838347Ae178B4a",
            "gho_·16C7e42F292c6912E7710c838347Ae178B4a",
            "ghs_·16C7e42F292c6912E7710c838347Ae178B4a",
            "ghu_·16C7e42F292c6912E7710c838347Ae178B4a",
            "ghr_·16C7e42F292c6912E7710c838347Ae178B4a",
            "github_pat_·11ABCDEFG0aB3dE5fG7hJ9_kL1mN3pQ5rS7tU9vW1xY3zA5bC7dE9fG1hJ3kL5mN7pQ9r",
        ),
        others=("ghp_function_name_that_is_long", "github_pat_tokens_are_fine_grained"),
    ),
    SecretRule(
        name="gitlab",
        secrets="GitLab",
        shape="`glpat-` and other `gl…-`, 20 or more of A–Z a–z 0–9 _ - .",
        anchors=("glpat-", "gldt-", "glft-", "glsoat-", "glrt-", "glcbt-", "glptt-", "gloas-"),
        pattern=rf"{_BEGIN}gl(?:pat|dt|ft|soat|rt|cbt|ptt|oas)-[A-Za-z0-9_.\-]{{18,300}}",
        is_secret=is_random,
        samples=("glpat-·x7Kq2Vb9Lm4Wp8Tz3RnY",),
        others=("glpat-your-access-token-here",),
    ),
    SecretRule(
        name="npm",
        secrets="npm",
        shape="`npm_` and 30 or more of A–Z a–z 0–9",
        anchors=("npm_",),
        pattern=rf"{_BEGIN}npm_[A-Za-z0-9]{{30,64}}{_END}",
        is_secret=is_random,
        samples=("npm_·x7Kq2Vb9Lm4Wp8Tz3RnY6cD1fG5hJ0sA4uE8",),
        others=("npm_config_registry", "npm_package_dependencies_something"),
    ),
    SecretRule(
        name="hugging-face",
        secrets="Hugging Face",
        shape="`hf_` `api_org_` and 30 or more of A–Z a–z 0–9",
        anchors=("hf_", "api_org_"),
        pattern=rf"{_BEGIN}(?:hf|api_org)_[A-Za-z0-9]{{30,64}}{_END}",
        is_secret=is_random,
        samples=("hf_·QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi",),
        others=("hf_hub_download", "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"),
    ),
    SecretRule(
        name="aws-key-id",
        secrets="AWS access key id",
        shape="`AKIA` `ASIA` `ABIA` `ACCA` and 16 of A–Z 0–9",
        anchors=("AKIA", "ASIA", "ABIA", "ACCA"),
        pattern=rf"{_BEGIN}A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{{16}}{_END}",
        samples=("AKIA·QW3ER5TY7UI9OPAS", "ASIA·QW3ER5TY7UI9OPAS"),
        others=("AKIA", "ASIAPACIFICREGIONHEADS", "AKIAxxxxxxxxxxxxxxxx"),
    ),
    SecretRule(
        name="cloud-secret",
        secrets="secrets of AWS, Aliyun, Tencent Cloud and Volcengine near such a word",
        shape="30, 32, 36, 40 or 60 of A–Z a–z 0–9 + /, with digits and both cases, at most 40"
        " characters after `secret`, `aws`, `aliyun`, `tencent`, `volc` or their Chinese names",
        anchors=("secret", "密钥", "aws", "aliyun", "alibaba", "阿里云", "tencent", "腾讯云",
                 "volc", "火山"),
        pattern=r"\S[^\n]{0,40}?(?<![A-Za-z0-9/+=_.\-])(?P<secret>[A-Za-z0-9/+]{40}"
        r"|[A-Za-z0-9]{30}|[A-Za-z0-9]{32}|[A-Za-z0-9]{36}|[A-Za-z0-9+/]{56,60}={0,2})"
        r"(?![A-Za-z0-9/+=_\-])",
        ignore_case=True,
        is_secret=is_cloud_secret,
        needs_context=True,
        samples=(
            "aws_secret_access_key = wJ·alrXUtn3EMI/K7MD5NG/bPxRfiC2Yk8Vq1sTzL",
            "阿里云 AccessKey Secret：Qw·3Er5Ty7Ui9Op1As3Df5Gh7Jk9Lz2",
            "TencentCloud SecretKey Qw·3Er5Ty7Ui9Op1As3Df5Gh7Jk9Lz2Xc",
        ),
        others=(
            "secret sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "the secret is not AVeryLongCamelCaseNameWithoutDigits",
        ),
    ),
    SecretRule(
        name="google-api-key",
        secrets="Google API key",
        shape="`AIza` and 35 of A–Z a–z 0–9 _ -",
        anchors=("AIza",),
        pattern=rf"{_BEGIN}AIza[A-Za-z0-9_\-]{{30,40}}",
        is_secret=is_random,
        samples=("AIza·SyQw3Er5Ty7Ui9Op1As3Df5Gh7Jk9Lz2Xc4",),
        others=("AIzaShort",),
    ),
    SecretRule(
        name="google-oauth",
        secrets="Google OAuth access token and client secret",
        shape="`ya29.` and 20 or more, `GOCSPX-` and 24 or more of A–Z a–z 0–9 _ -",
        anchors=("ya29.", "GOCSPX-"),
        pattern=rf"{_BEGIN}(?:ya29\.[A-Za-z0-9_\-.]{{20,2000}}|GOCSPX-[A-Za-z0-9_\-]{{20,64}})",
        is_secret=is_random,
        samples=("ya29.·a0AfQw3Er5Ty7Ui9Op1As3Df5Gh7Jk9", "GOCSPX-·Qw3Er5Ty7Ui9Op1As3Df5Gh7Jk9L"),
        others=("GOCSPX-", "ya29.example"),
    ),
    SecretRule(
        name="slack-token",
        secrets="Slack token",
        shape="`xoxb-` `xoxp-` and other `xox…-`, `xapp-`, 10 or more of A–Z a–z 0–9 -",
        anchors=("xox", "xapp-"),
        pattern=rf"{_BEGIN}(?:xox[a-z](?:\.xox[a-z])?|xapp)-(?=[A-Za-z\-]{{0,20}}[0-9])"
        r"[A-Za-z0-9\-]{10,300}",
        samples=(
            "xoxb-·2345678901-3456789012-Qw3Er5Ty7Ui9Op1As3Df5Gh7",
            "xoxp-·2345678901-345678-90",
        ),
        others=("xoxb-your-token-here",),
    ),
    SecretRule(
        name="stripe",
        secrets="Stripe",
        shape="`sk_live_` `rk_live_` `sk_test_` `rk_test_` `whsec_`, 16 or more of A–Z a–z 0–9",
        anchors=("sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"),
        pattern=rf"{_BEGIN}(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{{16,250}}",
        is_secret=is_random,
        samples=("sk_live_·4eC39HqLyjWDarjtT1zdp7dc", "rk_live_·4eC39HqLyjWDarjtT1zdp7dc"),
        others=("sk_live_key", "sk_live_abcdefghijklmnopqrst"),
    ),
    SecretRule(
        name="sendgrid",
        secrets="SendGrid",
        shape="`SG.`, 22 and 43 of A–Z a–z 0–9 _ -, with a point between",
        anchors=("SG.",),
        pattern=rf"{_BEGIN}SG\.[A-Za-z0-9_\-]{{16,32}}\.[A-Za-z0-9_\-]{{16,64}}",
        is_secret=is_random,
        samples=("SG.·Qw3Er5Ty7Ui9Op1As3Df5G.h7Jk9Lz2Xc4Vb6Nm8Qw0Er2Ty4Ui6Op8As0Df2Gh4Jk",),
        others=("SG.Singapore", "MSG.configuration_section.configuration_option"),
    ),
    SecretRule(
        name="twilio",
        secrets="Twilio API key",
        shape="`SK` and 32 of 0–9 a–f",
        anchors=("SK",),
        pattern=rf"{_BEGIN}SK(?:[0-9a-f]{{32}}|[0-9A-F]{{32}}){_END}",
        is_secret=is_random,
        samples=("SK·0f1e2d3c4b5a69788796a5b4c3d2e1f0",),
        others=("SKU-2024-000123", "SK00000000000000000000000000000000", "SKU12345678901234567890"),
    ),
    SecretRule(
        name="private-key",
        secrets="private keys in PEM",
        shape="from the line `BEGIN … PRIVATE KEY` to the line `END … PRIVATE KEY`, or as far as"
        " its lines go",
        anchors=("-----BEGIN",),
        pattern=r"-----BEGIN[ +](?:[A-Z0-9]{2,12}[ +]){0,4}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----"
        r"(?:(?:(?!-----)[^\"<>]){16,20000}+-----END[ +A-Z0-9]{1,60}-----"
        r"|(?:[\s\\rn]{0,8}[A-Za-z0-9+/=]{8,2000}+){1,400})",
        samples=(
            "-----BEGIN RSA PRIVATE ·KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n"
            "-----END RSA PRIVATE KEY-----",
            "-----BEGIN PRIVATE ·KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9",
        ),
        others=("-----BEGIN PUBLIC KEY-----\nMIIBOgIBAAJBAKj34GkxFhD9\n-----END PUBLIC KEY-----",),
    ),
    SecretRule(
        name="basic-authorization",
        secrets="Basic authorization",
        shape="base64 of `user:password` after `Basic`",
        anchors=("basic",),
        pattern=r"basic[ +:]{1,3}(?P<secret>[A-Za-z0-9+/]{6,500}={0,2})(?![A-Za-z0-9+/=])",
        ignore_case=True,
        is_secret=is_basic_authorization,
        needs_context=True,
        samples=("Authorization: Basic YWxhZGRpbjp·vcGVuc2VzYW1l",),
        others=("Basic authentication", "basic information", "Basic 12345678"),
    ),
    SecretRule(
        name="url-password",
        secrets="passwords in addresses (http, mysql, postgres, redis, mongodb, amqp, …)",
        shape="between `:` and `@` after `://`, 4 or more characters, not words like `password`",
        anchors=("://",),
        pattern=r"://[^\s/?#:@\"'<>\\`]{0,100}:(?P<secret>[^\s/?#,\"'<>\\`]{4,200})"
        r"@(?=[A-Za-z0-9\[])",
        is_secret=is_address_password,
        needs_context=True,
        samples=(
            "http://admin:s3c·r3tPw@example.com/",
            "mysql://root:s3c·r3tPw@10.0.0.1:3306/app",
            "postgres://app:s3c·r3tPw@db/app",
            "redis://:s3c·r3tPw@cache:6379/0",
            "mongodb+srv://app:s3c·r3tPw@cluster0.example.net",
            "amqp://guest:s3c·r3tPw@mq:5672/%2F",
        ),
        others=("http://user:password@host/", "redis://:{password}@host", "http://host:8080/a@b"),
    ),
    SecretRule(
        name="password",
        secrets="passwords of settings",
        shape="6 or more characters with digits or signs after `password=`, `\"password\": `,"
        " `密码：` and the like",
        anchors=("password", "passwd", "pwd", "passphrase", "密码", "口令"),
        pattern=r"(?:password|passwd|pwd|passphrase|密码|口令)"
        + _ASSIGN
        + r"(?P<secret>[!#$%*+\-./0-9:=?@A-Z^_a-z|~]{6,128}+)(?![(\[{])",
        ignore_case=True,
        is_secret=is_password,
        needs_context=True,
        samples=("password=hun·ter2secret", '{"password": "Tr0ub4·dor&3"}', "密码：A·bc12345!"),
        others=(
            "password=None",
            "password = self.password",
            "passwd=getpass()",
            "generateIv(mode: Mode, password: Uint8Array, salt: Uint8Array)",
            'return "a=ice-pwd:"+e.password+"\\r\\n"',
            "密码：请输入您的密码",
        ),
    ),
    SecretRule(
        name="assigned-key",
        secrets="keys of settings (`api_key`, `access_token`, `client_secret`, `appsecret`, …)",
        shape="16 or more of A–Z a–z 0–9 + / = _ . ~ - that look generated, after such a name and"
        " `:`, `=` or `是`",
        anchors=("key", "token", "secret", "密钥", "令牌"),
        pattern=rf"(?:(?:{_OWNER})(?:key|token|secret)|(?<![a-z0-9_:])(?:token|secret)|密钥|令牌)"
        r"(?:[ _-](?:id|value|v?[0-9]))?"
        + _ASSIGN
        + r"(?P<secret>[A-Za-z0-9+/=_.~\-]{16,200}+)(?![(\[])",
        ignore_case=True,
        is_secret=is_assigned_key,
        needs_context=True,
        samples=(
            '"api_key": "Qw·3Er5Ty7Ui9Op1As3Df"',
            "appsecret=0f1e2d3c·4b5a69788796a5b4c3d2e1f0",
            "ARK_API_KEY=0f1e2d3c·-4b5a-6978-8796-a5b4c3d2e1f0",
        ),
        others=("api_key = settings.OPENAI_API_KEY", "access_token: string", "client_secret=..."),
    ),
    SecretRule(
        name="aliyun-key-id",
        secrets="Aliyun AccessKey id",
        shape="`LTAI` and 12 to 26 of A–Z a–z 0–9",
        anchors=("LTAI",),
        pattern=rf"{_BEGIN}LTAI[A-Za-z0-9]{{12,26}}{_END}",
        is_secret=is_random,
        samples=("LTAI·5tQw3Er5Ty7Ui9Op1As3",),
        others=("LTAI", "CONSULTAINFORMATION"),
    ),
    SecretRule(
        name="tencent-key-id",
        secrets="Tencent Cloud SecretId",
        shape="`AKID` and 13 to 40 of A–Z a–z 0–9",
        anchors=("AKID",),
        pattern=rf"{_BEGIN}AKID[A-Za-z0-9]{{13,40}}{_END}",
        is_secret=is_random,
        samples=("AKID·Qw3Er5Ty7Ui9Op1As3Df5Gh7Jk9Lz2Xc4V",),
        others=("AKID",),
    ),
    SecretRule(
        name="volcengine",
        secrets="Volcengine access key id and ARK key",
        shape="`AKLT` and 20 or more of A–Z a–z 0–9 + / = _ -; a UUID after `ark` or 方舟; `ark-`"
        " and a UUID",
        anchors=("aklt", "ark", "方舟"),
        pattern=rf"(?:{_BEGIN}(?P<secret>(?-i:AKLT)[A-Za-z0-9+/=_\-]{{20,100}}|ark-{_UUID}[a-z0-9\-]{{0,16}})"
        rf"|(?:(?<![a-z])ark(?![a-z])|方舟)[^\n]{{0,40}}?(?P<uuid>{_UUID}))",
        ignore_case=True,
        samples=(
            "AKLT·Qw3Er5Ty7Ui9Op1As3Df5Gh7Jk9Lz2",
            "ARK key 0f1e2d3c·-4b5a-6978-8796-a5b4c3d2e1f0",
            "ark-0f1e2d3c·-4b5a-6978-8796-a5b4c3d2e1f0-a1b2c",
        ),
        others=("dark-0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "benchmark 0f1e2d3c"),
    ),
    SecretRule(
        name="webhook",
        secrets="webhooks of Slack, Feishu, Lark, DingTalk, WeCom and Discord",
        shape="the part after `hooks.slack.com/services/`, `/open-apis/bot/v2/hook/`,"
        " `/robot/send?access_token=`, `/cgi-bin/webhook/send?key=`, `/api/webhooks/`",
        anchors=("hooks.slack.com/", "/open-apis/bot/", "/robot/send?access_token=",
                 "/cgi-bin/webhook/", "discord.com/api/webhooks/"),
        pattern=r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/"
        r"|/open-apis/bot/(?:v2/)?hook/|/robot/send\?access_token=|/cgi-bin/webhook/[a-z_]{2,20}\?key="
        r"|discord\.com/api/webhooks/)(?P<secret>[A-Za-z0-9/_\-]{16,200})",
        ignore_case=True,
        is_secret=is_random,
        needs_context=True,
        samples=(
            "https://hooks.slack.com/services/·T0Qw3Er5/B0Ty7Ui9/Qw3Er5Ty7Ui9Op1As3Df5Gh7",
            "https://open.feishu.cn/open-apis/bot/v2/hook/·0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
            "https://oapi.dingtalk.com/robot/send?access_token=·" + "0f1e2d3c4b5a6978" * 4,
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send"
            "?key=·0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        ),
        others=(
            "https://hooks.slack.com/services/",
            "/open-apis/bot/v2/hook/your-hook-id-goes-here",
        ),
    ),
    SecretRule(
        name="zhipu",
        secrets="Zhipu",
        shape="32 of 0–9 a–f, a point, 16 of A–Z a–z 0–9",
        anchors=(".",),
        before=32,
        pattern=rf"{_BEGIN}[0-9a-f]{{32}}\.[A-Za-z0-9]{{16}}{_END}",
        is_secret=is_random,
        samples=("0f1e2d3c4b5a6978·8796a5b4c3d2e1f0.Qw3Er5Ty7Ui9Op1A",),
        others=("0f1e2d3c4b5a69788796a5b4c3d2e1f0.png", "a.b"),
    ),
    SecretRule(
        name="sk-key",
        secrets="OpenAI, Anthropic, DeepSeek, Moonshot, DashScope, OpenRouter and others",
        shape="`sk-` and 20 or more of A–Z a–z 0–9; `sk-proj-` `sk-ant-` `sk-svcacct-` and the like"
        " with _ and - as well",
        anchors=("sk-",),
        pattern=rf"{_BEGIN}sk-(?:[A-Za-z0-9]{{20,200}}[A-Za-z0-9_\-]{{0,200}}"
        r"|(?:proj|ant|svcacct|admin|or|lf|kimi|sp|ws|None|live|test)-[A-Za-z0-9_\-]{16,400})",
        is_secret=lambda text: is_random(text[3:]),
        samples=(
            "sk-·0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "sk-·Qw3Er5Ty7Ui9Op1As3Df5Gh7Jk9Lz2Xc4Vb6Nm8Qw0Er2Ty4",
            "sk-proj-·Qw3Er5Ty7Ui9_Op1As3Df5-Gh7Jk9Lz2Xc4",
            "sk-ant-·api03-Qw3Er5Ty7Ui9_Op1As3Df5-Gh7Jk9Lz2Xc4",
        ),
        others=(
            "sk-circle12-spinner-child",
            "sk-learn-compatible-estimators",
            "task-·0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        ),
    ),
    SecretRule(
        name="coze",
        secrets="Coze",
        shape="`pat_` `sat_` and 16 or more, `czs_` `czu_` `cztei_` and 8 or more of A–Z a–z 0–9",
        anchors=("pat_", "sat_", "czs_", "czu_", "cztei_"),
        pattern=rf"{_BEGIN}(?:(?:pat|sat)_[A-Za-z0-9]{{16,200}}|(?:czs|czu|cztei)_[A-Za-z0-9]{{8,200}})"
        r"[A-Za-z0-9_\-]{0,200}",
        is_secret=lambda text: is_random(text.partition("_")[2]),
        samples=(
            "pat_·Qw3Er5Ty7Ui9Op1As3Df5Gh7",
            "sat_·Qw3Er5Ty7Ui9Op1As3",
            "czs_·Qw3Er5Ty7Ui9Op1A",
        ),
        others=("sat_20240101", "pat_2024_q3_results", "pat_on_the_back", "sat_down_together"),
    ),
    SecretRule(
        name="jwt",
        secrets="JSON Web Token",
        shape="`eyJ…`, a point, `eyJ…`, and a signature",
        anchors=("eyJ",),
        pattern=rf"{_BEGIN}eyJ[A-Za-z0-9_\-]{{8,1999}}+\.eyJ[A-Za-z0-9_\-]{{4,8000}}"
        r"(?:\.[A-Za-z0-9_\-]{0,2000})?",
        samples=("eyJhbGciOiJIUzI1NiJ9.·eyJzdWIiOiIxMjM0In0.Qw3Er5Ty7Ui9Op1As3Df",),
        others=("eyJhbGciOiJIUzI1NiJ9", "eyJ.eyJ"),
    ),
    SecretRule(
        name="bearer",
        secrets="Bearer tokens",
        shape="16 or more of A–Z a–z 0–9 . _ ~ + / - after `Bearer`",
        anchors=("bearer",),
        pattern=r"bearer[ +:]{1,3}(?P<secret>[A-Za-z0-9._~+/\-]{16,4000}=*)",
        ignore_case=True,
        is_secret=is_random,
        needs_context=True,
        samples=("Authorization: Bearer Qw·3Er5Ty7Ui9Op1As3",),
        others=("Bearer of bad news", "Bearer authentication-and-authorization"),
    ),
)  # fmt: skip


def _anchors(*, ignore_case: bool) -> Iterator[tuple[str, tuple[tuple[str, SecretRule], ...]]]:
    """Yield anchors by a character that they share, which most short texts lack."""
    rules = [rule for rule in RULES if rule.ignore_case == ignore_case]
    pairs = [(anchor, rule) for rule in rules for anchor in rule.anchors]
    for sign in ("_", "-", ""):
        yield sign, tuple([pair for pair in pairs if sign in pair[0]])
        pairs = [pair for pair in pairs if sign not in pair[0]]


_ANCHORS: Final = tuple(_anchors(ignore_case=False))
_LOWER_CASE_ANCHORS: Final = tuple(_anchors(ignore_case=True))


def lower_case(text: str) -> str:
    """Return a text in lower case, with as many characters."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join([character.lower()[:1] for character in text])


def find_shapes(text: str, lowered: str) -> Iterator[tuple[SecretRule, int, int]]:
    """Yield each secret in a text: its rule, start and end.

    Args:
        text: the text.
        lowered: the same in lower case, equally long.
    """
    for searched, groups in ((text, _ANCHORS), (lowered, _LOWER_CASE_ANCHORS)):
        for sign, anchors in groups:
            if sign in searched:
                for anchor, rule in anchors:
                    if anchor in searched:
                        for start, end in rule.find(anchor, text, searched):
                            yield rule, start, end
