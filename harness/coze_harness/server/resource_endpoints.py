"""The calls of conversations, bots, files and access tokens."""

from __future__ import annotations

import base64
from dataclasses import asdict
from email import policy
from email.message import MIMEPart
from email.parser import BytesParser

import orjson

from coze_harness.model import JSON
from coze_harness.server.fault_injection import Route
from coze_harness.server.request_validation import (
    IncomingCall,
    input_messages,
    meta_data,
    required_text,
    text_field,
)
from coze_harness.server.response_envelope import (
    ApiAnswer,
    ApiRefusal,
    json_response,
    unpublished_bot,
)
from coze_harness.server.script_schema import ScriptedBot, ScriptedPlugin

_MAX_FIRST_MESSAGES = 16
_MAX_NAME = 100
_MAX_FILE_BYTES = 32 * 1024 * 1024  # Coze accepts 512 MB; here a file is kept in memory
_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


async def handle_conversation_create(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /v1/conversation/create`; an unknown bot is refused with 5000."""
    body = await call.body()
    state, bot_id = call.state, text_field(body, "bot_id")
    messages = input_messages(body, "messages", limit=_MAX_FIRST_MESSAGES)
    pairs, name = meta_data(body), text_field(body, "name")
    if len(name) > _MAX_NAME:
        raise ApiRefusal(4000, "name is longer than 100 characters.")
    if bot_id and (bot_id, "") not in state.bots:
        raise ApiRefusal(5000)
    call.trigger_fault(Route.CREATE)
    conversation = state.create_conversation(bot_id)
    conversation.name, conversation.meta_data, conversation.first_messages = name, pairs, messages
    return {"data": conversation.to_json()}


async def handle_conversation_retrieve(call: IncomingCall) -> ApiAnswer:
    """Answer `GET /v1/conversation/retrieve`."""
    conversation_id = required_text(call.query, "conversation_id")
    return {"data": call.state.conversation(conversation_id).to_json()}


async def handle_conversation_list(call: IncomingCall) -> ApiAnswer:
    """Answer `GET /v1/conversations`: those created with the bot's id, newest first."""
    conversations = call.state.conversations_of_bot(required_text(call.query, "bot_id"))
    if call.query.get("sort_order", "").upper() != "ASC":
        conversations.reverse()
    size = _number(call, "page_size", 50)
    begin = (_number(call, "page_num", 1) - 1) * size
    page: list[JSON] = [
        conversation.to_json() for conversation in conversations[begin : begin + size]
    ]
    return {"data": {"conversations": page, "has_more": begin + size < len(conversations)}}


def _number(call: IncomingCall, key: str, default: int) -> int:
    value = call.query.get(key)
    try:
        return max(1, int(value)) if value else default
    except ValueError as error:
        raise ApiRefusal(4000, f"{value} is not a number.") from error


async def handle_bot(call: IncomingCall) -> ApiAnswer:
    """Answer `GET /v1/bots/{id}` and the older `GET /v1/bot/get_online_info?bot_id=`."""
    parent, _, bot_id = call.path.rpartition("/")
    if parent == "/v1/bot":
        bot_id = required_text(call.query, "bot_id")
    is_published = call.query.get("is_published", "true").lower() != "false"
    bot = call.state.bot(bot_id, "" if is_published else "draft")
    if is_published and not bot.published:
        raise unpublished_bot(bot_id)
    call.trigger_fault(Route.BOT, bot.faults)
    return {"data": _bot_json(bot)}


def _bot_json(bot: ScriptedBot) -> JSON:
    second = int(bot.version) // 1000 if bot.version.isdecimal() else 0
    model = {name: value for name, value in asdict(bot.model).items() if value is not None}
    return {
        "bot_id": bot.id,
        "name": bot.name,
        "description": bot.description,
        "icon_url": bot.icon_url,
        "create_time": second,
        "update_time": second,
        "version": bot.version,
        "prompt_info": {"prompt": bot.prompt},
        "onboarding_info": {
            "prologue": bot.prologue,
            "suggested_questions": bot.suggested_questions,
        },
        "bot_mode": 0,  # a single agent
        "plugin_info_list": [_plugin_json(plugin) for plugin in bot.plugins],
        "workflow_info_list": [],
        "model_info": {"model_id": model.pop("id"), "model_name": model.pop("name"), **model},
        "variables": [_variable_json(name, value) for name, value in bot.variables.items()],
    }


def _plugin_json(plugin: ScriptedPlugin) -> JSON:
    tools: list[JSON] = [
        {"api_id": tool.id, "name": tool.name, "description": tool.description}
        for tool in plugin.tools
    ]
    return {
        "plugin_id": plugin.id,
        "name": plugin.name,
        "description": plugin.description,
        "icon_url": "",
        "api_info_list": tools,
    }


def _variable_json(name: str, value: str) -> JSON:
    return {
        "keyword": name,
        "default_value": value,
        "variable_type": "KVVariable",
        "channel": "custom",
        "description": "",
        "enable": True,
        "prompt_enable": True,
    }


async def handle_upload(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /v1/files/upload`: one file in a multipart form (4300, 4301, 4302)."""
    call.trigger_fault(Route.UPLOAD)
    headers, ids = call.request.headers, call.state.ids
    body = await call.raw_body(_MAX_FILE_BYTES, ApiRefusal(4302, http=413))
    files = _files(headers.get("content-type", ""), body)
    if len(files) > 1:
        raise ApiRefusal(4301)
    content = files[0].get_payload(decode=True) if files else None
    if not isinstance(content, bytes) or not content:
        raise ApiRefusal(4300)
    file_id, name = ids.new(), str(files[0].get_filename())
    call.state.file_ids.add(file_id)
    sizes: dict[str, JSON] = {"bytes": len(content), "file_name": name}
    return {"data": {"id": file_id, **sizes, "created_at": ids.second()}}


def _files(content_type: str, body: bytes) -> list[MIMEPart]:
    """Return the files in a multipart body, parsed by the standard library."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    form = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    if form.get_content_type() != "multipart/form-data" or not form.is_multipart():
        raise ApiRefusal(4300, "The upload must be multipart/form-data with a field file.")
    return [part for part in form.iter_parts() if part.get_filename() is not None]


async def handle_token(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /api/permission/oauth2/token`, whose answers have no envelope.

    The JWT's main claims are checked and its signature is not: no public key is known here.
    """
    body, claims = await call.body(), _jwt_claims(call.authorization)
    seconds = body.get("duration_seconds", 900)
    if body.get("grant_type") != _GRANT_TYPE:
        return _oauth_refusal(call, "unsupported_grant_type", "grant_type must be that of a JWT.")
    if not isinstance(seconds, int):
        return _oauth_refusal(call, "invalid_request", "duration_seconds must be a number.")
    if not claims.get("iss"):
        return _oauth_refusal(call, "invalid_client", "The JWT has no iss.")
    if claims.get("aud") != call.request.headers.get("host"):
        return _oauth_refusal(call, "invalid_client", "The JWT is for another host (aud).")
    call.trigger_fault(Route.TOKEN)
    token, expires = call.state.issue_token(seconds)
    answer = {"access_token": token, "expires_in": expires, "token_type": "Bearer"}
    return json_response(orjson.dumps(answer), call.log_id)


def _oauth_refusal(call: IncomingCall, word: str, text: str) -> ApiAnswer:
    body = orjson.dumps({"error_code": word, "error_message": text, "error": word})
    return json_response(body, call.log_id, 400)


def _jwt_claims(authorization: str) -> dict[str, JSON]:
    parts = authorization.removeprefix("Bearer ").split(".")
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, IndexError):
        return {}
    return claims if isinstance(claims, dict) else {}
