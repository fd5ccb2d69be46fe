#!/bin/sh
# compare_tshark.sh LIST - decodes each capture named in the file LIST (paths
# below ../shared/captures) with our decoder and with tshark, and compares time,
# lengths, addresses, protocol, ttl, IP id and length, ports, flags, sequence
# and acknowledgement number, window, ICMP type and code, packet by packet.
#
# Where tshark is not asked, and why:
# - tunnels: the outer header is compared, the inner one is not ours to decode;
#   transport fields are taken only where the outer protocol is theirs, since
#   tshark also fills them from tunnels and from what ICMP errors quote;
# - IP that we do not decode (Ethernet in MPLS, 802.1ah, layers of vendors):
#   frame.protocols does not begin with layers of ours;
# - cut or malformed packets: tshark drops a layer that it cannot read whole, we
#   keep what was captured: an empty cell of tshark's is no difference there;
# - IPv6 extension headers: tshark has the next header of the fixed part only;
# - headers that tshark gives up (a first fragment that ends in TCP's header, a
#   header length that cannot be): an empty cell is no difference there either;
# - times after 2262: ours end there;
# - a part of a second that is a second or more: tshark does not carry it over;
# - several fragment headers: tshark names the first, we the last;
# - source routes: tshark shows the last stop as destination;
# - len of 2^31 and more: tshark stops counting there;
# - ip.len of 0 (segmentation offload): tshark shows the frame's instead.
set -u
shared=../shared/captures
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C

# shellcheck disable=SC2046 # flags are words
${CC:-cc} -std=c11 -O1 $(make -s print-cppflags) -o "$dir/dump" \
    tests/tshark/dump_records.c base/*.c store/schema.c \
    $(echo ingest/*.c | tr ' ' '\n' | grep -vE \
    '/(ahead|ingest|intake|feed|overlaps|paths|prefix|report|resume|sensor)\.c') \
    $(pkg-config --libs libpcap libarchive liblzma zlib libxxhash) || exit 1

theirs() {
    tshark -r "$1" -n -o ip.defragment:FALSE -o ipv6.defragment:FALSE \
        -o tcp.desegment_tcp_streams:FALSE -o ip.decode_tos_as_diffserv:TRUE \
        -T fields -E occurrence=f -E separator=/t \
        -e frame.time_epoch -e frame.len -e frame.cap_len \
        -e ip.src -e ipv6.src -e ip.dst -e ipv6.dst -e ip.proto -e ipv6.nxt \
        -e ip.ttl -e ipv6.hlim -e ip.id -e ipv6.fraghdr.ident -e ip.len \
        -e ipv6.plen -e tcp.srcport -e udp.srcport -e sctp.srcport \
        -e tcp.dstport -e udp.dstport -e sctp.dstport -e tcp.flags \
        -e tcp.seq_raw -e tcp.ack_raw -e tcp.window_size_value -e icmp.type \
        -e icmpv6.type -e icmp.code -e icmpv6.code -e _ws.malformed \
        -e _ws.short -e frame.protocols -e ip.opt.ptr 2>/dev/null
}

bad=0 files=0 packets=0
while read -r file; do
    "$dir/dump" "$shared/$file" >"$dir/ours" 2>/dev/null
    status=$?
    [ $status -ne 0 ] && continue
    theirs "$shared/$file" >"$dir/theirs"
    files=$((files + 1))
    packets=$((packets + $(wc -l <"$dir/ours")))
    awk -f tests/compare_tshark.awk "$dir/ours" "$dir/theirs" >"$dir/diff"
    if [ -s "$dir/diff" ]; then
        bad=$((bad + 1))
        echo "$file:"
        head -n 5 "$dir/diff"
    fi
done <"$1"
echo "tshark: $packets packets of $files captures compared, $bad captures differ"
[ "$bad" = 0 ] && [ "$files" -gt 0 ]
