"""The JSON Schema of scenario files, which editors complete and check from."""

from __future__ import annotations

from typing import cast

from coze_harness.expectations import item_schema
from coze_harness.model import JSON


def scenario_schema() -> dict[str, JSON]:
    """Return the JSON Schema (draft 2020-12) of a scenario file, single or with `scenarios:`."""
    # All of these import pydantic, which only this function needs.
    from pydantic.json_schema import models_json_schema

    from coze_harness.scenarios.scenario_keys import ScenarioShape, SuiteShape

    _, shapes = models_json_schema(
        [(ScenarioShape, "validation"), (SuiteShape, "validation")],
        ref_template="#/$defs/{model}",
    )
    definitions = cast("dict[str, JSON]", shapes["$defs"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario file of coze-harness",
        "anyOf": [{"$ref": "#/$defs/ScenarioShape"}, {"$ref": "#/$defs/SuiteShape"}],
        "$defs": {**definitions, "expectation": item_schema()},
    }
