"""Who may use the server of a report: the one who has its address, from its own pages."""

from __future__ import annotations

import secrets

from msgspec import Struct
from starlette.datastructures import Headers

_NAMES = ("127.0.0.1", "localhost")


class RequestAccess(Struct, frozen=True):
    """Checks requests to a server on loopback, whose address has a token that nobody else knows."""

    port: int
    token: str

    def names_server(self, headers: Headers) -> bool:
        """Return whether a request names this server.

        A page of another site, whose name was made to lead to this machine, sends its own name.
        """
        own_hosts = [f"{name}:{self.port}" for name in _NAMES]
        if self.port == 80:  # a browser leaves out the port of its scheme
            own_hosts += _NAMES
        hosts = headers.getlist("host")
        return len(hosts) == 1 and hosts[0].lower() in own_hosts

    def has_token(self, token: str) -> bool:
        """Return whether this is the token. The time that takes says nothing about it."""
        return secrets.compare_digest(token.encode(errors="replace"), self.token.encode())

    def is_own_page(self, headers: Headers, *, needs_origin: bool) -> bool:
        """Return whether a request comes from one of this server's pages.

        A browser names the page's origin for each `POST`, and not for a `GET` from the same origin.
        """
        origins = headers.getlist("origin")
        if needs_origin and not origins:
            return False
        own_origin = f"http://{headers.get('host', '').lower()}"
        if any(origin.lower() != own_origin for origin in origins):
            return False
        return all(site == "same-origin" for site in headers.getlist("sec-fetch-site"))
