"""Data on its way in beyond a single command: uploads as jobs, and feeds of files."""
