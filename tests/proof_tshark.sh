#!/bin/sh
# Our decoder beside tshark's, over every capture of kind traffic and attack and
# a quarter of the rest; compare_tshark.sh says what is compared.
command -v tshark >/dev/null || { echo "tshark is not here: skipped"; exit 0; }
manifest=../shared/captures/MANIFEST.tsv
[ -e "$manifest" ] || { echo "../shared/captures is not here: skipped"; exit 0; }
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
awk -F '\t' 'NR > 1 && $6 > 0 && ($11 == "traffic" || $11 == "attack" ||
    ($11 == "robustness" && $6 < 2000 && NR % 4 == 0)) { print $1 }' \
    "$manifest" >"$list"
tests/compare_tshark.sh "$list"
