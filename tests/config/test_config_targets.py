"""The forms of `bots:` in harness.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
from coze_harness.config import load_settings
from coze_harness.model import Target, TargetKind
from coze_harness.model.errors import SettingsError

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FwaS5jb3plLmNuIn0.c2lnbmF0dXJlMTIz"


def load(root: Path, text: str) -> dict[str, Target]:
    (root / "harness.yaml").write_text(f"bots:\n  {text}\n", "utf-8")
    return dict(load_settings(root, {}).bots)


def test_every_form_of_the_documentation_is_read(tmp_path: Path) -> None:
    bots = load(
        tmp_path,
        """chatchat: {id: "7403315657221079041"}
  flow: {workflow: "7403330000000000003", bot_id: 7403315657221079077}
  app: {workflow: "7403330000000000003", app_id: "744208683", version: v0.0.5, connector_id: "999"}
  plain: {workflow: "7403330000000000003"}
  agent: {project: "https://abc123.coze.site/stream_run", project_id: 7627835614766841865}
  orders: {project: "https://abc124.coze.site/run", answer: reply_content}
  whole: {project: "https://abc124.coze.site/x/run", title: 订单}
  streamed: {project: "https://abc124.coze.site/stream_run", answer: "items[0].text"}
  own: {studio: "http://127.0.0.1:8888/", id: "7403315657221079041"}""",
    )
    flow = "7403330000000000003"
    assert bots["chatchat"].kind is TargetKind.BOT
    assert bots["flow"] == Target(
        name="flow", id=flow, kind=TargetKind.CHATFLOW, bot_id="7403315657221079077"
    )
    assert bots["app"] == Target(
        name="app",
        id=flow,
        kind=TargetKind.CHATFLOW,
        app_id="744208683",
        version="v0.0.5",
        connector_id="999",
    )
    assert bots["plain"] == Target(name="plain", id=flow, kind=TargetKind.WORKFLOW)
    agent = bots["agent"]
    assert (agent.kind, agent.id, agent.project_id) == (
        TargetKind.PROJECT,
        "7627835614766841865",
        "7627835614766841865",
    )
    assert (agent.base_url, agent.path) == ("https://abc123.coze.site", "/stream_run")
    orders = bots["orders"]
    assert (orders.kind, orders.id, orders.answer) == (
        TargetKind.PROJECT_WORKFLOW,
        "orders",
        "reply_content",
    )
    assert (bots["whole"].path, bots["whole"].title) == ("/x/run", "订单")
    assert bots["streamed"].kind is TargetKind.PROJECT_WORKFLOW
    own = bots["own"]
    assert (own.kind, own.url, own.base_url) == (
        TargetKind.STUDIO,
        "http://127.0.0.1:8888",
        "http://127.0.0.1:8888",
    )


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('a: {workflow: "12", bot_id: "1", app_id: "2"}', "2:23", '"app_id" and "bot_id"'),
        ('a: {workflow: reverse, bot_id: "1"}', "2:17", '"workflow" must be digits'),
        ('a: {workflow: "12", bot_id: x}', "2:31", '"bot_id" must be digits'),
        ('a: {workflow: "12", id: "13"}', "2:23", 'The key "id" cannot be used'),
        ('a: {workflow: "12", bot_id: "1", answer: x}', "2:36", 'The key "answer" cannot be used'),
        ('a: {project: "https://a.coze.site"}', "2:16", "stream_run"),
        ('a: {project: "https://u:p@a.coze.site/run"}', "2:16", "stream_run"),
        ('a: {project: "ftp://a/run"}', "2:16", "stream_run"),
        ("a: {project: 7}", "2:16", "must be text"),
        ('a: {project: "https://a/run", answer: "a["}', "2:41", "JMESPath"),
        ('a: {project: "https://a/stream_run", project_id: x}', "2:52", "digits"),
        (
            'a: {project: "https://a/run", project_id: "1"}',
            "2:33",
            'The key "project_id" cannot be used',
        ),
        ('a: {studio: "127.0.0.1", id: "1"}', "2:15", "address"),
        ('a: {studio: "http://a"}', "2:6", "id must be digits"),
        ('a: {studio: "http://a", id: "1", bot_id: "2"}', "2:36", '"bot_id" cannot be used'),
        (f'a: {{project: "https://a/run", title: "{JWT}"}}', "2:40", "secret"),
    ],
)
def test_a_wrong_form_is_refused_where_it_stands(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, text)
    assert words in str(caught.value.what)
    assert str(caught.value.where) == f"harness.yaml:{place}"
    assert JWT not in str(caught.value)
