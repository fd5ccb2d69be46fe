#!/bin/sh
# Claim: what three plain questions cost, process start included, beside sqlite3
# over a table of the columns that they need.
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
