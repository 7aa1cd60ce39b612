"""The ways in: command line and HTTP. Parses, calls one question, returns."""
