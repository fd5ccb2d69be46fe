#!/bin/sh
# A fifth of the real captures, each into a store of its own: see captures.sh.
# proof_captures.sh takes all.
[ -d ../shared/captures ] || { echo "../shared/captures is not here: skipped"; exit 0; }
[ "${PROOF:-}" != full ] || exit 0
tests/captures.sh 5
