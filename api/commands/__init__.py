"""One command of ``suyuan`` a file: its options, the one question it asks, how the answer is shown."""
