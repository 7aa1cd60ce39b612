"""Whether an address demands logins, by which names it answers, and whether anybody could log in there."""

from __future__ import annotations

import ipaddress

from api.access.books import Books
from graph.errors import UsageError
from graph.settings import settings
from graph.text import Text


def is_loopback(host: str) -> bool:
    """Whether an address to listen on reaches this machine alone."""
    try:
        return ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).is_loopback
    except ValueError:
        return False


def demanded(host: str) -> bool:
    """Whether a service on an address asks for logins: on every address but loopback, and there with SUYUAN_LOGIN=required."""
    return settings().login == "required" or not is_loopback(host)


def host_names() -> tuple[str, ...]:
    """The names of SUYUAN_HOSTS, by which the service may be addressed beside this machine's own."""
    return tuple(name.strip() for name in settings().hosts.split(",") if name.strip())


def check_entry(store_url: str, host: str) -> None:
    """Refuse to serve an address that demands logins while nobody could log in and let others in.

    Raises UsageError without an active admin and without an identity provider.
    """
    if not demanded(host):
        return
    books = Books(store_url)
    try:
        known = bool(settings().oidc_issuer) or books.users.has_admin()
    finally:
        books.close()
    if not known:
        raise UsageError(
            Text(f"监听 {host} 需要登录，但还没有管理员", f"on {host} logins are demanded, and there is no admin yet"),
            Text("先运行 suyuan user add NAME --role admin，或配置 SUYUAN_OIDC_ISSUER；只在本机用请写 --host 127.0.0.1", "Run `suyuan user add NAME --role admin` first, or configure SUYUAN_OIDC_ISSUER; for this machine alone use --host 127.0.0.1"),
        )  # fmt: skip
