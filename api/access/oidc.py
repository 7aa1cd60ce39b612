"""Logins at an OpenID Connect provider: the authorization code flow with PKCE, a state bound to the browser, and a nonce."""

from __future__ import annotations

import base64
import hashlib
import ssl
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from api.access.clock import later
from api.access.database import Database
from api.access.id_tokens import refused, verified
from api.access.principal import RANKS
from api.access.secrets_kept import digest_of, new_secret
from api.roles import Role
from graph.settings import Settings

_FLOW_SECONDS = 600.0
_TIMEOUT = 10.0
_KNOWN_FOR = 3600.0
"""Seconds after which the provider is asked anew who it is and which keys it has."""


class Provider(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = ["client_secret_basic"]


class Begun(NamedTuple):
    """Where to send the browser, and what it must bring back."""

    address: str
    state: str


class Vouched(NamedTuple):
    """Whom the provider vouches for; ``next``: where they wanted to go."""

    name: str
    role: Role | None
    unit: str | None
    next: str


class Oidc:
    """The flow with one provider; may be used by many threads, and a login may end in another process than it began in."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._lock = threading.Lock()
        self._known: tuple[str, Provider, KeySet] | None = None

    def begin(self, back: str, next_: str, at: str) -> Begun:
        """Begin a login; ``back`` is our address to return to. Raises UsageError while the provider cannot be used."""
        provider, _ = self._provider(at)
        state, nonce, verifier = new_secret(), new_secret(), new_secret()
        with self._database.writing() as db:
            db.execute("DELETE FROM flows WHERE expires_at < ?", (at,))
            row = (digest_of(state), nonce, verifier, next_, later(at, _FLOW_SECONDS))
            db.execute("INSERT INTO flows VALUES (?, ?, ?, ?, ?)", row)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code", "client_id": self._settings.oidc_client_id, "redirect_uri": back, "scope": "openid profile",
            "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        joint = "&" if "?" in provider.authorization_endpoint else "?"
        return Begun(f"{provider.authorization_endpoint}{joint}{urlencode(asked)}", state)

    def finish(self, back: str, code: str, state: str, at: str) -> Vouched:
        """End a login with what the browser brought back; a state is good once.

        Raises UsageError when it is not good, or anything the provider answers is not.
        """
        with self._database.writing() as db:
            row = db.execute(
                "DELETE FROM flows WHERE digest = ? RETURNING nonce, verifier, next, expires_at", (digest_of(state),)
            ).fetchone()
        if row is None or row[3] < at:
            raise refused("state")
        nonce, verifier, next_, _ = row
        provider, keys = self._provider(at)
        said = self._exchange(
            provider,
            {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier},
        )
        claims = verified(
            str(said.get("id_token", "")), keys, issuer=provider.issuer, client=self._settings.oidc_client_id, nonce=nonce, at=at
        )  # fmt: skip
        return self._vouched(claims, next_)

    def _vouched(self, claims: Mapping[str, Any], next_: str) -> Vouched:
        name = claims.get(self._settings.oidc_name_claim)
        if not isinstance(name, str) or not name.strip():
            raise refused(self._settings.oidc_name_claim)
        held = claims.get(self._settings.oidc_role_claim, [])
        values = [held] if isinstance(held, str) else held if isinstance(held, list) else []
        roles: list[Role] = [role for value, role in self._settings.oidc_roles.items() if value in values]
        roles.sort(key=RANKS.__getitem__)
        role = roles[-1] if roles else None
        return Vouched(name, role, self._unit(claims, role), next_)

    def _unit(self, claims: Mapping[str, Any], role: Role | None) -> str | None:
        """The unit a user is confined to; who is no admin must have one where units are told, be it ``*`` for all."""
        claim = self._settings.oidc_unit_claim
        if not claim:
            return None
        unit = claims.get(claim)
        if unit is None and role == "admin":
            return None
        if not isinstance(unit, str) or not unit.strip():
            raise refused(claim)
        return None if unit == "*" else unit

    def _exchange(self, provider: Provider, form: dict[str, str]) -> Mapping[str, Any]:
        id_, secret = self._settings.oidc_client_id, self._settings.oidc_secret()
        basic = bool(secret) and "client_secret_basic" in provider.token_endpoint_auth_methods_supported
        if not basic:
            form |= {"client_id": id_} | ({"client_secret": secret} if secret else {})
        return self._asked("POST", provider.token_endpoint, data=form, auth=(id_, secret) if basic else None)

    def _provider(self, at: str) -> tuple[Provider, KeySet]:
        with self._lock:
            if self._known is None or self._known[0] < at:
                issuer = self._settings.oidc_issuer
                said = self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                try:
                    provider = Provider.model_validate(said)
                    keys = KeySet.import_key_set(self._asked("GET", provider.jwks_uri))  # type: ignore[arg-type]  # checked by the library
                except (ValidationError, JoseError, ValueError, TypeError, KeyError) as error:
                    raise refused(type(error).__name__) from error
                if provider.issuer != issuer:
                    raise refused("issuer")
                self._known = later(at, _KNOWN_FOR), provider, keys
            return self._known[1:]

    def _asked(self, method: str, address: str, **options: Any) -> dict[str, Any]:
        """What the provider answers. Only https is spoken, except on this machine; redirects are not followed."""
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise refused("https")
        trusted = self._settings.oidc_ca_file
        verify = ssl.create_default_context(cafile=str(trusted)) if trusted is not None else True
        try:
            with httpx.Client(timeout=_TIMEOUT, verify=verify, trust_env=False) as client:
                answer = client.request(method, address, headers={"Accept": "application/json"}, **options)
                said = answer.raise_for_status().json()
        except (httpx.HTTPError, ValueError, OSError) as error:
            raise refused(type(error).__name__) from error
        if not isinstance(said, dict):
            raise refused("json")
        return said
