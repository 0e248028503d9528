"""harness.yaml's shape, as pydantic reads it: for the words of what does not fit."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

_Text = Annotated[str, Field(min_length=1)]
_Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _PollShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    interval: _Seconds = 1.0
    timeout: _Seconds = 120.0


class _JudgeShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    bot: _Text


class _ReportShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    lang: Literal["en", "zh"] = "en"
    layout: Literal["single", "folder"] = "single"


class FileShape(BaseModel):
    """What may stand in harness.yaml."""

    model_config = ConfigDict(extra="forbid", strict=True)

    base_url: _Text = ""
    bots: dict[_Text, object] = Field(default_factory=dict)
    default_bot: _Text = ""
    user_id: _Text = ""
    poll: _PollShape = _PollShape()
    rate_limit: Annotated[float, Field(gt=0)] | None = None
    workers: Annotated[int, Field(ge=1, le=1024)] | None = None
    scenarios: _Text = ""
    cassettes: _Text = ""
    reports: _Text = ""
    redact: list[_Text] = Field(default_factory=list)
    judge: _JudgeShape | None = None
    report: _ReportShape = _ReportShape()
