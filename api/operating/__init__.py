"""How the service is run: its processes, its log, and what is noted of every request."""
