#!/bin/sh
# man.sh TRAWL VERSION PAGE.in: prints the man page with what the program says
# in place of its lines `.\" @table NAME`, and the version.
set -eu
export TRAWL_PROGRAM="$1"
awk -v version="$2" '
/^\.\\" @table [a-z]+$/ {
    fflush()
    if (system("\"$TRAWL_PROGRAM\" help --man " $3) != 0)
        exit 1
    next
}
/^\.\\"/ { next }
{ gsub(/@VERSION@/, version); print }' "$3"
