"""harness.yaml, the environment and options: what is read, which wins, what is refused."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from coze_harness.auth.credentials import (
    AccessToken,
    OAuthAppKeys,
    environment_secrets,
    read_private_key,
)
from coze_harness.config import ReportSettings, Settings, load_settings
from coze_harness.config.config_file import read_config
from coze_harness.model import Target
from coze_harness.model.errors import HarnessError, SettingsError
from coze_harness.model.settings_overrides import SettingsOverrides
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scale import scale_down


def load(
    root: Path, text: str | None, env: dict[str, str] | None = None, **options: object
) -> Settings:
    if text is not None:
        (root / "harness.yaml").write_text(text, encoding="utf-8")
    return load_settings(root, env or {}, SettingsOverrides(**options))  # type: ignore[arg-type]  # as each test gives them


def read_error(root: Path, text: str, env: dict[str, str] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(root, text, env)
    assert caught.value.exit_code == 2
    return caught.value


def test_without_a_file_there_are_defaults_and_the_working_folder_is_the_project(
    tmp_path: Path,
) -> None:
    settings = load(tmp_path, None)
    assert settings.root == tmp_path
    assert settings.file is None
    assert settings.base_url == "https://api.coze.com"
    assert settings.user_id == "coze-harness"
    assert (settings.poll.interval, settings.poll.timeout) == (1.0, 120.0)
    assert settings.scenarios == tmp_path / "scenarios"
    assert settings.cassettes == tmp_path / "cassettes"
    assert settings.reports == tmp_path / "reports"
    assert settings.credentials is None
    assert not settings.bots


def test_everything_in_the_file_is_read(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """
base_url: https://api.coze.cn/
bots:
  chatchat: "7374752000116113452"
  助手: {id: "7374752000116113453", title: 学术助手}
  bare: 7374752000116113454
default_bot: 助手
user_id: "007"
poll: {interval: 0.5, timeout: 30}
rate_limit: 2
workers: 8
scenarios: tests/场景
cassettes: tapes
reports: out
redact: ['my-[0-9]+']
judge: {bot: chatchat}
report: {lang: zh, layout: folder}
""",
    )
    assert settings.base_url == "https://api.coze.cn"
    assert settings.bots["chatchat"] == Target(name="chatchat", id="7374752000116113452")
    assert settings.bots["助手"] == Target(name="助手", id="7374752000116113453", title="学术助手")
    assert settings.bots["bare"].id == "7374752000116113454"
    assert settings.default_bot == "助手"
    assert settings.user_id == "007"
    assert (settings.poll.interval, settings.poll.timeout) == (0.5, 30)
    assert (settings.rate_limit, settings.workers) == (2, 8)
    assert settings.scenarios == tmp_path / "tests" / "场景"
    assert settings.cassettes == tmp_path / "tapes"
    assert settings.reports == tmp_path / "out"
    assert [pattern.source for pattern in settings.redact.patterns] == ["my-[0-9]+"]
    assert settings.judge_bot == "chatchat"
    assert settings.report == ReportSettings(lang="zh", layout="folder")


def test_the_file_is_found_upward_and_its_folder_is_the_project(tmp_path: Path) -> None:
    (tmp_path / "harness.yaml").write_text("user_id: up\n", encoding="utf-8")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    settings = load_settings(inner, {})
    assert (settings.root, settings.user_id) == (tmp_path, "up")
    assert settings.scenarios == tmp_path / "scenarios"


def test_an_empty_file_means_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, "# nothing yet\n").user_id == "coze-harness"


def test_environment_wins_over_the_file_and_options_over_both(tmp_path: Path) -> None:
    text = "base_url: https://file.example\ncassettes: c\n"
    env = {"COZE_API_BASE": "https://env.example/"}
    assert load(tmp_path, text).base_url == "https://file.example"
    assert load(tmp_path, text, env).base_url == "https://env.example"
    settings = load(tmp_path, text, env, base_url="http://127.0.0.1:8080/", cassettes="tapes")
    assert (settings.base_url, settings.cassettes) == ("http://127.0.0.1:8080", tmp_path / "tapes")
    page = load(tmp_path, "report: {lang: zh, layout: folder}\n", lang="en").report
    assert page == ReportSettings(lang="en", layout="folder")
    assert load(tmp_path, "").report == ReportSettings(lang="", layout="single")


def test_folders_given_as_options_count_from_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "harness.yaml").write_text("reports: out\n", encoding="utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    settings = load_settings(inner, {}, SettingsOverrides(reports="mine", cassettes="../tapes"))
    assert settings.reports == inner / "mine"
    assert Path(str(settings.cassettes)).resolve() == tmp_path / "tapes"


def test_the_token_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    settings = load(tmp_path, None, {"COZE_API_TOKEN": " Bearer pat_abcdef123456 \n"})
    assert isinstance(settings.credentials, AccessToken)
    assert settings.credentials.get_secret_value() == "pat_abcdef123456"
    for text in (
        repr(settings),
        str(settings.credentials),
        f"{settings.credentials}",
        f"{settings.credentials!r:>40}",
    ):
        assert "abcdef" not in text
    assert settings.warnings == ()


def test_the_walkthroughs_name_of_the_token_is_taken_with_a_hint(tmp_path: Path) -> None:
    settings = load(tmp_path, None, {"COZE_APE_KEY": "pat_abcdef123456"})
    assert isinstance(settings.credentials, AccessToken)
    assert "COZE_API_TOKEN" in str(settings.warnings[0])
    both = load(tmp_path, None, {"COZE_APE_KEY": "old", "COZE_API_TOKEN": "new"})
    assert isinstance(both.credentials, AccessToken)
    assert both.credentials.get_secret_value() == "new"
    assert both.warnings == ()


def test_an_empty_token_is_none(tmp_path: Path) -> None:
    assert load(tmp_path, None, {"COZE_API_TOKEN": "  "}).credentials is None


@pytest.mark.parametrize("secret", ["pat_a\nb", "pat_é", "two words", "pat_“x”"])
def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(
    tmp_path: Path, secret: str
) -> None:
    error = read_error(tmp_path, "", {"COZE_API_TOKEN": secret})
    assert secret not in str(error)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("token: abc\n", "1:1"),
        ("user_id: x\napi_key: abc\n", "2:1"),
        ("user_id: pat_Abcdef123456\n", "1:10"),
        ("bots:\n  a: {id: '1', title: sat_Abcdef123456}\n", "2:23"),
        ("redact: [x, 'sk-0123456789abcdefXYZ']\n", "1:13"),
        ("bots: {pat_Abcdef123456: '1'}\n", "1:8"),
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(
    tmp_path: Path, text: str, where: str
) -> None:
    error = read_error(tmp_path, text)
    assert str(error.where) == f"harness.yaml:{where}"
    assert "COZE_API_TOKEN" in str(error.next_step)
    assert "Abcdef" not in str(error)


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("defualt_bot: x\n", "1:1", 'Did you mean "default_bot"?'),
        ("interval: 1\n", "1:1", 'inside "poll"'),
        ("poll: {intervall: 1}\n", "1:8", 'Did you mean "interval"?'),
        ("poll: {workers: 1}\n", "1:8", 'next to "poll"'),
        ("bots: {a: {ids: '1'}}\n", "1:12", 'Did you mean "id"?'),
        ("bots: {a: {id: '1', title: 5}}\n", "1:28", '"title" must be text'),
        ("user_id: 5\n", "1:10", "YAML read `5` as the number 5"),
        ("user_id: no\n", "1:10", "YAML read `no` as false"),
        ("bots: {a: chat}\n", "1:11", '"chat"'),
        ("bots: {a: yes}\n", "1:11", "true"),
        ("bots: {a: 1.5e+18}\n", "1:11", "number"),
        ("bots: {a: {title: x}}\n", "1:11", "nothing"),
        ("bots: {a: [1]}\n", "1:11", "a list"),
        ("bots: {'a[b]': '1'}\n", "1:8", "cannot be the name of a bot"),
        ("bots: {chat: '123456'}\ndefault_bot: chta\n", "2:14", 'Did you mean "chat"?'),
        ("judge: {bot: x}\n", "1:14", 'no bot "x"'),
        ("judge: {}\n", "1:8", '"judge.bot" is missing'),
        ("report: {lang: cn}\n", "1:16", '"report.lang" cannot be "cn"'),
        ("report: {layout: singel}\n", "1:18", 'Did you mean "single"?'),
        ("report: {language: en}\n", "1:10", 'Did you mean "lang"?'),
        ("report: out\n", "1:9", "a mapping"),
        ("redact: ['(']\n", "1:10", "cannot be compiled"),
        ("compare: {max_increase: {token: 20%}}\n", "1:26", 'Did you mean "tokens"?'),
        ("compare: {max_increase: {tokens: 20}}\n", "1:34", '"20" is not a share'),
        ("compare: {max_increase: {tokens: x%}}\n", "1:34", '"x%" is not a share'),
        ("compare: {max_increase: {tokens: 20％}}\n", "1:34", '"20％" is not a share'),
        ("compare: {max_increase: {tokens: [1]}}\n", "1:34", "is not a share"),
        ("compare: {max_increase: {tokens: -0.1}}\n", "1:34", "is not a share"),
        ("compare: {max_increase: 20%}\n", "1:25", "a mapping"),
        ("redact: ['x*']\n", "1:10", "empty text"),
        ("redact: {patterns: [a, '(']}\n", "1:24", "cannot be compiled"),
        ("poll: {interval: 0}\n", "1:18", "more than 0"),
        ("poll:\n", "1:1", "empty"),
        ("workers: 0\n", "1:10", "at least 1"),
        ("workers: two\n", "1:10", "whole number"),
        ("cassettes: ../elsewhere\n", "1:12", "inside the project"),
        ("reports: /tmp/x\n", "1:10", "inside the project"),
        ("base_url: api.coze.com\n", "1:11", "address"),
        ("base_url: https://me:secret@api.coze.com\n", "1:11", "address"),
        ("base_url: 'https://[::1'\n", "1:11", "address"),
        ("- a\n", "1:1", "mapping"),
        ("a: [1\n", "1:4", "not closed"),
        ("user_id: a\nuser_id: b\n", "2:1", "twice"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    tmp_path: Path, text: str, where: str, words: str
) -> None:
    error = read_error(tmp_path, text)
    assert str(error.where) == f"harness.yaml:{where}"
    assert words in str(error.what)
    assert error.next_step


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        *((f"{key}: 1\n", f"1:{len(key) + 3}", "must be text") for key in (
            "base_url", "default_bot", "user_id", "scenarios", "cassettes", "reports")),
        *((f"{key}: ''\n", f"1:{len(key) + 3}", "is empty") for key in (
            "base_url", "default_bot", "user_id", "scenarios", "cassettes", "reports")),
        *((f"{key}:\n", "1:1", "is empty") for key in (
            "base_url", "bots", "default_bot", "user_id", "poll", "scenarios", "cassettes",
            "reports", "redact", "report")),
        *((f"{key}: a\n", f"1:{len(key) + 3}", "must be a mapping") for key in (
            "bots", "poll", "judge", "report")),
        ("rate_limit: 0\n", "1:13", "more than 0"),
        ("rate_limit: '1'\n", "1:13", "must be a number"),
        ("rate_limit: true\n", "1:13", "must be a number"),
        ("workers: 1.0\n", "1:10", "a whole number"),
        ("workers: 1025\n", "1:10", "at most 1024"),
        ("poll: {timeout: 86401}\n", "1:17", "at most 86400"),
        ("poll: {timeout: }\n", "1:8", '"poll.timeout" is empty'),
        ("judge: {bot: ''}\n", "1:14", '"judge.bot" is empty'),
        ("judge: {bt: x}\n", "1:9", 'Did you mean "bot"?'),
        ("report: {lang: 5}\n", "1:16", 'cannot be "5"'),
        ("redact: a+\n", "1:9", "must be a list"),
        ("redact: ['', b]\n", "1:10", '"redact[0]" is empty'),
        ("redact: {patterns: ['']}\n", "1:21", '"patterns[0]" is empty'),
        ("redact: {presets: [cn_persona]}\n", "1:20", "cn_personal"),
        ("redact: {pattern: [a]}\n", "1:10", 'Unknown key "pattern"'),
    ],
)  # fmt: skip
def test_every_key_refuses_what_it_does_not_take(
    tmp_path: Path, text: str, where: str, words: str
) -> None:
    error = read_error(tmp_path, text)
    assert str(error.where) == f"harness.yaml:{where}"
    assert words in str(error.what)
    assert error.next_step


@pytest.mark.parametrize("text", ["judge:\n", "rate_limit:\n", "workers:\n", "workers: 1024\n"])
def test_a_limit_may_be_left_empty(tmp_path: Path, text: str) -> None:
    load(tmp_path, text)


def test_all_misfits_of_the_shape_are_told_in_one_go(tmp_path: Path) -> None:
    error = read_error(tmp_path, "user_id: 5\nworkers: x\nnonsense: 1\n")
    text = str(error)
    for line in ("harness.yaml:1:10", "harness.yaml:2:10", "harness.yaml:3:1"):
        assert line in text


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "https://", "http://h:99999"])
def test_a_wrong_address_in_the_environment_is_refused_by_its_name(
    tmp_path: Path, url: str
) -> None:
    error = read_error(tmp_path, "", {"COZE_API_BASE": url})
    assert str(error.where) == "COZE_API_BASE"


def test_an_unreadable_file_is_an_error_in_words(tmp_path: Path) -> None:
    error = read_error(tmp_path, "user_id: \x07\n")
    assert "U+0007" in str(error.what)


@settings(
    deadline=None,
    max_examples=scale_down(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.text(max_size=60)
    | st.tuples(
        st.sampled_from(["bots: ", "poll: ", "redact: ", "base_url: ", "judge: ", "user_id: "]),
        st.sampled_from(
            ["~", "[]", "{a: 1}", "x", "{a: {}}", "[1]", "{1: 2}", "'('", "1e9", "[~]"]
        ),
    ).map("".join)
)
def test_no_file_makes_anything_but_our_error_escape(tmp_path: Path, text: str) -> None:
    # Anything else that is raised fails the test.
    with contextlib.suppress(HarnessError):
        load(tmp_path, text.encode("utf-8", "replace").decode("utf-8"))


# --- an OAuth app -------------------------------------------------------------------------------

APP = {
    "COZE_JWT_OAUTH_CLIENT_ID": "app",
    "COZE_JWT_OAUTH_PUBLIC_KEY_ID": "kid",
    "COZE_JWT_OAUTH_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\\nQUJDsecret\\n-----END-----",
}


def app_of(root: Path, env: dict[str, str]) -> OAuthAppKeys:
    keys = load(root, None, env).credentials
    assert isinstance(keys, OAuthAppKeys)
    return keys


def test_an_oauth_apps_keys_are_read_and_never_shown(tmp_path: Path) -> None:
    keys = app_of(tmp_path, APP)
    assert (keys.client_id, keys.public_key_id) == ("app", "kid")
    assert read_private_key(keys) == "-----BEGIN PRIVATE KEY-----\nQUJDsecret\n-----END-----"
    assert "QUJDsecret" not in repr(keys) + str(keys)


def test_a_private_key_may_stand_in_a_file_beside_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "钥匙.pem").write_text("-----BEGIN\nQUJD\n", "utf-8")
    env = {
        **APP,
        "COZE_JWT_OAUTH_PRIVATE_KEY": "",
        "COZE_JWT_OAUTH_PRIVATE_KEY_FILE_PATH": "钥匙.pem",
    }
    assert read_private_key(app_of(tmp_path, env)) == "-----BEGIN\nQUJD"
    (tmp_path / "钥匙.pem").unlink()
    with pytest.raises(SettingsError, match=r"cannot be read from .*钥匙\.pem"):
        read_private_key(app_of(tmp_path, env))


@pytest.mark.parametrize("missing", list(APP))
def test_incomplete_keys_stop_nothing_until_they_are_used(tmp_path: Path, missing: str) -> None:
    keys = app_of(tmp_path, {**APP, missing: " "})
    with pytest.raises(SettingsError, match=f"{missing}.* must be set"):
        read_private_key(keys)


def test_a_token_wins_over_an_apps_keys_with_a_remark(tmp_path: Path) -> None:
    settings = load(tmp_path, None, {**APP, "COZE_API_TOKEN": "sat_abcdef123456"})
    assert isinstance(settings.credentials, AccessToken)
    assert "COZE_JWT_OAUTH_CLIENT_ID is not looked at" in str(settings.warnings[0])


def test_every_secret_of_the_environment_is_known(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("in a file", "utf-8")
    env = {**APP, "COZE_API_TOKEN": "pat_x", "COZE_JWT_OAUTH_PRIVATE_KEY_FILE_PATH": "key.pem"}
    assert {"pat_x", "in a file", read_private_key(app_of(tmp_path, APP))} <= set(
        environment_secrets(env, tmp_path)
    )


def test_redact_takes_patterns_and_presets(tmp_path: Path) -> None:
    file = tmp_path / "harness.yaml"
    file.write_text("redact: {patterns: ['my-[0-9]+'], presets: [cn_personal]}\n", "utf-8")
    config = read_config(file)
    assert [pattern.source for pattern in config.redact.patterns] == ["my-[0-9]+"]
    assert config.redact.presets == ("cn_personal",)


def test_a_share_is_a_percentage_or_a_number(tmp_path: Path) -> None:
    text = "compare: {max_increase: {tokens: 20%, latency: 0.5, first_token: '7.5 %'}}\n"
    limits = load(tmp_path, text).compare.max_increase
    assert limits == {"tokens": 0.2, "latency": 0.5, "first_token": 0.075}
    assert load(tmp_path, "").compare.max_increase == {}
