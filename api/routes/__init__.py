"""The addresses of the HTTP API and their description: each parses its parameters, asks one question and returns the answer."""
