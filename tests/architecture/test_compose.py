"""docker-compose.yml and the Dockerfile: what they must say, read as files, for no Docker runs where the tests do."""

from __future__ import annotations

import inspect
import re
import tomllib
from typing import Any

import yaml

from api.commands import serve
from tests.architecture.house import PACKAGES, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_neo4j_is_the_supported_series_with_a_health_check_and_kept_data() -> None:
    neo4j = COMPOSE["services"]["neo4j"]
    assert neo4j["image"] == "neo4j:5.26-community"
    assert "7474" in " ".join(neo4j["healthcheck"]["test"])
    assert {"interval", "timeout", "retries", "start_period"} <= neo4j["healthcheck"].keys()
    assert "neo4j_data:/data" in neo4j["volumes"]
    assert "neo4j_data" in COMPOSE["volumes"]


def test_the_application_waits_until_neo4j_is_healthy_and_is_watched_itself() -> None:
    app = COMPOSE["services"]["app"]
    assert app["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert "/health" in " ".join(app["healthcheck"]["test"])
    assert app["build"] == "."
    assert app["environment"]["SUYUAN_STORE"] == "sqlite:////data/suyuan.db"
    assert any(volume.endswith(":/data") for volume in app["volumes"])


def test_nothing_listens_beyond_this_machine() -> None:
    """Published ports are bound to the loopback address; what shares the host's network serves on it by default."""
    services = COMPOSE["services"]
    published = {name: service["ports"] for name, service in services.items() if service.get("network_mode") != "host"}
    assert published
    assert [port for ports in published.values() for port in ports if not str(port).startswith("127.0.0.1:")] == []
    default = inspect.signature(serve.run).parameters["host"].default
    assert default == "127.0.0.1"
    assert "--host" not in DOCKERFILE
    assert str(inspect.signature(serve.run).parameters["port"].default) in " ".join(
        services["app"]["healthcheck"]["test"]
    )


def test_the_password_comes_from_a_secret_file_that_git_ignores() -> None:
    assert COMPOSE["services"]["neo4j"]["environment"]["NEO4J_AUTH_FILE"] == "/run/secrets/neo4j_auth"
    assert COMPOSE["services"]["neo4j"]["secrets"] == ["neo4j_auth"]
    assert COMPOSE["secrets"] == {"neo4j_auth": {"file": "./secrets/neo4j_auth"}}
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    environments = [service["environment"] for service in COMPOSE["services"].values()]
    assert [
        name for environment in environments for name in environment if re.search(r"PASSWORD|AUTH$|TOKEN", name)
    ] == []


def test_the_image_installs_by_hash_carries_every_package_and_runs_as_an_ordinary_user() -> None:
    assert re.findall(r"^FROM (.+)$", DOCKERFILE, re.M) == ["python:3.11-slim"]
    assert "pip install --require-hashes -r requirements.lock" in DOCKERFILE
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for package in wheel["packages"]:
        assert f"COPY {package} {package}" in DOCKERFILE
        assert f"!{package}" in allowed
    assert tuple(wheel["packages"]) == PACKAGES
    user = re.findall(r"^USER (.+)$", DOCKERFILE, re.M)
    assert user == ["suyuan"]
    assert DOCKERFILE.index("USER suyuan") < DOCKERFILE.index("CMD ")
