#!/bin/sh
# Bits are a stated bound: of N runs on rows whose items were swapped, at most
# one in eight may have a group of 3 bits or more, here plus three standard
# deviations. N: 20, with PROOF=full 200. The planted groups are there, unswapped.
set -u
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
runs=20
[ "${PROOF:-}" = full ] && runs=200

"$gen" --packets 2e6 --days 60 --seed 11 --out "$dir/captures" >"$dir/log" 2>&1 &&
    "$trawl" -s "$dir/store" init -q \
        --home 198.51.100.0/24,203.0.113.0/24,2001:db8:1::/48 &&
    "$trawl" -s "$dir/store" ingest -q "$dir/captures" || exit 1

bad=0
# calibrated SET BY: what the footer says of the rewired runs, and whether that
# is few enough.
calibrated() {
    "$trawl" -s "$dir/store" query -f csv \
        "all inbound and syn and during weekend
         | stats t = $1 by src, wk = spanof(weekend) | where size(t) >= 3
         | similar t rewired $runs$2 | show group, size, bits" \
        >"$dir/rows" 2>"$dir/words" || { cat "$dir/words"; exit 1; }
    line=$(grep -o 'rewired .*' "$dir/words")
    groups=$(echo "$line" | sed 's/.*: \([0-9,]*\) group.*/\1/; s/,//g')
    most=$(awk -v n="$runs" 'BEGIN {m = n / 8; printf "%d", m + 3 * sqrt(m)}')
    echo "$1$2: $(($(wc -l <"$dir/rows") - 1)) groups; $line (at most $most)"
    [ "$groups" -le "$most" ] || bad=1
}
calibrated 'set(dst)' ' by wk'
calibrated 'set(dst, dport)' ' by wk'
calibrated 'set(dst)' ''
exit $bad
