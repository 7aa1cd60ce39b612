"""Outside data → checked records → nodes and edges. The plan's catalogue lives here as data."""
