#!/bin/sh
# Makes sure that the Neo4j server of the tests is there: a Java runtime, Maven, and the jars of tests/neo4j/pom.xml in out/neo4j/lib.
# As root it installs the first two; without them the tests against Neo4j are skipped, and CI=true fails.
set -eu
cd "$(dirname "$0")/.."
pom=tests/neo4j/pom.xml
store=out/neo4j

missing=""
command -v java >/dev/null 2>&1 || missing="openjdk-17-jre-headless"
# What Maven fetched once serves for good: it is wanted only where the jars are not those of the pom.
cmp -s "$pom" "$store/pom.xml" || command -v mvn >/dev/null 2>&1 || missing="$missing maven"

if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "安装 $missing · installing $missing" >&2
        apt-get update -qq
        # shellcheck disable=SC2086  # one word a package
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "缺少 $missing：Neo4j 测试将跳过；请安装：sudo apt-get install $missing" >&2
        echo "Missing $missing: the tests against Neo4j will be skipped; install: sudo apt-get install $missing" >&2
        [ "${CI:-}" != true ] || exit 2
        exit 0
    fi
fi

mkdir -p "$store"
exec 9>"$store/lock"
flock 9 # two runs at once: the second finds what the first fetched
if ! cmp -s "$pom" "$store/pom.xml"; then
    echo "取 Neo4j 服务器 · fetching the Neo4j server" >&2
    rm -rf "$store/lib" "$store/pom.xml"
    mvn -q -B -C -f "$pom" dependency:copy-dependencies "-DoutputDirectory=$PWD/$store/lib" >&2
    cp "$pom" "$store/pom.xml"
fi
