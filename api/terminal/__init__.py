"""The command line's side of an answer: how it is printed, in which language, and what is said of a wrong command line."""
