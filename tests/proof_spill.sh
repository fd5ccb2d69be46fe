#!/bin/sh
# Groups that do not fit: 20 million keys in 256 MiB. The rows are those that
# come out in 8 GiB, and the process takes no more than the 256 MiB and what it
# takes for a query that reads the same columns and holds nothing (the pages of
# the store that it touches count as its own).
set -u
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
packets=${PACKETS:-20e6}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
${CC:-cc} -std=c11 -D_GNU_SOURCE -o "$dir/peak" tests/captures/peak.c || exit 1
if [ -z "${STORE:-}" ]; then
    STORE=$dir/store
    "$gen" --packets "$packets" --days 60 --seed 11 --out "$dir/pcap" >/dev/null &&
        "$trawl" -s "$STORE" ingest -q "$dir/pcap" || exit 1
    rm -rf "$dir/pcap"
fi

bad=0
# peak_of NAME MEM QUERY: the rows' digest, and the peak in KiB
peak_of() {
    start=$(date +%s)
    "$dir/peak" "$dir/kib" "$trawl" -s "$STORE" query -q -f csv --mem "$2" \
        --tmp "$dir" "$3" >"$dir/rows" || bad=$((bad + 1))
    sum=$(cksum <"$dir/rows") kib=$(cat "$dir/kib")
    printf '%-22s --mem %-5s %9d rows %6d MiB %4d s\n' "$1" "$2" \
        $(($(wc -l <"$dir/rows") - 1)) $((kib / 1024)) $(($(date +%s) - start))
}
peak_of "the same columns" 256M \
    'all | stats max(src), max(dst), max(sport), max(dport), max(time)'
base=$kib
q='all | stats n = count() by src, dst, sport, dport, time'
peak_of "groups" 256M "$q"
few=$sum
[ "$kib" -le $((256 * 1024 + base)) ] ||
    { bad=$((bad + 1)); echo "    more than 256 MiB and $((base / 1024))"; }
peak_of "groups" 8G "$q"
[ "$few" = "$sum" ] || { bad=$((bad + 1)); echo "    other rows"; }
peak_of "the same columns" 256M 'all | stats max(seq), max(src), max(time)'
base=$kib
q='all | sort seq | show seq, src, time'
peak_of "sort" 256M "$q"
few=$sum
[ "$kib" -le $((256 * 1024 + base)) ] ||
    { bad=$((bad + 1)); echo "    more than 256 MiB and $((base / 1024))"; }
peak_of "sort" 8G "$q"
[ "$few" = "$sum" ] || { bad=$((bad + 1)); echo "    other rows"; }
echo "$bad differ"
[ "$bad" = 0 ]
