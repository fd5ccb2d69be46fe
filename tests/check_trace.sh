#!/bin/sh
# What tcpdump prints of a generated archive, read as a trace, beside the
# archive itself: every field that is printed must be the same.
set -u
command -v tcpdump >/dev/null || { echo "tcpdump is not here: skipped"; exit 0; }
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT

"$GEN" --packets 20000 --days 1 --seed 5 --out "$dir/archive" >/dev/null 2>&1 || exit 1
"$TRAWL" -s "$dir/a" ingest -q --sensor s "$dir/archive" || exit 1

# $1: options of tcpdump
trace() {
    echo '# trace 2026-09-01'
    for file in "$dir"/archive/*.pcap; do
        # shellcheck disable=SC2086
        tcpdump -nn -tttt $1 -r "$file" 2>/dev/null
    done
}
# $1: store, $2: fields, $3: filter
rows() {
    "$TRAWL" -s "$1" query -q -f csv "all $3 | show $2" | sort
}
failed=0
# $1: options, $2: fields that are printed, $3: of which packets
compare() {
    rm -rf "$dir/b"
    trace "$1" | "$TRAWL" -s "$dir/b" ingest -q --sensor s - 2>"$dir/warnings" || exit 1
    rows "$dir/a" "$2" "$3" >"$dir/expect"
    rows "$dir/b" "$2" "$3" >"$dir/got"
    if cmp -s "$dir/expect" "$dir/got"; then
        echo "tcpdump $1: $(($(wc -l <"$dir/got") - 1)) packets, 0 differ"
    else
        echo "tcpdump $1: differs"
        diff "$dir/expect" "$dir/got" | head -6
        failed=1
    fi
}
ends=time,src,sport,dst,dport,proto,ipver
compare '-v -S' $ends,ttl,tos,ipid,iplen,df,mf,fragoff 'ip'
compare '-v -S' $ends,inner.src,inner.dst,inner.sport,inner.dport,inner.ttl icmp
compare '-v -S' $ends,flags,seq,win,mss,wscale,tsval,tsecr,optsig,paylen 'has(optsig) and (paylen > 0 or tcp[13] & 7 != 0)'
compare '-S' $ends,flags,ackno,win,optsig,paylen 'has(optsig) and tcp[13] & 16 != 0'
compare '' $ends,flags,win,optsig,paylen 'has(optsig)'
compare '' $ends,icmp.type,icmp.id,icmp.seq '(icmp or icmp6) and not icmperr'
compare '' $ends 'udp or tcp'
exit $failed
