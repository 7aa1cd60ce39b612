"""What every test may use: the fixtures of a real Neo4j, and the scheduling that goes with them."""

pytest_plugins = ["tests.neo4j.fixtures", "tests.neo4j.scheduling"]
