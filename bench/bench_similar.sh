#!/bin/sh
# Claim: what `similar` costs, over packets of 60 days and over rows drawn in
# memory: up to a million of them, and crowds that share one list of 24 hosts.
# BENCH_ROWS (1000000): the most rows.
set -u
. bench/lib.sh
rows=${BENCH_ROWS:-1000000}
store=$dir/query-$packets
[ -d "$store" ] || { "$trawl" -s "$store" init -q --home "$home" &&
    "$trawl" -s "$store" ingest -q "$archive"; } || exit 1
grep -q '^home' "$store/site.trawl" 2>/dev/null ||
    echo "home = {$home}; calendar weekend = sat..sun;" >>"$store/site.trawl"
echo "groups over $count packets, warm"
measured 'every weekend' "$runs" "$trawl" -s "$store" query -q -f csv \
    'all inbound and syn and during weekend
     | stats t = set(dst) by src, wk = spanof(weekend) | where size(t) >= 3 | similar t by wk'
measured 'the same, ports too' "$runs" "$trawl" -s "$store" query -q -f csv \
    'all inbound and syn and during weekend
     | stats t = set(dst, dport) by src, wk = spanof(weekend) | where size(t) >= 3 | similar t by wk'
measured 'one window of 60 days' "$runs" "$trawl" -s "$store" query -q -f csv \
    'all inbound and syn | stats t = set(dst) by src | where size(t) >= 3 | similar t'
measured '    its sets alone' "$runs" "$trawl" -s "$store" query -q -f csv \
    'all inbound and syn | stats t = set(dst) by src | where size(t) >= 3
     | stats n = count(), most = max(size(t))'

# The core of `similar`, without a store.
objects=$(find build/release/base build/release/store build/release/grammar \
    build/release/query -name '*.o')
${CC:-cc} -O2 -std=c11 -D_GNU_SOURCE -I. -pthread bench/similar.c $objects \
    $(pkg-config --libs liblzma lmdb libzstd libxxhash) -lm \
    -o "$dir/similar" || exit 1
for hosts in 65536 512; do
    "$dir/similar" $((rows / 10)) $hosts
    "$dir/similar" "$rows" $hosts
done
"$dir/similar" "$rows" 65536 $((rows / 10)) 24
"$dir/similar" $((rows / 10)) 65536 $((rows / 10)) 24
