"""What a bot is: the calls from which a recording takes its snapshot."""

from __future__ import annotations

from starlette.requests import Request

from coze_harness.model import JSON
from coze_harness.server import request_validation as checks
from coze_harness.server.fault_schema import Route
from coze_harness.server.prompt_matching import Face
from coze_harness.server.response_envelope import Refused
from coze_harness.server.response_writer import Outcome, Told
from coze_harness.server.server_state import Desk

_SINGLE_AGENT = 0


async def information(desk: Desk, request: Request) -> Outcome:
    """`GET /v1/bots/{id}` and the older `GET /v1/bot/get_online_info?bot_id=`."""
    checks.authorize(request)
    query = request.query_params
    bot_id = request.path_params.get("id") or query.get("bot_id", "")
    if not bot_id:
        raise Refused(4000, "bot_id is required.")
    published = query.get("is_published", "true").lower() != "false"
    face = desk.face(bot_id, "" if published else "draft")
    if published and not face.bot.published:
        raise Refused(
            4015, f"The bot_id {bot_id} has not been published to the channel Agent As API."
        )
    fault = desk.strike(Route.BOT, bot_id, face.bot.faults)
    return Told({"data": described(face)}, fault)


def described(face: Face) -> dict[str, JSON]:
    """Return Coze's bot object."""
    bot = face.bot
    made = int(face.version) // 1000 if face.version.isdecimal() else 0
    plugins: list[JSON] = [
        {
            "plugin_id": plugin.id,
            "name": plugin.name,
            "description": plugin.description,
            "icon_url": "",
            "api_info_list": [
                {"api_id": tool.id, "name": tool.name, "description": tool.description}
                for tool in plugin.tools
            ],
        }
        for plugin in bot.plugins
    ]
    return {
        "bot_id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "icon_url": bot.icon_url,
        "create_time": made,
        "update_time": made,
        "version": face.version,
        "prompt_info": {"prompt": face.prompt},
        "onboarding_info": {
            "prologue": bot.prologue,
            "suggested_questions": list(bot.suggested_questions),
        },
        "bot_mode": _SINGLE_AGENT,
        "plugin_info_list": plugins,
        "workflow_info_list": [],
        "model_info": _model(face),
        "variables": [
            {
                "keyword": name,
                "default_value": value,
                "variable_type": "KVVariable",
                "channel": "custom",
                "description": "",
                "enable": True,
                "prompt_enable": True,
            }
            for name, value in bot.variables.items()
        ],
    }


def _model(face: Face) -> dict[str, JSON]:
    model = face.model
    settings: dict[str, JSON] = {
        "temperature": model.temperature,
        "top_p": model.top_p,
        "max_tokens": model.max_tokens,
        "context_round": model.context_round,
        "response_format": model.response_format,
    }
    given = {key: value for key, value in settings.items() if value is not None}
    return {"model_id": model.id, "model_name": model.name, **given}
