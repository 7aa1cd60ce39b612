#!/bin/sh
# Makes .venv if there is none and installs one lock file and SuYuan itself into it.
# Usage: PYTHON=python3 scripts/venv.sh requirements.lock
set -eu
cd "$(dirname "$0")/.."
lock=$1
python=${PYTHON:-python3}

fail() {
    printf '%s\n%s\n' "$1" "$2" >&2
    exit 2
}

command -v "$python" >/dev/null 2>&1 ||
    fail "没有找到 $python；请安装 Python 3.11 或更新版本，或用 make PYTHON=路径 指定" \
         "$python was not found; install Python 3.11 or newer, or name one: make PYTHON=PATH"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "需要 Python 3.11 或更新版本，$python 是 $("$python" -V)；可用 make PYTHON=路径 指定" \
         "Python 3.11 or newer is needed, $python is $("$python" -V); name another: make PYTHON=PATH"

if ! "$python" -c 'import ensurepip' >/dev/null 2>&1; then
    # Debian splits the venv module off; root can mend that here, anybody else is told how.
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    else
        fail "缺少 venv 模块；请安装：sudo apt-get install python3-venv" \
             "The venv module is missing; install it: sudo apt-get install python3-venv"
    fi
fi

[ -x .venv/bin/python ] || "$python" -m venv --clear .venv
printf '%s\n' "安装 $lock · installing $lock" >&2
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
# The build fetches htmx and pico for the pages through npm, their versions and hashes from scripts/vendor/package-lock.json.
command -v npm >/dev/null 2>&1 ||
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r scripts/vendor/requirements-node.lock
# The build back end comes from the lock as well, so nothing unpinned is fetched.
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
