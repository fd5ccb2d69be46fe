#!/bin/sh
# Fails when a function is longer than 60 lines, from its last line of
# declaration to its closing brace; prints the median and the 90th percentile.
find "$@" -maxdepth 1 -name '*.[cly]' | sort | xargs -r awk '
FNR == 1 { open = 0 }
/^\{$/ { open = FNR; name = before }
/^\}$/ && open { print FNR - open + 2, FILENAME ":" open - 1 ": " name; open = 0 }
{ before = $0 }' | sort -n | awk '
{
    n[NR] = $1
    if ($1 > 60) {
        print "lint: " $0 " (lines, where)"
        bad = 1
    }
}
END {
    if (NR == 0)
        exit 0
    printf "functions: %d, lines: median %d, 90 %% under %d, longest %d\n",
        NR, n[int((NR + 1) / 2)], n[int((NR * 9 + 9) / 10)], n[NR]
    exit bad
}'
