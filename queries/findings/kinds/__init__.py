"""One file per kind of finding or group of kinds; whatever :class:`Predicate` stands in a file here is in the registry."""
