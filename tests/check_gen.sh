#!/bin/sh
# The generator: the same bytes twice, as many packets as its truth says, the
# same packets in every form of file, and answers that tcpdump finds too.
set -u
gen=${GEN:-build/release/gen}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
bad=0
wrong() { echo "check_gen: $*"; bad=1; }
make_archive() {
    out=$1
    shift
    "$gen" --packets 20000 --days 3 --seed 4 --v6-share 0.3 "$@" \
        --out "$dir/$out" 2>"$dir/log" || { cat "$dir/log"; exit 1; }
}
truth() { awk -F'\t' -v row="$1" '$1 == row {print '"$2"'}' "$dir/plain/truth.tsv" | sort; }

# records FILE BY: the bytes after the file's header, one a line, but the
# fraction of a second as a number divided by BY; "packet" after each header.
records() {
    od -An -v -tu1 -w1 -j24 "$1" | awk -v by="$2" '
        skip { skip--; print; next }
        { head++ }
        head == 1 { frac = 0 }
        head >= 5 && head <= 8 { frac += $1 * 256 ^ (head - 5); next }
        { print }
        head == 9 { kept = $1 }
        head == 10 { kept += 256 * $1 }
        head == 16 { print "packet", int(frac / by); skip = kept; head = 0 }
        END { if (skip || head) print "cut" }'
}

make_archive plain
make_archive again
make_archive mixed --mixed
make_archive again_mixed --mixed
diff -r "$dir/plain" "$dir/again" >&2 || wrong "the same options gave other bytes"
diff -r "$dir/mixed" "$dir/again_mixed" >&2 || wrong "the same options gave other packed bytes"
"$gen" --packets 20000 --days 3 --seed 5 --out "$dir/other" 2>/dev/null
cmp -s "$dir/plain/truth.tsv" "$dir/other/truth.tsv" && wrong "another seed gave the same truth"
for name in truth.json truth.tsv; do
    cmp "$dir/plain/$name" "$dir/mixed/$name" || wrong "$name depends on the form of the files"
done

# All plain files as one.
cat "$dir"/plain/sensor-20260901-00.pcap >"$dir/all.pcap"
for f in "$dir"/plain/*.pcap; do
    case $f in */sensor-20260901-00.pcap) ;; *) tail -c +25 "$f" >>"$dir/all.pcap" ;; esac
done
counted=$(records "$dir/all.pcap" 1 | grep -c '^packet')
claimed=$(truth daily '$3' | awk '{n += $1} END {print n}')
[ "$counted" = "$claimed" ] || wrong "$counted packets in the files, $claimed in the truth"
[ "$(truth daily '$2' | wc -l)" = 3 ] || wrong "the truth has not three days"

# Packed files hold what the plain ones do; nanosecond files too, once their
# times are cut to microseconds.
nano=0 digits=0 packed=0
for f in "$dir"/mixed/*.pcap*; do
    plain=$dir/plain/$(basename "$f" | sed 's/\.gz$//; s/\.zst$//')
    case $f in
    *.gz) unpack="gzip -dc" ;;
    *.zst) command -v zstd >/dev/null || continue; unpack="zstd -dcq" ;;
    *) unpack=cat ;;
    esac
    $unpack "$f" >"$dir/one" || wrong "$f does not unpack"
    packed=$((packed + 1))
    if [ "$(od -An -tx1 -N4 "$dir/one" | tr -d ' ')" = 4d3cb2a1 ]; then
        nano=$((nano + 1))
        [ "$(($(od -An -tu4 -j28 -N4 "$dir/one") % 1000))" = 0 ] || digits=$((digits + 1))
        records "$dir/one" 1000 >"$dir/cut"
        records "$plain" 1 | cmp - "$dir/cut" || wrong "$f has other packets"
    else
        cmp "$dir/one" "$plain" || wrong "$f has other packets"
    fi
done
[ "$nano" -ge 16 ] || wrong "$nano of $packed files have nanoseconds"
[ "$digits" = "$nano" ] || wrong "$digits of $nano nanosecond files have such times"
command -v zstd >/dev/null || echo "zstd is not here: its files are not unpacked"

command -v tcpdump >/dev/null || {
    echo "tcpdump is not here: its answers are skipped"
    exit $bad
}
home='198.51.100.0/24 203.0.113.0/24 2001:db8:1::/48'
from=$(for net in $home; do printf 'or src net %s ' "$net"; done | cut -c4-)
to=$(echo "$from" | sed 's/src/dst/g')
inbound="not ($from) and ($to)"

# agree ROW FIELDS PRINT FILTER: the truth's fields of ROW against addresses
# (s and d) and their packets (n) as tcpdump prints them.
agree() {
    truth "$1" "$2" >"$dir/want"
    tcpdump -nn -q -t -r - "$4" <"$dir/all.pcap" 2>"$dir/log" | awk '
        { s = $2; d = $4; sub(/:$/, "", d)
          sub(/\.[0-9]+$/, "", s); sub(/\.[0-9]+$/, "", d)
          n['"$3"']++ }
        END { for (k in n) print k, n[k] }' | sort >"$dir/got"
    [ -s "$dir/want" ] || wrong "the truth has no row $1"
    diff "$dir/want" "$dir/got" >&2 || wrong "tcpdump has other packets for $1"
}
agree sport7 '$2, $4' s "$inbound and src port 7"
agree synfin '$2, $3' s \
    '(tcp[13] & 3 = 3) or (ip6[6] = 6 and ip6[53] & 3 = 3)'
agree sigack '$2, $3' s "$inbound and tcp[13] & 4 != 0 and
    (tcp[8:4] = 674719802 or tcp[8:4] = 674711610)"
agree ttl1 '$2, $3, $4' 'd " " s' \
    "$inbound and udp dst portrange 33434-33600 and ip[8] <= 1"
exit $bad
