"""Mapping files that come with the product, as package data; select one by its name."""
