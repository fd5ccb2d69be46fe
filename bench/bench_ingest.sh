#!/bin/sh
# Claim: ingest in packets/s and bytes a packet, beside libpcap's own read rate
# (tcpdump -r -w /dev/null over the same files) and nfpcapd's flow files.
set -u
. bench/lib.sh
echo "ingest of $count packets in hourly captures, 60 days"

cat >"$dir/reread.sh" <<'R'
for f in "$1"/*.pcap; do tcpdump -r "$f" -w /dev/null || exit 1; done
R
cat >"$dir/ingest.sh" <<'R'
rm -rf "$2" && "$1" -s "$2" ingest -q "$3"
R
measured 'trawl ingest, synced' "$runs" sh "$dir/ingest.sh" "$trawl" "$dir/store" "$archive"
ours=$wall ours_cpu=$cpu
store=$(bytes_of "$dir/store")
raw=$(bytes_of "$archive")
if command -v tcpdump >/dev/null; then
    measured 'tcpdump -r -w /dev/null, a file each' "$runs" sh "$dir/reread.sh" "$archive"
    echo "    ratio to libpcap reading alone: wall $(ratio "$ours" "$wall"), cpu $(ratio "$ours_cpu" "$cpu")"
fi
echo "bytes a packet: trawl $(a_packet "$store"), pcap at snap length 68 $(a_packet "$raw")"
if command -v nfpcapd >/dev/null && command -v mergecap >/dev/null; then
    [ -f "$dir/all-$packets.pcap" ] || mergecap -F pcap -a -w "$dir/all-$packets.pcap" "$archive"/*.pcap
    rm -rf "$dir/nf" && mkdir -p "$dir/nf"
    measured 'nfpcapd (flows, not packets)' 1 nfpcapd -r "$dir/all-$packets.pcap" -w "$dir/nf" -y
    echo "    bytes a packet: $(a_packet "$(bytes_of "$dir/nf")") (and the packets are lost)"
fi
