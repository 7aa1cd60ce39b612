"""docker-compose.yml, the Dockerfile and the systemd unit: what they must say, read as files, for no Docker runs where the tests do."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.commands import serve
from graph.settings import Settings
from tests.architecture.house import PACKAGES, ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
NEO4J_PAGE = (ROOT / "docs" / "neo4j.md").read_text(encoding="utf-8")


def gigabytes(size: str) -> float:
    """A size as Neo4j and Docker write it."""
    return float(re.fullmatch(r"(\d+)[gG]", size)[1])  # type: ignore[index]


def test_neo4j_is_the_supported_series_with_a_health_check_and_kept_data() -> None:
    neo4j = COMPOSE["services"]["neo4j"]
    assert neo4j["image"] == "neo4j:5.26-community"
    assert "7474" in " ".join(neo4j["healthcheck"]["test"])
    assert {"interval", "timeout", "retries", "start_period"} <= neo4j["healthcheck"].keys()
    assert "neo4j_data:/data" in neo4j["volumes"]
    assert "neo4j_data" in COMPOSE["volumes"]
    assert neo4j["restart"] == "unless-stopped"


def test_neo4j_has_memory_that_fits_its_limit_and_time_to_stop() -> None:
    neo4j = COMPOSE["services"]["neo4j"]
    said = neo4j["environment"]
    heap, cache = (gigabytes(said[f"NEO4J_server_memory_{name}"]) for name in ("heap_max__size", "pagecache_size"))
    assert said["NEO4J_server_memory_heap_initial__size"] == said["NEO4J_server_memory_heap_max__size"]
    assert heap + cache < gigabytes(neo4j["mem_limit"])
    assert gigabytes(said["NEO4J_db_memory_transaction_max"]) <= heap / 2
    assert neo4j["stop_grace_period"] == "2m"


def test_the_application_waits_until_neo4j_is_healthy_and_is_watched_itself() -> None:
    app = COMPOSE["services"]["app"]
    assert app["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert "/ready" in " ".join(app["healthcheck"]["test"])
    assert {"interval", "timeout", "retries", "start_period"} <= app["healthcheck"].keys()
    assert (app["init"], app["stop_grace_period"], app["read_only"]) == (True, "5m", True)
    assert app["build"] == "."
    assert any(volume.endswith(":/data") for volume in app["volumes"])


def test_the_application_keeps_its_graph_in_that_neo4j_unless_told_otherwise() -> None:
    app, neo4j = COMPOSE["services"]["app"], COMPOSE["services"]["neo4j"]
    address = re.fullmatch(r"\$\{SUYUAN_STORE:-neo4j://(.+)\}", app["environment"]["SUYUAN_STORE"])
    assert address is not None
    assert address[1] == neo4j["environment"]["NEO4J_server_bolt_advertised__address"]
    assert f"{address[1]}:7687" in neo4j["ports"]
    assert app["network_mode"] == "host"


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
    assert COMPOSE["services"]["app"]["environment"]["SUYUAN_NEO4J_PASSWORD_FILE"] == "/run/secrets/neo4j_password"
    assert COMPOSE["services"]["app"]["secrets"] == ["neo4j_password"]
    assert COMPOSE["secrets"] == {name: {"file": f"./secrets/{name}"} for name in ("neo4j_auth", "neo4j_password")}
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    environments = [service["environment"] for service in COMPOSE["services"].values()]
    assert [
        name for environment in environments for name in environment if re.search(r"PASSWORD$|AUTH$|TOKEN", name)
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
    for folder in ("scripts/vendor",):
        assert f"COPY {folder} {folder}" in DOCKERFILE
        assert f"!{folder}" in allowed
    assert "pip install --require-hashes -r scripts/vendor/requirements-node.lock" in DOCKERFILE
    assert DOCKERFILE.index("requirements-node.lock") < DOCKERFILE.index("--no-build-isolation .")
    assert "--workers" in DOCKERFILE
    user = re.findall(r"^USER (.+)$", DOCKERFILE, re.M)
    assert user == ["suyuan"]
    assert DOCKERFILE.index("USER suyuan") < DOCKERFILE.index("CMD ")


def test_the_cluster_of_the_page_has_three_primaries_and_a_secondary_that_know_each_other() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```$", NEO4J_PAGE, re.M | re.S)
    cluster = yaml.safe_load(block)
    members = {name: service["environment"] for name, service in cluster["services"].items()}
    modes = [said["NEO4J_initial_server_mode__constraint"] for said in members.values()]
    assert sorted(modes) == ["PRIMARY", "PRIMARY", "PRIMARY", "SECONDARY"]
    for name, said in members.items():
        assert said["NEO4J_server_default__advertised__address"] == cluster["services"][name]["hostname"] == name
        assert said["NEO4J_dbms_cluster_discovery_v2_endpoints"] == ",".join(f"{other}:6000" for other in members)
        assert said["NEO4J_initial_dbms_default__primaries__count"] == str(modes.count("PRIMARY"))
        assert said["NEO4J_AUTH_FILE"] == "/run/secrets/neo4j_auth"
        assert cluster["services"][name]["image"] == "neo4j:5.26-enterprise"
        assert "ports" not in cluster["services"][name]
        assert cluster["services"][name]["volumes"] == [f"{name}_data:/data"]
        assert "7474" in " ".join(cluster["services"][name]["healthcheck"]["test"])
    assert list(cluster["volumes"]) == [f"{name}_data" for name in members]
    assert "yes" not in block  # nobody accepts a licence by copying a file


# ── systemd ─────────────────────────────────────────────────────────────────────────────────────────
UNIT_FILE = ROOT / "deploy" / "suyuan.service"


def unit() -> dict[str, dict[str, list[str]]]:
    """The unit: section → key → every value in order."""
    found: dict[str, dict[str, list[str]]] = {}
    section: dict[str, list[str]] = {}
    for line in UNIT_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            section.setdefault(key, []).append(value)
    return found


def test_the_unit_runs_the_service_as_a_user_of_its_own_that_may_write_its_folder_alone() -> None:
    service = unit()["Service"]
    assert service["User"] == service["Group"] == service["StateDirectory"] == ["suyuan"]
    for key in (
        "NoNewPrivileges",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "RestrictSUIDSGID",
        "LockPersonality",
    ):
        assert service[key] == ["yes"], key
    assert (service["ProtectSystem"], service["CapabilityBoundingSet"], service["UMask"]) == (
        ["strict"],
        [""],
        ["0077"],
    )
    (environment,) = service["Environment"]
    assert "SUYUAN_STORE=sqlite:////var/lib/suyuan/suyuan.db" in environment.split()
    assert "ReadWritePaths" not in service


def test_the_unit_restarts_what_failed_and_stops_as_the_supervisor_wants_it() -> None:
    service = unit()["Service"]
    assert service["ExecStartPre"] == ["/opt/suyuan/bin/suyuan init"]
    assert re.fullmatch(r"/opt/suyuan/bin/suyuan serve --workers \d+", service["ExecStart"][0])
    assert service["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert (service["Restart"], service["KillMode"], service["TimeoutStopSec"]) == (["on-failure"], ["mixed"], ["5min"])
    named = {
        name
        for value in service.values()
        for word in " ".join(value).split()
        for name in re.findall(r"^SUYUAN_\w+", word)
    }
    assert {name.removeprefix("SUYUAN_").lower() for name in named} <= set(Settings.model_fields)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_the_unit_and_finds_little_exposed(tmp_path: Path) -> None:
    here = tmp_path / "suyuan.service"
    here.write_text(
        UNIT_FILE.read_text(encoding="utf-8").replace("/opt/suyuan/bin/suyuan", "/bin/true"), encoding="utf-8"
    )
    for command in (["verify"], ["security", "--offline=true", "--threshold=20"]):
        done = subprocess.run(["systemd-analyze", *command, str(here)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stderr == ""
