"""The kinds of finding, each a declared predicate over a view of the framework; ``registry`` collects them from ``kinds``."""
