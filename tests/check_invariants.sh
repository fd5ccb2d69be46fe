#!/bin/sh
# `invariants` finds nothing in background traffic, whatever part of it is
# asked for. All generated hosts have one clock for their time stamps: that, and
# only that, is found, and left out here.
set -u
trawl=$(realpath "${TRAWL:-build/release/trawl}")
gen=${GEN:-build/release/gen}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
bad=0 asked=0

for seed in 1 2 3; do
    "$gen" --packets 100000 --days 10 --seed $seed --campaigns 0 --daily \
        --out "$dir/captures$seed" >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
    "$trawl" -s "$dir/store$seed" init -q \
        --home 198.51.100.0/24,203.0.113.0/24,2001:db8:1::/48 &&
        "$trawl" -s "$dir/store$seed" ingest -q "$dir/captures$seed" || exit 1
    for filter in '' inbound outbound 'inbound and syn' rst synack udp icmp \
        'inbound and rst' fin 'dst port 53' 'tcp dst port 80' 'src port 80' \
        'tcp and not syn'; do
        asked=$((asked + 1))
        "$trawl" -s "$dir/store$seed" query -f csv --no-header \
            "all $filter | invariants | where fields != \"tsval\"" \
            >"$dir/rows" 2>"$dir/words" || { cat "$dir/words"; bad=1; }
        [ -s "$dir/rows" ] || continue
        bad=1
        echo "seed $seed, all $filter:"
        cat "$dir/rows"
    done
done
echo "invariants: $asked questions about background traffic"
[ "$bad" = 0 ] && [ "$asked" -gt 10 ]
