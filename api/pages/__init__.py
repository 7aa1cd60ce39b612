"""The pages that people open: each module asks the questions of one page and hands the answers to its template."""
