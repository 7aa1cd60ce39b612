"""Whether an ID token is what an identity provider says of this login, and nobody else's, stale or made up (OpenID Connect Core, 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from graph.errors import UsageError
from graph.text import Text
from graph.values import instant

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair; neither none at all nor one with a secret that both sides know."""
_LEEWAY = 60
"""Seconds that two clocks may differ."""


def verified(token: str, keys: KeySet, *, issuer: str, client: str, nonce: str, at: str) -> Mapping[str, Any]:
    """The claims of a token signed by one of the keys, for this client and this very login, at a moment.

    Raises UsageError when anything about it is not so.
    """
    registry = jwt.JWTClaimsRegistry(
        now=int(instant(at).timestamp()), leeway=_LEEWAY,
        iss={"essential": True, "value": issuer}, aud={"essential": True, "value": client},
        exp={"essential": True}, iat={"essential": True}, sub={"essential": True}, nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise refused(type(error).__name__) from error
    audience = claims["aud"]
    if claims.get("azp", client) != client or (
        isinstance(audience, list) and len(audience) > 1 and "azp" not in claims
    ):
        raise refused("azp")
    return claims


def refused(reason: str) -> UsageError:
    """The error for an answer of a provider that cannot be accepted; the reason is for the administrator."""
    return UsageError(
        Text(f"身份提供方的答复不能接受（{reason}）", f"the identity provider's answer cannot be accepted ({reason})"),
        Text(
            "请从登录页重新开始；仍不行请告诉管理员",
            "Begin again at the login page; if it stays so, tell the administrator",
        ),
    )
