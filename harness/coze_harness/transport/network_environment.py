"""What all requests share: their headers, and the proxies and certificates of the environment."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.utils import should_bypass_proxies

from coze_harness.model.errors import SettingsError


def template(base_url: str) -> requests.PreparedRequest:
    """Return what every request has in common.

    Raises:
        SettingsError: the base URL is none.
    """
    request = requests.PreparedRequest()
    request.prepare_headers(
        {
            "User-Agent": f"coze-harness/{version('coze-harness')}",
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "gzip, deflate",
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
            f"The base URL is none: {base_url}",
            next_step="write it like https://api.coze.com (or https://api.coze.cn).",
        )
    return request


def proxies_for(base_url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the proxies that the environment names for this address: `HTTPS_PROXY` and so on."""

    def named(name: str) -> str:
        return environment.get(name) or environment.get(name.upper()) or ""

    if should_bypass_proxies(base_url, no_proxy=named("no_proxy")):
        return {}
    found = {scheme: named(f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def certificates(environment: Mapping[str, str]) -> bool | str:
    """Return whose certificates are trusted: the environment's bundle, or certifi's (`True`).

    Raises:
        SettingsError: the bundle is not there.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if bundle := environment.get(name):
            if not Path(bundle).exists():
                raise SettingsError(
                    f"{name} names a file that is not there: {bundle}",
                    next_step="set it to the file with the certificates that you trust.",
                )
            return bundle
    return True
