#!/bin/sh
# Every real capture, each into a store of its own: see captures.sh. With
# PROOF=full again by a program built with sanitizers, which need more memory.
[ -d ../shared/captures ] || { echo "../shared/captures is not here: skipped"; exit 0; }
tests/captures.sh 1 || exit 1
[ "${PROOF:-}" = full ] || exit 0
make --no-print-directory -s MODE=asan programs || exit 1
TRAWL=build/asan/trawl PEAK_MIB=4096 tests/captures.sh 1
