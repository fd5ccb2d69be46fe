#!/bin/sh
# Claim: what plain questions cost, process start included, beside sqlite3 over a
# table of the columns that they need; and how fast one core scans, beside how
# fast it reads memory. BENCH_PACKETS=20e6 gives the scans of docs/figures.md.
set -u
. bench/lib.sh
[ -d "$dir/query-$packets" ] || "$trawl" -s "$dir/query-$packets" ingest -q "$archive" || exit 1
store=$dir/query-$packets
echo "questions over $count packets, warm"

echo "a process starts and ends: $("$dir/measure" "$runs" "$trawl" version | cut -d' ' -f1) s"
db=$dir/packets-$packets.db
if command -v sqlite3 >/dev/null && [ ! -f "$db" ]; then
    {
        echo 'CREATE TABLE p(src TEXT, dst TEXT, flags INT, dport INT);'
        echo '.mode csv'
        echo '.import /dev/stdin p'
        "$trawl" -s "$store" query -q -f csv --no-header \
            'all | show src, dst, f = tcp[13] & 255, dport'
    } | sqlite3 "$db" || exit 1
fi
ask() {
    measured "trawl: $1" "$runs" "$trawl" -s "$store" query -q -f csv "$2"
    mine=$wall
    [ -f "$db" ] || return 0
    measured "sqlite3: $1" 1 sqlite3 "$db" "$3"
    echo "    sqlite3 takes $(ratio "$wall" "$mine") times as long"
}
ask 'count' 'all | stats n = count()' 'SELECT count(*) FROM p'
ask 'SYN without ACK' 'all syn | stats n = count()' \
    'SELECT count(*) FROM p WHERE flags & 18 = 2'
ask 'port 443' 'all dst port 443 | stats n = count()' \
    'SELECT count(*) FROM p WHERE dport = 443'
ask 'source to distinct destinations' \
    'all | stats n = distinct(dst) by src' \
    'SELECT src, count(DISTINCT dst) FROM p GROUP BY src'

# What is left without the start of a process that reads the same snapshot, and
# as a share of reading 2 bytes a packet, the least that a scan of codes reads.
gb=$("$dir/measure" "$runs" --memory)
start=$("$dir/measure" "$runs" "$trawl" -s "$store" query -q -f csv 'all | stats n = count()' | cut -d' ' -f2)
echo "scans on one core; memory is read at $gb GB/s; start of process $start s"
scan() {
    cost=$("$dir/measure" "$runs" "$trawl" -s "$store" query -q -f csv "$2") || exit 1
    echo "$cost" | awk -v name="$1" -v n="$count" -v start="$start" -v gb="$gb" '{
        net = $2 > start ? $2 - start : 0.001
        printf "%-34s %7.3f s cpu %7.0f M packets/s %7.0f net %6.1f %% of memory\n",
            name, $2, n / $2 / 1e6, n / net / 1e6, 2 * n / net / gb / 1e7}'
}
scan 'SYN without ACK' 'all syn | stats n = count()'
scan 'port 443' 'all dst port 443 | stats n = count()'
scan 'a /24' 'all dst net 203.0.113.0/24 | stats n = count()'
scan 'SYN to a port, by destination' 'all syn and dst port 443 | stats n = count() by dst'
scan 'packets by source' 'all | stats n = count() by src'
scan 'distinct destinations by source' 'all | stats n = distinct(dst) by src'
