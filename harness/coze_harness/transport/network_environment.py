"""What all requests share: headers, and the environment's proxies and certificates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.utils import should_bypass_proxies

from coze_harness.messages import message
from coze_harness.model.errors import SettingsError
from coze_harness.model.version import VERSION
from coze_harness.transport.body_reading import ENCODINGS


def base_request(base_url: str) -> requests.PreparedRequest:
    """Return the template of every request.

    Raises:
        SettingsError: the base URL is invalid.
    """
    request = requests.PreparedRequest()
    request.prepare_headers(
        {
            "User-Agent": f"coze-harness/{VERSION}",
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": ENCODINGS,
        }
    )
    try:
        request.prepare_url(base_url, None)
        parts = urlsplit(str(request.url))
        # Old releases of urllib3 accept a space as a host.
        usable = parts.scheme in ("http", "https") and "%20" not in (parts.hostname or "")
    except (requests.exceptions.RequestException, ValueError):
        usable = False
    if not usable:
        raise SettingsError(
            message("transport.bad_base_url", url=base_url),
            next_step=message("transport.bad_base_url.next"),
        )
    return request


def proxies_for(base_url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment's proxies for this address: `HTTPS_PROXY` and so on, by scheme."""

    def variable(name: str) -> str:
        return environment.get(name) or environment.get(name.upper()) or ""

    if should_bypass_proxies(base_url, no_proxy=variable("no_proxy")):
        return {}
    proxies = {scheme: variable(f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    return {scheme: proxy for scheme, proxy in proxies.items() if proxy}


def ca_bundle(environment: Mapping[str, str]) -> bool | str:
    """Return the path of the environment's CA bundle; `True` means certifi's.

    Raises:
        SettingsError: the bundle does not exist.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if bundle := environment.get(name):
            if not Path(bundle).exists():
                raise SettingsError(
                    message("transport.no_bundle", variable=name, path=bundle),
                    next_step=message("transport.no_bundle.next"),
                )
            return bundle
    return True
