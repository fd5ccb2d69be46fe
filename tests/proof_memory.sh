#!/bin/sh
# What an ingest takes at most: captures whose packets share nothing, at random
# times of one, three, forty and four hundred months: 256 MiB with one job, 512
# with more. A capture packed by zstd --long has the reader keep a window of 128
# MiB beside that: it is read all the same, and may take as much more.
set -u
trawl=${TRAWL:-build/release/trawl}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
${CC:-cc} -O2 -std=c11 -o "$dir/noise" tests/noise/noise.c &&
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -o "$dir/peak" tests/captures/peak.c ||
    exit 1

bad=0 most_one=0 most=0
# peak_of NAME JOBS LIMIT FILE
peak_of() {
    "$dir/peak" "$dir/kib" "$trawl" -s "$dir/store" ingest -q --macs \
        --accept-odd-times --jobs "$2" "$4" 2>"$dir/words" ||
        { bad=$((bad + 1)); cat "$dir/words"; }
    rm -rf "$dir/store"
    mib=$(($(cat "$dir/kib") / 1024))
    printf '%-34s %d jobs %5d MiB\n' "$1" "$2" "$mib"
    [ "$mib" -le "$3" ] || { bad=$((bad + 1)); echo "    more than $3 MiB"; }
    if [ "$2" = 1 ]; then
        [ "$mib" -le "$most_one" ] || most_one=$mib
    else
        [ "$mib" -le "$most" ] || most=$mib
    fi
}
for months in 1 3 40 400; do
    "$dir/noise" 1000000 $months >"$dir/$months.pcap" || exit 1
    for jobs in 1 2 4; do
        limit=512
        [ $jobs = 1 ] && limit=256
        peak_of "noise over $months months" $jobs $limit "$dir/$months.pcap"
    done
done
if command -v zstd >/dev/null; then
    "$dir/noise" 1500000 3 | zstd -q --long=27 -1 -o "$dir/wide.pcap.zst"
    peak_of "noise, zstd window of 128 MiB" 1 384 "$dir/wide.pcap.zst"
    peak_of "noise, zstd window of 128 MiB" 4 512 "$dir/wide.pcap.zst"
fi
echo "memory of an ingest: at most $most_one MiB with one job, $most with more, $bad over"
[ "$bad" = 0 ]
