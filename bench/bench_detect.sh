#!/bin/sh
# Claim: the hunts find what the generator planted. For each kind of campaign:
# how many of its campaigns the hunt for it found (half of the sources or more
# stand in its rows), how many of the sources, and what else stands there.
# DETECT_SEEDS ("11"), BENCH_PACKETS (2e6). Needs jq.
set -u
. bench/lib.sh
command -v jq >/dev/null || { echo "jq is not here: skipped"; exit 0; }
export TRAWL_HUNTS=hunts

# Kind of campaign, and the hunt that is for it.
kinds='coordinated-traceroute coordinated-traceroute
second-order-effect backscatter-victims
netbios-deception netbios-deception
reset-scan-fixed-ack signature-acks
reset-scan-random-ack reset-scan
sfrp-probe sfrp-probes
same-target-set same-targets-weekend
disjoint-split-scan split-scan
low-and-slow low-and-slow
one-two-pattern one-two-pattern
echo-spin-off source-port-oddities
hijack-reset hijack-reset
hidden-novelty quiet-return'

# Addresses of the rows that are not at home, one a line; clocks look like IPv6.
strangers() {
    grep -oE '[0-9a-f]*:[0-9a-f:]+:[0-9a-f]+|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+' "$1" |
        grep -vE '^[0-9]{2}:[0-9]{2}:[0-9]{2}$|^(198\.51\.100|203\.0\.113)\.|^2001:db8:1:' | sort -u
}
for seed in ${DETECT_SEEDS:-11}; do
    archive=$dir/detect-$packets-$seed store=$archive.store rows=$archive.rows
    [ -f "$archive/truth.json" ] ||
        "$gen" --packets "$packets" --days 60 --seed "$seed" --out "$archive" >/dev/null 2>&1 || exit 1
    if [ ! -d "$store" ]; then
        "$trawl" -s "$store" init -q --home "$home" && "$trawl" -s "$store" ingest -q "$archive" || exit 1
    fi
    rm -rf "$rows" && mkdir "$rows"
    echo "seed $seed: found of planted, sources found, strangers in rows, of these planted"
    echo "$kinds" | while read -r kind hunt; do
        [ -f "hunts/$hunt.hunt" ] || { printf '%-24s no hunt\n' "$kind"; continue; }
        "$trawl" -s "$store" hunt run -q --range all --out "$rows" "$hunt"
        [ -f "$rows/$hunt.csv" ] || : >"$rows/$hunt.csv"
        strangers "$rows/$hunt.csv" >"$rows/found"
        jq -r '.campaigns[].sources[]' "$archive/truth.json" | sort -u >"$rows/all"
        jq -r --arg k "$kind" '.campaigns[] | select(.kind == $k) | .id as $i | .sources[] | "\($i)\t\(.)"' \
            "$archive/truth.json" >"$rows/planted"
        awk -F'\t' -v kind="$kind" -v hunt="$hunt" '
            FILENAME ~ /found$/ {found[$1] = 1; strangers++; next}
            # A row may name a network instead.
            function is_found(a,  net) {
                net = a
                sub(/[0-9]+$/, "0", net)
                return a in found || net in found
            }
            FILENAME ~ /all$/ {known += is_found($1); next}
            {n[$1]++; sources++; if (is_found($2)) {hit[$1]++; hits++}}
            END {
                for (i in n) {planted++; got += 2 * hit[i] >= n[i]}
                printf "%-24s %-24s %2d/%-2d  %4d/%-4d  %5d  %5d\n", kind, hunt,
                    got, planted, hits, sources, strangers, known
            }' "$rows/found" "$rows/all" "$rows/planted"
    done
done
