"""The demo province: a seeded, invented operator with planted causes, and the report that compares traces with them."""

from ingest.demo.generator import DemoFiles, generate

__all__ = ["DemoFiles", "generate"]
