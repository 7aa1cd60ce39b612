"""A Subgraph → a picture or a page. Knows no store."""
