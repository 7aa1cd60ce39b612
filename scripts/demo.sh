#!/bin/sh
# The whole way once: an invented province is generated, loaded, traced and compared with its planted causes.
# Usage: scripts/demo.sh FOLDER   (what an earlier run left in FOLDER is removed)
set -eu
out=$1

if [ -z "${SUYUAN_LANG:-}" ]; then
    case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in en*) SUYUAN_LANG=en ;; *) SUYUAN_LANG=zh ;; esac
fi
export SUYUAN_LANG SUYUAN_STORE="sqlite:///$out/suyuan.db" COLUMNS="${COLUMNS:-120}"
as_of=2026-01-01 # the invented year is over: answers do not depend on the day on which the demo runs

step() {
    if [ "$SUYUAN_LANG" = en ]; then printf '\n== %s\n' "$2"; else printf '\n== %s\n' "$1"; fi
}

# The id of the first complaint with an outcome, in id order.
first() {
    python -c 'import json, sys
print(next(a["complaint"].partition(":")[2] for a in map(json.loads, open(sys.argv[1], encoding="utf-8")) if a["outcome"] == sys.argv[2]))' \
        "$out/traces.jsonl" "$1"
}

rm -rf "$out"
mkdir -p "$out"

step "生成示例省份" "A province is generated"
python -m ingest.demo --lang "$SUYUAN_LANG" generate "$out"

step "建库，装入方案目录和默认映射" "The store is made; the plan's catalogue and the default maps are loaded"
suyuan init

step "装入示例数据" "The province's tables are loaded"
suyuan ingest "$out/tables" --source demo --rejects "$out/rejects.csv"

step "逐条溯源" "Every complaint is traced"
suyuan trace --all --as-of "$as_of" --out "$out/traces.jsonl"
named=$(first named)
unknown=$(first unknown)

step "一条已定位的投诉：$named" "A complaint whose origin is named: $named"
suyuan trace "$named" --as-of "$as_of" --html "$out/map.html"

step "一条无法判定的投诉：$unknown" "A complaint whose origin stays unknown: $unknown"
suyuan trace "$unknown" --as-of "$as_of"

step "断点、盲点、风险清单之首：每种取最前一条，共几条" "The top of the list of breakpoints, blind spots and risks: the first of each kind, and how many"
suyuan breakpoints --as-of "$as_of" --out "$out/breakpoints.json"
python -c 'import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
first = {}
for f in answer["findings"]:
    first.setdefault(f["kind"], f)
for kind, f in first.items():
    print("  {}  {:>4}  {}  {}".format(f["severity"], answer["counts"]["kind"][kind], kind, f["message"][sys.argv[2]]))' \
    "$out/breakpoints.json" "$SUYUAN_LANG"

step "与预设起因对照" "Compared with the planted causes"
python -m ingest.demo --lang "$SUYUAN_LANG" report --truth "$out/truth/truth.csv" --answers "$out/traces.jsonl"

step "溯源图，请用浏览器打开" "The map of the trace, to be opened in a browser"
realpath "$out/map.html"
