#!/bin/sh
# Our decoder beside tshark's, over every capture of kind traffic and attack, a
# quarter of the rest, and of those all that are pcapng or no Ethernet;
# compare_tshark.sh says what is compared. Not asked: captures with custom
# blocks, which are packets to tshark, and one whose microseconds are over a
# million, which tshark reads as signed.
command -v tshark >/dev/null || { echo "tshark is not here: skipped"; exit 0; }
manifest=../shared/captures/MANIFEST.tsv
[ -e "$manifest" ] || { echo "../shared/captures is not here: skipped"; exit 0; }
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
awk -F '\t' 'NR > 1 && $6 > 0 && ($11 == "traffic" || $11 == "attack" ||
    ($11 == "robustness" && $6 < 2000 &&
    (NR % 4 == 0 || $7 != "ether" || $12 ~ /pcapng/))) { print $1 }' \
    "$manifest" | grep -vE '/(test018|test102|test202)\.pcapng$|timestamp_invalid_micro' >"$list"
tests/compare_tshark.sh "$list"
