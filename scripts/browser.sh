#!/bin/sh
# Makes sure that Chromium and Chinese fonts are there for the browser tests, as far as we have the right to.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
if ! dpkg-query -W -f '${Status}' fonts-noto-cjk 2>/dev/null | grep -q 'install ok installed'; then
    missing="$missing fonts-noto-cjk"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "安装 $missing · installing $missing" >&2
    apt-get update -qq
    # shellcheck disable=SC2086  # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi

echo "缺少 $missing：浏览器测试将跳过；请安装：sudo apt-get install $missing" >&2
echo "Missing $missing: the browser tests will be skipped; install: sudo apt-get install $missing" >&2
[ "${CI:-}" != true ] || exit 2
