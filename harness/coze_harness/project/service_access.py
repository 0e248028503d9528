"""The network to the services of a project's targets, each authenticated by its own token."""

from __future__ import annotations

from collections.abc import Iterable

from coze_harness.auth.credentials import AccessToken, OAuthAppKeys, read_private_key
from coze_harness.cassettes import Redactor
from coze_harness.messages import message
from coze_harness.model import Target, TargetKind
from coze_harness.model.errors import SettingsError
from coze_harness.project.opened_project import Project
from coze_harness.transport import (
    HttpTransport,
    ServiceTransports,
    TokenSource,
    ca_bundle,
    proxies_for,
)


def open_service_transports(
    project: Project, redactor: Redactor, targets: Iterable[Target], *, workers: int
) -> ServiceTransports:
    """Open the network to the services of targets.

    Args:
        project: has the tokens, the addresses and the limits.
        redactor: gets every token that the environment has, and a private key, before the first
            call: a bot may repeat the token of another service.
        targets: what is talked to.
        workers: the most calls at a time to each service.

    Raises:
        SettingsError: there are no credentials, or they cannot be used.
        CozeError: Coze rejects the OAuth app.
    """
    settings, process = project.settings, project.process
    for secret in (settings.project_token, settings.studio_token, settings.credentials):
        if isinstance(secret, AccessToken):
            redactor.add_secret(secret.get_secret_value())
    services = {target.base_url: target for target in targets}
    tokens = {url: _token_for(target, project, redactor) for url, target in services.items()}
    return ServiceTransports(
        {
            url: HttpTransport(
                url or settings.base_url,
                token,
                workers=workers,
                environment=process.environment,
                call_seconds=settings.limits.call,
                response_bytes=settings.limits.response_bytes,
                monotonic=process.clock.monotonic,
            )
            for url, token in tokens.items()
        }
    )


def _token_for(target: Target, project: Project, redactor: Redactor) -> str | TokenSource:
    settings = project.settings
    if target.is_project:
        if settings.project_token is None:
            raise SettingsError(
                message("project.no_token.project", target=target.name),
                next_step=message("project.no_token.project_next"),
            )
        return settings.project_token.get_secret_value()
    if target.kind is TargetKind.STUDIO and settings.studio_token is not None:
        return settings.studio_token.get_secret_value()
    if settings.credentials is None:
        raise SettingsError(
            message("project.no_token"),
            next_step=message("project.no_token.next"),
        )
    if isinstance(settings.credentials, OAuthAppKeys):
        return _oauth_tokens(settings.credentials, project, redactor)
    return settings.credentials.get_secret_value()


def _oauth_tokens(keys: OAuthAppKeys, project: Project, redactor: Redactor) -> TokenSource:
    from coze_harness.auth.oauth_app import OAuthTokenSource, sdk_token_request

    redactor.add_secret(read_private_key(keys))
    settings, process = project.settings, project.process
    base_url, environment = settings.base_url, process.environment
    request = sdk_token_request(
        keys,
        base_url,
        proxies=proxies_for(base_url, environment),
        ca_bundle=ca_bundle(environment),
        redact=redactor.redact,
        seconds=settings.limits.call,
    )
    return OAuthTokenSource(request, process.clock, redactor.add_secret)
