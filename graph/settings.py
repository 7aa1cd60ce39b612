"""Every setting of the product, read from ``SUYUAN_*`` environment variables in one place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.errors import UsageError
from graph.text import Text


class Settings(BaseSettings):
    """Settings with their defaults; a wrong value is refused when the program starts."""

    model_config = SettingsConfigDict(env_prefix="SUYUAN_", frozen=True)

    store: str = "sqlite:///suyuan.db"
    """URL of the store."""
    timezone: str = "Asia/Shanghai"
    """The zone of times without one, of dates, and of the days that counts are kept by."""
    mask: bool = True
    """Whether personal data in texts is masked on the way in."""
    mask_key: SecretStr = SecretStr("")
    """Key of the pseudonyms that stand for masked values; empty: labels carry none."""
    mask_key_file: Path | None = None
    """A file that holds that key; goes before ``mask_key``."""
    lang: str = ""
    """``zh`` or ``en``; empty: from the locale, else zh."""
    results: Path | None = None
    """The folder that keeps what runs of the breakpoint list found; absent: beside an embedded store, else in the working folder."""
    parameters: Path | None = None
    """The folder that keeps versions of the trace's numbers; absent: beside an embedded store, else in the working folder."""
    parameters_version: str = ""
    """Name of the version in force; empty: the newest that was learned, else the shipped one."""
    busy_timeout: float = 10.0
    """Seconds a writer waits for another writer of an embedded store."""
    log: Literal["", "json", "text"] = ""
    """How the service writes its log: ``json`` or ``text``; empty: text on a terminal, else JSON."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least grave events that the service logs."""
    neo4j_user: str = "neo4j"
    """Account on a Neo4j server."""
    neo4j_password: SecretStr = SecretStr("")
    """Its password."""
    neo4j_password_file: Path | None = None
    """A file that holds the password; goes before ``neo4j_password``."""
    neo4j_database: str = "neo4j"
    """Database on a Neo4j server."""
    neo4j_timeout: float = Field(default=5.0, gt=0)
    """Seconds to wait for a Neo4j server that does not answer."""
    neo4j_transaction_timeout: float = Field(default=120.0, gt=0)
    """Seconds that one transaction on a Neo4j server may take, waiting for another writer included."""
    login: Literal["", "required"] = ""
    """``required``: logins are demanded on loopback as well; on any other address they always are."""
    hosts: str = ""
    """Names by which the service may be addressed beside this machine's own, separated by commas."""
    session_idle_minutes: float = Field(default=60.0, gt=0)
    """Minutes after which a session that is not used ends."""
    session_hours: float = Field(default=12.0, gt=0)
    """Hours after which a session ends in any case."""
    rate_limit: str = "6000/minute"
    """What one user may ask of one worker process; empty: no bound."""
    rate_limit_anonymous: str = "600/minute"
    """What one address without a login may ask of one worker process; empty: no bound."""
    oidc_issuer: str = ""
    """Address of an OpenID Connect provider; empty: none."""
    oidc_client_id: str = ""
    """The name under which the provider knows this service."""
    oidc_client_secret: SecretStr = SecretStr("")
    """The service's secret at the provider; empty: a public client."""
    oidc_client_secret_file: Path | None = None
    """A file that holds that secret; goes before ``oidc_client_secret``."""
    oidc_name_claim: str = "sub"
    """The claim that names a user; it must never pass from one person to another."""
    oidc_role_claim: str = "roles"
    """The claim that holds what a user is: a text or a list of texts."""
    oidc_roles: dict[str, Literal["viewer", "analyst", "manager", "admin"]] = {}
    """Value of that claim → role, as JSON; who has none of them may not come in."""
    oidc_unit_claim: str = ""
    """The claim that holds the id of the unit a user is confined to, ``*`` for all; empty: users are not confined."""
    oidc_ca_file: Path | None = None
    """Certificates by which the provider is known; absent: those of the machine."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    def mask_secret(self) -> bytes:
        """The key of the pseudonyms, from its file where one is named; empty: none.

        Raises UsageError when the file cannot be read or holds nothing.
        """
        if self.mask_key_file is None:
            return self.mask_key.get_secret_value().encode()
        try:
            key = self.mask_key_file.read_bytes().strip()
        except OSError:
            key = b""
        if not key:
            raise UsageError(
                Text(
                    f"脱敏密钥文件不可用：{self.mask_key_file}",
                    f"the mask key file is not usable: {self.mask_key_file}",
                ),
                Text(
                    "请检查 SUYUAN_MASK_KEY_FILE：文件须可读且不为空",
                    "Check SUYUAN_MASK_KEY_FILE: the file must be readable and hold the key",
                ),
            )
        return key

    def oidc_secret(self) -> str:
        """The service's secret at the identity provider, from its file where one is named.

        Raises UsageError when the file cannot be read.
        """
        if self.oidc_client_secret_file is None:
            return self.oidc_client_secret.get_secret_value()
        try:
            return self.oidc_client_secret_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            path = self.oidc_client_secret_file
            raise UsageError(
                Text(f"无法读取密钥文件：{path}", f"the secret file cannot be read: {path}"),
                Text("请检查 SUYUAN_OIDC_CLIENT_SECRET_FILE 及其权限", "Check SUYUAN_OIDC_CLIENT_SECRET_FILE and its permissions"),
            ) from error  # fmt: skip

    def neo4j_secret(self) -> str:
        """The password of the Neo4j account, from its file where one is named.

        Raises UsageError when the file cannot be read.
        """
        if self.neo4j_password_file is None:
            return self.neo4j_password.get_secret_value()
        try:
            return self.neo4j_password_file.read_text(encoding="utf-8").strip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                Text(
                    f"无法读取密码文件：{self.neo4j_password_file}",
                    f"the password file cannot be read: {self.neo4j_password_file}",
                ),
                Text(
                    "请检查 SUYUAN_NEO4J_PASSWORD_FILE 及其权限", "Check SUYUAN_NEO4J_PASSWORD_FILE and its permissions"
                ),
            ) from error

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


_SAID: dict[str, Any] = {}
"""What options of the command line say: it goes before the environment."""


@contextmanager
def said(**values: Any) -> Iterator[None]:
    """Settings that an option of the command line says otherwise, while the block runs; for the one thread of a command."""
    _SAID.update(values)
    settings.cache_clear()
    try:
        yield
    finally:
        for name in values:
            del _SAID[name]
        settings.cache_clear()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises UsageError when a ``SUYUAN_*`` variable holds a value that cannot be used.
    """
    try:
        return Settings(**_SAID)
    except ValidationError as error:
        first = error.errors()[0]
        name = "SUYUAN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(
            Text(
                f"环境变量 {name} 的值不可用：{first['input']!r}", f"{name} holds an unusable value: {first['input']!r}"
            ),
            Text(f"请改正或取消设置 {name}", f"Correct {name} or unset it"),
        ) from None
