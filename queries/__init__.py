"""One question a file: trace, who, chain, breakpoints. Pure reading of values; no store is known here."""
