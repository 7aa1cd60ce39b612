"""Runs one program and outlives nobody: when its own standard input ends, however its parent died, it kills the program.

Prints the program's process id, then waits and leaves with the program's exit code; what the program says goes to standard error.
It is the program's parent, so that the id stays the program's until then and nothing else can be hit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading


def main(command: list[str]) -> int:
    """Run a command until it ends or standard input does."""
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr)
    print(program.pid, flush=True)

    def watch() -> None:
        sys.stdin.buffer.read()
        program.kill()

    threading.Thread(target=watch, daemon=True).start()
    return program.wait()


if __name__ == "__main__":
    code = main(sys.argv[1:])
    os._exit(code & 0xFF)  # at once: the thread still waits for standard input, which an orderly exit would complain of
