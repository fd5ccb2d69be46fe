#!/bin/sh
# run_fuzz.sh TARGET - runs a libFuzzer target for FUZZ_SECONDS (60). What it
# finds stays in build/fuzz/corpus; tests/seeds/NAME, where there is one, is
# where it starts.
target=$1
name=$(basename "$target")
corpus=build/fuzz/corpus/$name
found=build/fuzz/found/$name
mkdir -p "$corpus" "$found"
seeds=tests/seeds/$name
[ -d "$seeds" ] || seeds=
log=build/fuzz/$name.log
echo "$name: ${FUZZ_SECONDS:-60} s"
# shellcheck disable=SC2086 # no seeds is no argument
if "$target" -max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$found/" "$corpus" $seeds >"$log" 2>&1; then
    tail -n 2 "$log"
else
    tail -n 60 "$log"
    exit 1
fi
