#!/bin/sh
# `write` and `chart`: a written pcap says the same as the captures, to tcpdump
# and to an ingest; nothing is overwritten, followed or left half done; hunts
# stay in their folder; what was captured cannot break a page.
set -u
trawl=$(realpath "${TRAWL:-build/release/trawl}")
gen=$(realpath "${GEN:-build/release/gen}")
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
cd "$dir" || exit 1
failed=0

fail() {
    echo "$*"
    failed=1
}
# $1: exit status expected; the rest: a query on the store, into out and err
ask() {
    expect=$1
    shift
    "$trawl" -s store query "$@" >out 2>err
    status=$?
    [ $status -eq "$expect" ] && return
    fail "$*: exit status $status, not $expect"
    cat err
}
# $1: file; $2: pattern
has() {
    grep -q -e "$2" "$1" && return
    fail "no \`$2\` in"
    cat "$1"
}

"$gen" --packets 15000 --days 8 --seed 5 --daily --out captures >log 2>&1 &&
    "$trawl" -s store init -q --home 198.51.100.0/24,203.0.113.0/24 &&
    "$trawl" -s store ingest -q captures || exit 1

# ---- pcap ----

ask 0 'all | write "all.pcap"'
[ -s out ] && fail "rows are shown that were written last"
packets=$(sed -n 's/^note: wrote \([0-9,]*\) packets to all.pcap$/\1/p' err | tr -d ,)
[ "${packets:-0}" -gt 15000 ] || fail "packets written: $packets"
[ "$(stat -c %a all.pcap)" = 600 ] || fail "all.pcap is not its owner's only"

"$trawl" -s again init -q --home 198.51.100.0/24,203.0.113.0/24
"$trawl" -s again ingest -q --sensor sensor all.pcap || fail "all.pcap is not read"
shown='all | show time, src, dst, sport, dport, proto, ttl, tos, ipid, len, iplen,
    ipver, df, mf, fragoff, flowlabel, flags, seq, ackno, win, urg, doff, mss,
    wscale, tsval, tsecr, optsig, paylen, icmp.type, icmp.code, icmp.id, icmp.seq,
    inner.src, inner.dst, inner.proto, inner.sport, inner.dport, inner.seq,
    inner.ttl, bad, iphl, resv, udplen'
"$trawl" -s store query -q -f csv "$shown" >before
"$trawl" -s again query -q -f csv "$shown" >after
[ "$(wc -l <before)" -eq $((packets + 1)) ] || fail "not all packets are shown"
cmp before after || fail "fields differ after write and ingest"

# time, tos, ttl, id, offset, DF, protocol, length, addresses, ports; of TCP
# flags, seq, ack and win. What stands behind comes from the payload, or is an
# option that the snap length cut.
essence() {
    tcpdump -nn -tt -v -S --time-stamp-precision=nano -r "$1" 2>>log | awk '
        /^[0-9]/ { sub(/, bad cksum.*/, ")"); print; next }
        / > .*: Flags / { sub(/ cksum 0x[0-9a-f]* \([^)]*\),/, "")
                          sub(/, (options|length|urg).*/, ""); print; next }
        / > / { sub(/: .*/, ""); print }'
}
if command -v tcpdump >/dev/null; then
    for f in captures/*; do essence "$f"; done >before
    essence all.pcap >after
    [ "$(wc -l <before)" -gt "$packets" ] || fail "tcpdump prints too little"
    cmp before after || { diff before after | head; fail "tcpdump differs"; }
else
    echo "tcpdump is not here: skipped"
fi

# Packets without IP are left out, and counted: a file of two ARP frames.
{
    printf '\324\303\262\241\2\0\4\0\0\0\0\0\0\0\0\0\0\0\1\0\1\0\0\0'
    for i in 1 2; do
        printf '\0\0\0\140\0\0\0\0\20\0\0\0\20\0\0\0'
        printf '\377\377\377\377\377\377\2\0\0\0\0\1\10\6\0\1'
    done
} >arp.pcap
"$trawl" -s arp init -q
"$trawl" -s arp ingest -q --sensor x arp.pcap
"$trawl" -s arp query 'all | write "noip.pcap"' >out 2>err
has err 'wrote 0 packets to noip.pcap; 2 without IP or a time that fits'
[ "$(wc -c <noip.pcap)" -eq 24 ] || fail "packets without IP are written"
ask 2 'all | stats n = count() by src | write "x.pcap"'
has err '1:40: a pcap file holds packets, and these rows are none'
has err '\^^^^^^^^'
[ -e x.pcap ] && fail "a wrong query makes a file"

# ---- rows ----

ask 0 -f csv 'all icmp | write "icmp.csv" | head 3'
[ "$(wc -l <out)" -eq 4 ] || fail "rows do not pass"
"$trawl" -s store query -q -f csv 'all icmp' >whole
cmp whole icmp.csv || fail "icmp.csv is not what --format csv prints"
for f in json ndjson; do
    ask 0 "all icmp | head 7 | write \"few\" as $f" --force
    "$trawl" -s store query -q -f $f 'all icmp | head 7' >whole
    cmp whole few || fail "$f: not what --format prints"
done
ask 0 'all icmp and src 203.0.113.99 and dst 203.0.113.98 | write "none.csv"'
[ "$(wc -l <none.csv)" -eq 1 ] || fail "no rows: not the names alone"

# ---- what is there stays ----

echo mine >mine.csv
ask 2 'all | write "mine.csv"'
has err '1:13: this file is there already'
has err '\^^^^^^^^^^ --force lets it be overwritten'
has mine.csv '^mine$'
ln -s mine.csv link.csv
ln -s nowhere.csv dangling.csv
ask 2 'all | write "link.csv"'
ask 2 'all | write "dangling.csv"'
ask 0 --force 'all | head 1 | write "link.csv"'
[ -L link.csv ] && fail "--force wrote through a link"
has mine.csv '^mine$'
ask 0 --force 'all | head 1 | write "mine.csv"'
[ "$(wc -l <mine.csv)" -eq 2 ] || fail "--force does not overwrite"
mkdir folder.csv
ask 2 --force 'all | write "folder.csv"'
has err 'this is there, and no file'
ask 5 'all | head 1 | write "missing/x.csv"' 2>/dev/null
ask 2 'all | write "x.xls"'
has err '1:13: this name says no format'
ask 2 'all | head 5 | write "x.svg"'
has err 'an svg file holds a chart'
"$trawl" -s store query --force 'all | head 1 | write "two.csv"; all | head 2 | write "two.csv"' 2>err &&
    fail "a text overwrites its own file"
[ "$(wc -l <two.csv)" -eq 2 ] || fail "two.csv is not that of the first query"
ask 6 --limit-time 1ns 'all | write "part.csv"'
[ -e part.csv ] && fail "a query that failed leaves a part"
ask 2 --explain 'all | write "mine.csv"'
ask 0 --explain 'all | write "plan.csv"'
[ -e plan.csv ] && fail "--explain writes"

# ---- charts ----

daily='all | stats n = count(), sources = distinct(src) by day | fill'
ask 0 -f table "$daily | chart n, sources"
[ "$(grep -c '^2026-.*#' out)" -eq 8 ] || fail "not a bar a day"
"$trawl" -s store query -q "$daily" -f csv | awk -F, 'NR > 1 && $2 > most {
    most = $2; day = $1 } END { print day }' >day
widest=$(awk '/#/ { match($0, /#+/); if (RLENGTH > most) { most = RLENGTH
    day = $1 } } END { print day }' out)
[ "$widest" = "$(cat day)" ] || fail "the longest bar is not that of the most packets"
LC_ALL=C.UTF-8 "$trawl" -s store query -q -f table "$daily | chart n" >out
has out '█'
"$trawl" -s store query -q -f csv "$daily | chart n" >out
"$trawl" -s store query -q -f csv "$daily" >whole
cmp out whole || fail "csv of a chart is not its rows"
ask 0 -f table 'all | head 2500 | chart len'
[ "$(wc -l <out)" -eq 2001 ] || fail "a chart without a bound"
has err 'the first 2000 rows are drawn, of 2500'
ask 0 "$daily | chart n, sources | write \"days.svg\""
[ "$(grep -c '<polyline' days.svg)" -eq 2 ] || fail "not a line a column"
[ "$(grep -c '<circle' days.svg)" -eq 16 ] || fail "not a dot a value"
ask 0 "$daily | chart n | write \"days.html\""
has days.html '<svg '

# ---- pages ----

ask 0 'all | add evil = "<script>alert(1)</script>&'"'"'" | head 2 | write "evil.html"'
grep -q '<script' evil.html && fail "a text became markup"
has evil.html '&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;'
has evil.html "default-src 'none'"
grep -q -i -e 'http-equiv="refresh' -e 'src=' -e 'href=' evil.html days.html &&
    fail "a page that wants something from elsewhere"
if command -v xmllint >/dev/null; then
    xmllint --noout days.svg || fail "days.svg is no XML"
fi

# ---- hunts ----

mkdir -p store/hunts
hunt() {
    printf 'hunt drop "x"\n  lang 1\n  version 1\nbegin\n  %s\nend\n' "$1" \
        >store/hunts/drop.hunt
}
run() {
    expect=$1
    shift
    TRAWL_HUNTS="$dir/none" "$trawl" -s store hunt run drop "$@" >out 2>err
    status=$?
    [ $status -eq "$expect" ] || { fail "hunt $*: $status, not $expect"; cat err; }
}
hunt 'all icmp | write "found.pcap"'
run 2
has err 'a hunt writes only below a folder'
has err '\^ name it: trawl hunt run --out DIR'
run 1 --out here
[ -s here/found.pcap ] || fail "a hunt does not write into its folder"
run 2 --out here
has err 'this file is there already'
run 1 --out here --force
for name in /tmp/x.csv ../x.csv sub/x.csv .hidden.csv; do
    hunt "all | write \"$name\""
    run 2 --out here
    has err 'a hunt writes into the folder of --out only'
done

[ $failed = 0 ] && echo "written files: $packets packets the same to tcpdump and ingest"
exit $failed
