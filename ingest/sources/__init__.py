"""Readers of outside formats, one a module."""
