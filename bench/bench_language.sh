#!/bin/sh
# Claim: the questions of the project (a tally, bursts, low and slow, absence,
# novelty) take seconds over 60 days; process start included, beside sqlite3 over
# a table with an index for each. BENCH_PEER=0 leaves sqlite3 out.
set -u
. bench/lib.sh
store=$dir/language-$packets
if [ ! -d "$store" ]; then
    "$trawl" -s "$store" init -q --home "$home" || exit 1
    "$trawl" -s "$store" ingest -q "$archive" || exit 1
fi
db=$dir/language-$packets.db
if [ "${BENCH_PEER:-1}" = 1 ] && command -v sqlite3 >/dev/null && [ ! -f "$db" ]; then
    {
        echo 'CREATE TABLE p(t REAL, src TEXT, sport INT, dst TEXT, dport INT, proto INT, flags INT, dir TEXT);'
        echo '.mode csv'
        echo '.import /dev/stdin p'
        "$trawl" -s "$store" query -q -f csv --time epoch --no-header \
            'all | show time, src, sport, dst, dport, proto, f = tcp[13] & 255, dir'
    } | sqlite3 "$db" || exit 1
    sqlite3 "$db" 'CREATE INDEX flow ON p(src, sport, dst, dport, t);
        CREATE INDEX pair ON p(src, dst, t); CREATE INDEX port ON p(dport, t)' || exit 1
fi
echo "questions over $count packets, warm; memory is the process's peak"
# $1: what, $2: query, $3: the same of sqlite3, or nothing
ask() {
    measured "trawl: $1" "$runs" "$trawl" -s "$store" query -q -f csv "$2"
    mine=$wall
    [ -n "${3:-}" ] && [ "${BENCH_PEER:-1}" = 1 ] && [ -f "$db" ] || return 0
    measured "sqlite3: $1" 1 sqlite3 "$db" "$3"
    echo "    sqlite3 takes $(ratio "$wall" "$mine") times as long"
}
ask 'tally by hour' \
    'all inbound | stats hosts = distinct(dst) by src, hour | where hosts >= 7' \
    "SELECT src, CAST(t / 3600 AS INT) h, count(DISTINCT dst) n FROM p
     WHERE dir = 'inbound' GROUP BY src, h HAVING n >= 7"
ask 'burst within 1h' \
    'all inbound | burst distinct(dst) >= 7 within 1h by src'
ask 'low and slow' \
    'all inbound | stats n = count() by src, day | stats days = count(), busiest = max(n) by src | where days >= 10 and busiest <= 2' \
    "SELECT src, count(*) d, max(n) m FROM (SELECT src, CAST(t / 86400 AS INT) d, count(*) n FROM p
     WHERE dir = 'inbound' GROUP BY src, d) GROUP BY src HAVING d >= 10 AND m <= 2"
ask 'unasked for, within 1h' \
    'all inbound and (rst or synack) | unless seen outbound and syn before within 1h on reverse flow | stats n = count() by src' \
    "SELECT src, count(*) FROM p r WHERE dir = 'inbound' AND (flags & 4 OR flags & 18 = 18) AND NOT EXISTS
     (SELECT 1 FROM p s WHERE s.src = r.dst AND s.sport = r.dport AND s.dst = r.src AND s.dport = r.sport
      AND s.proto = r.proto AND s.dir = 'outbound' AND s.flags & 18 = 2
      AND s.t BETWEEN r.t - 3600 AND r.t) GROUP BY src"
ask 'never spoken to before' \
    'all inbound | unless seen outbound before on reverse pair | stats n = count() by src' \
    "SELECT src, count(*) FROM p r WHERE dir = 'inbound' AND NOT EXISTS (SELECT 1 FROM p s
     WHERE s.src = r.dst AND s.dst = r.src AND s.dir = 'outbound' AND s.t <= r.t) GROUP BY src"
ask 'ports first seen in the last week' \
    'last 7d inbound and syn | unless seen inbound and syn before within 53d on same dport | stats n = count() by dport' \
    "SELECT dport, count(*) FROM p r WHERE dir = 'inbound' AND flags & 18 = 2
     AND t > (SELECT max(t) FROM p) - 604800 AND NOT EXISTS (SELECT 1 FROM p s WHERE s.dport = r.dport
     AND s.dir = 'inbound' AND s.flags & 18 = 2 AND s.t < r.t) GROUP BY dport"
