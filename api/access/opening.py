"""The books of access as the command line opens them: for one command, beside a store that exists."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from api.access.books import Books
from api.context import opened


@contextmanager
def books_of(store_url: str) -> Iterator[Books]:
    """The books of a store, closed when the block ends. Raises StoreError when there is no such store."""
    with opened(store_url):
        pass
    with closing(Books(store_url)) as books:
        yield books
