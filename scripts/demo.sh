#!/bin/sh
# Sixty days of traffic made, ingested and questioned, each answer compared
# with the truth that the generator wrote. Ends non-zero where one differs.
# Environment: DEMO_PACKETS, DEMO_DAYS, DEMO_SEED, DEMO_DIR, TRAWL, GEN.
set -eu
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
dir=${DEMO_DIR:-build/demo}
home=198.51.100.0/24,203.0.113.0/24,2001:db8:1::/48
export LC_ALL=C

now_ms() { echo $(($(date +%s%N) / 1000000)); }
say() { printf '\n== %s\n' "$*"; }

# Columns of a csv made even, the first rows only.
show_rows() {
    awk -F, -v most=6 '
        NR <= most { for (i = 1; i <= NF; i++) { cell[NR, i] = $i
                     if (length($i) > width[i]) width[i] = length($i) }
                     fields[NR] = NF }
        END { for (r = 1; r <= NR && r <= most; r++) { printf "   "
                for (i = 1; i <= fields[r]; i++) printf " %-*s", width[i], cell[r, i]
                print "" }
              if (NR > most) printf "    … %d rows more\n", NR - most }' "$1"
}

wrong=0
# ask NAME TITLE TRUTH QUERY [TIME]: TRUTH is an awk action over the truth's
# lines of that name (fields after the name are $2 ...) that prints csv.
ask() {
    began=$(now_ms)
    "$trawl" -s "$dir/store" query -q -f csv --time "${5:-epoch}" "$4" \
        >"$dir/$1.csv"
    took=$(($(now_ms) - began))
    sed 1d "$dir/$1.csv" | sed 's/\([0-9]\)\.000000/\1/g' | sort >"$dir/$1.got"
    awk -F'\t' -v OFS=, "$3" "$dir/captures/truth.tsv" | sort >"$dir/$1.want"
    say "$2"
    printf '    %s\n' "$4"
    show_rows "$dir/$1.csv"
    rows=$(wc -l <"$dir/$1.got")
    if [ "$rows" -gt 0 ] && cmp -s "$dir/$1.got" "$dir/$1.want"; then
        printf '    %d rows, %d ms, equal to the truth\n' "$rows" "$took"
    else
        printf '    %d rows, %d ms, NOT EQUAL to the truth (%s)\n' "$rows" \
            "$took" "$dir/$1.got and .want"
        wrong=$((wrong + 1))
    fi
}

rm -rf "$dir" && mkdir -p "$dir"
say "${DEMO_DAYS:-60} days of hourly captures, ${DEMO_PACKETS:-2e6} packets: plain, gz, zst, some in nanoseconds"
began=$(now_ms)
"$gen" --packets "${DEMO_PACKETS:-2e6}" --days "${DEMO_DAYS:-60}" \
    --seed "${DEMO_SEED:-11}" --mixed --out "$dir/captures"
printf '    %d ms\n' $(($(now_ms) - began))

say "trawl ingest"
"$trawl" -s "$dir/store" init -q --home "$home"
began=$(now_ms)
"$trawl" -s "$dir/store" ingest "$dir/captures"
printf '    %d ms\n' $(($(now_ms) - began))

say "trawl info"
"$trawl" -s "$dir/store" info

ask daily "How many packets a day?" \
    '$1 == "daily" {print $2, $3}' \
    'all | stats n = count() by day' rfc3339
ask tally "Who touched seven or more of our hosts within a clock hour?" \
    '$1 == "tally" {print $2, $3, $4}' \
    'all inbound and not tcp src port 80 | stats hosts = distinct(dst) by hour, src | where hosts >= 7'
ask lowslow "Low and slow: on ten days or more, never more than two packets a day" \
    '$1 == "lowslow" {print $2, $3, $4}' \
    'all inbound | stats n = count() by src, day | stats days = count(), busiest = max(n) by src | where days >= 10 and busiest <= 2'
ask sport7 "Was source port 7 here before?" \
    '$1 == "sport7" {print $2, $3, $4, $5}' \
    'all inbound and src port 7 | stats n = count(), targets = distinct(dst) by src, proto'
ask sigack "Resets with a signature acknowledgement number" \
    '$1 == "sigack" {print $2, $3, $4}' \
    'all inbound and rst and ackno in (674719802, 674711610) | stats n = count(), targets = distinct(dst) by src'
ask synfin "SYN together with FIN" \
    '$1 == "synfin" {print $2, $3}' \
    'all flags SF | stats n = count() by src'
ask ttl1 "Traceroute probes that arrive with a ttl of 1" \
    '$1 == "ttl1" {print $2, $3, $4}' \
    'all inbound and udp and dst portrange 33434-33600 and ttl <= 1 | stats n = count() by dst, src'
ask netbios "NetBIOS probes at hosts that never speak, with the spread of their ttl" \
    '$1 == "netbios" {k = $2 OFS $3; n[k] += $4; if (!(k in low) || $5 + 0 < low[k]) low[k] = $5 + 0; if ($5 + 0 > high[k]) high[k] = $5 + 0}
     END {for (k in n) print k, n[k], low[k], high[k]}' \
    'let live = all | set src; all inbound and syn and dst port 139 and df and win = 8192 and dst not in live | stats tries = count(), low = min(ttl), high = max(ttl) by src, dst'

say "$wrong of 8 answers differ from the truth"
[ "$wrong" = 0 ]
