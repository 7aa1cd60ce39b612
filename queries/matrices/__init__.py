"""Coverage and responsibility as matrices: one matrix a file, found by ``queries/matrices/registry.py``."""
