#!/bin/sh
# `stats` against sqlite3 over the same rows, random queries from a fixed seed.
# N queries: 60, with PROOF=full 1000.
set -u
command -v sqlite3 >/dev/null || { echo "sqlite3 is not here: skipped"; exit 0; }
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
n=60
[ "${PROOF:-}" = full ] && n=1000
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C

"$gen" --packets 15000 --days 3 --seed 9 --daily --out "$dir/captures" \
    2>"$dir/log" || { cat "$dir/log"; exit 1; }
"$trawl" -s "$dir/store" init -q --home 198.51.100.0/24,203.0.113.0/24 &&
    "$trawl" -s "$dir/store" ingest -q "$dir/captures" || exit 1
"$trawl" -s "$dir/store" query -q -f csv --no-header --time epoch \
    'all | show time, src, dst, sport, dport, proto, ttl, tos, ipid, len, ipver, flags, win, tcp = has(flags)' \
    >"$dir/rows.csv" || exit 1
fields="time src dst sport dport proto ttl tos ipid len ipver flags win"
{
    echo "CREATE TABLE p(time REAL, src TEXT, dst TEXT, sport INT, dport INT, proto INT, ttl INT, tos INT, ipid INT, len INT, ipver INT, flags TEXT, win INT, tcp TEXT);"
    printf '.mode csv\n.import %s p\n' "$dir/rows.csv"
    for f in $fields; do
        # an empty text is both "no flags" and absent: flags needs its protocol
        [ "$f" = flags ] || echo "UPDATE p SET $f = NULL WHERE $f = '';"
    done
    echo "UPDATE p SET flags = NULL WHERE tcp = 'false';"
} | sqlite3 "$dir/db" || exit 1

awk -v n="$n" -v seed=7 -f tests/sqlite_queries.awk >"$dir/queries"
# Numbers with a fraction are compared to six digits, rows in any order.
even() {
    awk -F, -v OFS=, '{ for (i = 1; i <= NF; i++) if ($i ~ /^-?[0-9]+\.[0-9]+(e[-+][0-9]+)?$/)
        { $i = sprintf("%.6f", $i); sub(/\.?0+$/, "", $i) } print }' | sort
}
bad=0 rows=0
while IFS="$(printf '\t')" read -r text sql; do
    "$trawl" -s "$dir/store" query -q -f csv --no-header --time epoch "$text" \
        2>"$dir/words" | even >"$dir/got"
    printf '.mode csv\n%s\n' "$sql" | sqlite3 "$dir/db" | tr -d '\r"' | even >"$dir/want"
    rows=$((rows + $(wc -l <"$dir/want")))
    if ! cmp -s "$dir/got" "$dir/want"; then
        bad=$((bad + 1))
        echo "differs: $text"
        echo "    sql: $sql"
        cat "$dir/words"
        diff "$dir/got" "$dir/want" | head -5
    fi
done <"$dir/queries"
echo "stats and sqlite3: $n queries, $rows rows, $bad differ"
[ "$bad" = 0 ] && [ "$rows" -gt "$n" ]
