#!/bin/sh
# Claim: ingest in packets/s and bytes a packet, beside libpcap's own read rate
# (tcpdump -r -w /dev/null over the same files) and nfpcapd's flow files.
set -u
. bench/lib.sh
daily=$archive-daily
if [ ! -d "$daily" ]; then
    "$gen" --packets "$packets" --days 60 --seed 11 --daily --out "$daily" || exit 1
fi
echo "ingest of $count packets of 60 days, captures in the page cache"

cat >"$dir/reread.sh" <<'R'
for f in "$1"/*.pcap; do tcpdump -r "$f" -w /dev/null || exit 1; done
R
cat >"$dir/ingest.sh" <<'R'
rm -rf "$2" && store=$2 trawl=$1 && shift 2 && "$trawl" -s "$store" ingest -q "$@"
R
measured 'trawl, 1,440 hourly files' "$runs" sh "$dir/ingest.sh" "$trawl" "$dir/store" "$archive"
store=$(bytes_of "$dir/store")
measured 'trawl, 60 daily files' "$runs" sh "$dir/ingest.sh" "$trawl" "$dir/store" "$daily"
ours=$wall ours_cpu=$cpu
measured 'the same with --jobs 1' "$runs" sh "$dir/ingest.sh" "$trawl" "$dir/store1" "$daily" --jobs 1
one=$cpu
measured 'only read and decoded, --dry-run' "$runs" "$trawl" -s "$dir/none" ingest -q --dry-run "$daily"
awk -v n="$count" -v a="$one" -v b="$cpu" 'BEGIN {printf "    ns of CPU a packet: %.0f to read and decode, %.0f to encode and write\n", b / n * 1e9, (a - b) / n * 1e9}'
if command -v tcpdump >/dev/null; then
    measured 'tcpdump -r -w /dev/null, daily' "$runs" sh "$dir/reread.sh" "$daily"
    echo "    libpcap reads and writes in $(ratio "$wall" "$ours") of the wall time, $(ratio "$cpu" "$ours_cpu") of the cpu"
fi
echo "bytes a packet: trawl $(a_packet "$store"), pcap at snap length 68 $(a_packet "$(bytes_of "$daily")")"
if command -v nfpcapd >/dev/null && command -v mergecap >/dev/null; then
    one=$dir/all-$packets.pcap
    [ -f "$one" ] || mergecap -F pcap -a -w "$one" "$daily"/*.pcap || exit 1
    rm -rf "$dir/nf" && mkdir -p "$dir/nf"
    measured 'nfpcapd, flows a day' 1 nfpcapd -r "$one" -w "$dir/nf" -y -t 86400
    echo "    bytes a packet: $(a_packet "$(bytes_of "$dir/nf")"), flows only"
fi
