#!/bin/sh
# captures.sh EACH - ingests every EACH-th capture below ../shared/captures into
# a store of its own and holds packets kept and skipped, by reason, to what the
# list says, and the peak of memory to PEAK_MIB (256). TRAWL is the program.
#
# Exceptions, where the list counts by Wireshark:
# - *.snoop: a format that is not read, and says so;
# - pcap of version 2.5 and 2.8224: libpcap refuses both, Wireshark reads on;
# - crash-exception-...: Wireshark guesses the packet header of Red Hat 6.1 from
#   what follows the first packet, which is damaged; libpcap does not guess;
# - FuzzTarget-5766...: one packet whose length on the wire Wireshark refuses.
set -u
trawl=${TRAWL:-build/release/trawl}
shared=../shared/captures
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
list=$dir/list out=$dir/out
${CC:-cc} -std=c11 -D_GNU_SOURCE -o "$dir/peak" tests/captures/peak.c || exit 1
export LC_ALL=C
unset TRAWL_STORE
awk -F '\t' -v each="$1" 'NR > 1 && NR % each == 0 { print $6 "\t" $1 }' \
    "$shared/MANIFEST.tsv" |
    grep -vE '\.snoop$|pcap-invalid-version-2\.pcap|FuzzTarget-(4683685084594176|6185045124251648|5766899836387328)$|crash-exception-cast-constructed-record$' >"$list"

# The sum of the counts in a report, and how many there were read.
counted() {
    awk -F '[:,]' '/"packets_read"/ { read = $2 + 0 }
        /"packets_kept"/ { sum += $2 }
        /"skipped"/ { inside = 1 }
        inside { n = split($0, part, "[{,}]")
            for (i = 1; i <= n; i++)
                if (part[i] ~ /: *[0-9]+$/) { sub(/.*: */, "", part[i]); sum += part[i] } }
        inside && /}/ { inside = 0 }
        END { print sum + 0 == read ? sum + 0 : "unlike: " sum " of " read }' "$out"
}

bad=0 files=0 packets=0 most=0
wrong() { bad=$((bad + 1)); echo "$*"; }
while IFS=$(printf '\t') read -r expected file; do
    files=$((files + 1))
    "$dir/peak" "$dir/kib" "$trawl" -s "$dir/store" ingest --json \
        --accept-odd-times "$shared/$file" >"$out" 2>"$dir/err" </dev/null
    status=$?
    case $status in 0 | 4) ;; *) wrong "$file: status $status"; tail -20 "$dir/err" ;; esac
    rm -rf "$dir/store"
    kib=$(cat "$dir/kib")
    [ "$kib" -le "$most" ] || most=$kib
    [ "$kib" -le $((${PEAK_MIB:-256} * 1024)) ] || wrong "$file: $kib KiB of memory"
    [ "$expected" = unreadable ] && continue
    got=$(counted)
    [ "$got" = "$expected" ] || wrong "$file: $got packets, not $expected"
    packets=$((packets + expected))
done <"$list"
echo "captures: $packets packets of $files files, $bad wrong, at most $((most / 1024)) MiB"
[ "$bad" = 0 ] && [ "$files" -gt 0 ]
