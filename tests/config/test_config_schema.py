"""The JSON Schema of harness.yaml: it takes what is read, and names the key that is misspelt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from coze_harness.config.config_file import ConfigSpec, config_schema, read_config
from coze_harness.model.errors import SettingsError
from coze_harness.yaml_source.record_schema import record_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

VALUES = [
    *("", "a", "text: x", "12", "1.5", "0", "-1", "1", "2000", "true", "[]", "[a, '']", "[1]"),
    *("{}", "{a: '12'}", "{a: 12}", "{a: x}", "{a: {id: '12'}}", "{a: {id: '12', odd: 1}}"),
    *("{a: {title: x}}", "{interval: 0}", "{interval: 2}", "{odd: 2}", "{lang: zh, layout: x}"),
    *("{bot: '123456'}", "{lang: en}", "https://api.coze.cn"),
]
BEYOND = {
    # checked after the shape: folders, addresses, patterns and names
    "base_url", "scenarios", "cassettes", "reports", "default_bot", "judge", "redact",
}  # fmt: skip


@pytest.mark.parametrize("key", [*record_schema(ConfigSpec)["properties"], "odd"])
def test_the_schema_takes_what_is_read(tmp_path: Path, key: str) -> None:
    validator = Draft202012Validator(config_schema())
    file = tmp_path / "harness.yaml"
    for value in VALUES:
        file.write_text(f"{key}: {value}\n", encoding="utf-8")
        try:
            read_config(file)
        except SettingsError:
            is_read = False
        except yaml.YAMLError:
            continue
        else:
            is_read = True
        if value == "text: x":  # no YAML
            continue
        is_valid = validator.is_valid(yaml.safe_load(file.read_text("utf-8")))
        assert is_valid == is_read or (is_valid and key in BEYOND), (key, value)


@pytest.mark.parametrize(
    ("data", "place", "key"),
    [
        ({"defualt_bot": "a"}, "", "'defualt_bot'"),
        ({"poll": {"intervall": 1}}, "poll", "'intervall'"),
        ({"bots": {"a": {"id": "1", "titel": "x"}}}, "bots/a", "'titel'"),
        ({"bots": {"a": "chat"}}, "bots/a", "'chat'"),
        ({"workers": 0}, "workers", "minimum"),
    ],
)
def test_a_validator_names_what_is_wrong(data: dict[str, Any], place: str, key: str) -> None:
    schema = config_schema()
    Draft202012Validator.check_schema(schema)
    error = best_match(Draft202012Validator(schema).iter_errors(data))
    assert error is not None
    assert "/".join(map(str, error.absolute_path)) == place
    assert key in error.message


def test_every_key_has_a_description() -> None:
    assert all(one["description"] for one in record_schema(ConfigSpec)["properties"].values())
