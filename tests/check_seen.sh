#!/bin/sh
# Absence and novelty beside sqlite3: the same questions as sub-queries over a
# table of the same packets must give the same rows.
set -u
command -v sqlite3 >/dev/null || { echo "sqlite3 is not here: skipped"; exit 0; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
store=$dir/store db=$dir/p.db

"$GEN" --packets 60000 --days 6 --seed 5 --out "$dir/archive" >/dev/null 2>&1 || exit 1
"$TRAWL" -s "$store" init -q --home 198.51.100.0/24,203.0.113.0/24,2001:db8:1::/48 || exit 1
"$TRAWL" -s "$store" ingest -q "$dir/archive" || exit 1
{
    echo 'CREATE TABLE p(t INT, src TEXT, sport INT, dst TEXT, dport INT, proto INT, flags INT, dir TEXT);'
    echo '.mode csv'
    echo '.import /dev/stdin p'
    "$TRAWL" -s "$store" query -q -f csv --time epoch --no-header \
        'all | show time, src, sport, dst, dport, proto, f = tcp[13] & 255, dir' |
        sed 's/\([0-9]*\)\.\([0-9]\{6\}\)/\1\2/'
} | sqlite3 "$db" || exit 1
sqlite3 "$db" 'CREATE INDEX flow ON p(src, sport, dst, dport, t);
    CREATE INDEX pair ON p(src, dst, t); CREATE INDEX port ON p(dport, t)' || exit 1
failed=0 n=0
# $1: query, $2: the same of sqlite3
same() {
    "$TRAWL" -s "$store" query -q -f csv --no-header "$1" | sort >"$dir/a"
    sqlite3 -csv "$db" "$2" | sort >"$dir/b"
    n=$((n + $(wc -l <"$dir/a")))
    cmp -s "$dir/a" "$dir/b" && [ -s "$dir/a" ] && return
    echo "differs, or empty: $1"
    diff "$dir/a" "$dir/b" | head -5
    failed=1
}
asked="s.src = r.dst AND s.sport = r.dport AND s.dst = r.src AND s.dport = r.sport AND s.proto = r.proto
    AND s.dir = 'outbound' AND s.flags & 18 = 2"
unasked="dir = 'inbound' AND (flags & 4 OR flags & 18 = 18)"
hour=3600000000
same 'all inbound and (rst or synack) | unless seen outbound and syn before within 1h on reverse flow | stats n = count() by src' \
    "SELECT src, count(*) FROM p r WHERE $unasked AND NOT EXISTS
     (SELECT 1 FROM p s WHERE $asked AND s.t BETWEEN r.t - $hour AND r.t) GROUP BY src"
same 'all inbound and (rst or synack) | if seen outbound and syn before within 1h on reverse flow | stats n = count() by src' \
    "SELECT src, count(*) FROM p r WHERE $unasked AND EXISTS
     (SELECT 1 FROM p s WHERE $asked AND s.t BETWEEN r.t - $hour AND r.t) GROUP BY src"
same 'all outbound and syn | unless seen inbound after within 3s on reverse flow | stats n = count() by src, dport' \
    "SELECT src, dport, count(*) FROM p r WHERE dir = 'outbound' AND flags & 18 = 2 AND NOT EXISTS
     (SELECT 1 FROM p s WHERE s.src = r.dst AND s.sport = r.dport AND s.dst = r.src AND s.dport = r.sport
      AND s.proto = r.proto AND s.dir = 'inbound' AND s.t BETWEEN r.t AND r.t + 3000000) GROUP BY src, dport"
same 'all inbound | unless seen outbound before on reverse pair | stats n = count() by src' \
    "SELECT src, count(*) FROM p r WHERE dir = 'inbound' AND NOT EXISTS (SELECT 1 FROM p s
     WHERE s.src = r.dst AND s.dst = r.src AND s.dir = 'outbound' AND s.t <= r.t) GROUP BY src"
same 'all inbound and syn | unless seen inbound and syn before within 2d on same dport | stats n = count() by dport' \
    "SELECT dport, count(*) FROM p r WHERE dir = 'inbound' AND flags & 18 = 2 AND NOT EXISTS (SELECT 1 FROM p s
     WHERE s.dport = r.dport AND s.dir = 'inbound' AND s.flags & 18 = 2
     AND s.t BETWEEN r.t - 48 * $hour AND r.t AND s.rowid < r.rowid) GROUP BY dport"
echo "seen and sqlite3: 5 questions, $n rows, $failed differ"
exit $failed
