"""The server fixture itself: the pinned release answers, is emptied between tests, survives a kill, and outlives no test run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError

from tests.neo4j import fixtures, supervise
from tests.neo4j.fixtures import Address, NewServer, drop_schema, empty

POM = {"m": "http://maven.apache.org/POM/4.0.0"}


def test_the_server_is_the_release_of_the_pom(neo4j_driver: Driver) -> None:
    project = ElementTree.parse(Path(__file__).with_name("pom.xml")).getroot()
    pinned = project.findtext("m:properties/m:neo4j.version", namespaces=POM)
    dependencies = project.findall("m:dependencies/m:dependency", POM)
    assert {d.findtext("m:version", namespaces=POM) for d in dependencies} == {"${neo4j.version}"}
    (component,) = neo4j_driver.execute_query("CALL dbms.components() YIELD versions, edition").records
    assert component["edition"] == "community"
    assert component["versions"] == [pinned]


def test_nobody_enters_with_another_password(neo4j_server: Address) -> None:
    with (
        GraphDatabase.driver(neo4j_server.url, auth=(neo4j_server.user, "neo4j")) as driver,
        pytest.raises(AuthError),
    ):
        driver.verify_connectivity()


def test_a_server_of_somebody_elses_is_taken_only_when_it_is_empty(neo4j_server: Address, neo4j_driver: Driver) -> None:
    place = neo4j_server.url.removeprefix("neo4j://")
    url = f"bolt://{neo4j_server.user}:{neo4j_server.password}@{place}"
    empty(neo4j_driver)
    given = fixtures._given(url)
    assert (given.url, given.user, given.password) == (f"bolt://{place}", neo4j_server.user, neo4j_server.password)
    neo4j_driver.execute_query("CREATE (:Precious)")
    with pytest.raises(AssertionError, match="holds 1 nodes"):
        fixtures._given(url)
    with pytest.raises(AssertionError, match="USER:PASSWORD"):
        fixtures._given(f"neo4j://{place}")


@pytest.mark.parametrize(("required", "raised"), [(False, pytest.skip.Exception), (True, pytest.fail.Exception)])
def test_without_java_it_is_skipped_or_fails_where_it_must_be_there(
    required: bool, raised: type[BaseException], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(fixtures, "REQUIRED", required)
    with pytest.raises(raised, match="Java is not installed"):
        fixtures._ensure_jars()


def test_emptying_leaves_no_data_and_dropping_no_schema(neo4j_driver: Driver) -> None:
    neo4j_driver.execute_query("UNWIND range(1, 25000) AS i CREATE (:Thing {id: i})-[:NEXT]->(:Thing)")
    neo4j_driver.execute_query("CREATE CONSTRAINT thing IF NOT EXISTS FOR (t:Thing) REQUIRE t.id IS UNIQUE")
    neo4j_driver.execute_query("CREATE FULLTEXT INDEX words IF NOT EXISTS FOR (t:Thing) ON EACH [t.text]")
    empty(neo4j_driver)
    assert neo4j_driver.execute_query("MATCH (n) RETURN count(n)").records[0][0] == 0
    assert "words" in neo4j_driver.execute_query("SHOW INDEXES YIELD name RETURN collect(name)").records[0][0]
    drop_schema(neo4j_driver)
    assert neo4j_driver.execute_query("SHOW CONSTRAINTS YIELD name RETURN count(*)").records[0][0] == 0
    assert neo4j_driver.execute_query("SHOW INDEXES YIELD type RETURN collect(DISTINCT type)").records[0][0] == [
        "LOOKUP"
    ]


def test_own_server_keeps_what_was_committed_through_a_kill_and_a_restart(new_neo4j_server: NewServer) -> None:
    server = new_neo4j_server(heap="512m")
    with GraphDatabase.driver(server.url, auth=(server.user, server.password)) as driver:
        driver.execute_query("CREATE (:Kept {id: 1})")
        server.kill()
        assert not server.running
        server.start()
        assert driver.execute_query("MATCH (k:Kept) RETURN count(k)").records[0][0] == 1


def test_what_is_supervised_ends_when_whoever_started_it_is_killed() -> None:
    """Also when pytest dies without a word: nobody finds a forgotten server on his machine."""
    starter = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, {str(Path(supervise.__file__))!r}, 'sleep', '600'], stdin=subprocess.PIPE)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        parent.kill()
        parent.stdout.read()  # ends when the supervisor, which writes there too, has ended
    assert not Path(f"/proc/{pid}").exists()


def test_own_server_that_cannot_start_fails_with_what_it_said(new_neo4j_server: NewServer) -> None:
    with pytest.raises(AssertionError, match=r"(?s)does not answer.*[Tt]oo small"):
        new_neo4j_server(heap="1k")
