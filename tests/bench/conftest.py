"""Small injected worlds, drawn once."""

from __future__ import annotations

import pytest

from bench.inject_world import World, draw_world


@pytest.fixture(scope="session")
def small() -> World:
    """A world of a few products."""
    return draw_world(7, products=8)
