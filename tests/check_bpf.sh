#!/bin/sh
# Filters of tests/bpf/filters.txt and random ones answer as libpcap's BPF does,
# packet by packet, on real captures: the small ones with each test, all of
# them, and more random filters, with PROOF=full.
set -u
captures=${CAPTURES:-../shared/captures}
build=${BUILD:-build/release}
[ -f "$captures/MANIFEST.tsv" ] || { echo "no captures at $captures: skipped"; exit 0; }
make --no-print-directory -s "BUILD=$build" "$build/tests/bpf/bpf_diff" >/dev/null || exit 1
most=200000 random=150
[ "${PROOF:-}" = full ] && most=1000000000 random=600
awk -F'\t' -v most=$most 'NR > 1 && ($11 == "traffic" || $11 == "attack") &&
    $12 !~ /pcapng/ && $5 < most {print $1}' "$captures/MANIFEST.tsv" | tr '\n' '\0' |
    (cd "$captures" && xargs -0 "$OLDPWD/$build/tests/bpf/bpf_diff" \
        "$OLDPWD/tests/bpf/filters.txt" $random)
