"""Every setting of the product, read from ``SUYUAN_*`` environment variables in one place."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError, field_validator
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
    lang: str = ""
    """``zh`` or ``en``; empty: from the locale, else zh."""
    busy_timeout: float = 10.0
    """Seconds a writer waits for another writer of an embedded store."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once.

    Raises UsageError when a ``SUYUAN_*`` variable holds a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SUYUAN_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(
            Text(
                f"环境变量 {name} 的值不可用：{first['input']!r}", f"{name} holds an unusable value: {first['input']!r}"
            ),
            Text(f"请改正或取消设置 {name}", f"Correct {name} or unset it"),
        ) from None
