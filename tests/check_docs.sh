#!/bin/sh
# Runs every `trawl` block of the documents against a small generated archive:
# each must answer: rows, or no data in the range, or rows that coverage does not
# support.
set -u
trawl=$(realpath "${TRAWL:-build/release/trawl}")
gen=${GEN:-build/release/gen}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C

"$gen" --packets 30000 --days 30 --seed 5 --daily --out "$dir/captures" \
    >"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
"$trawl" -s "$dir/store" init -q \
    --home 198.51.100.0/24,203.0.113.0/24,2001:db8:1::/48 &&
    "$trawl" -s "$dir/store" ingest -q "$dir/captures" || exit 1
cat >>"$dir/store/site.trawl" <<'END'
let infra = {198.51.100.1, 198.51.100.53};
calendar longweekend = weekend + holidays "us.hol";
END
echo '2026-09-07 Labor Day' >"$dir/store/us.hol"

awk -v out="$dir/block" '
    FNR == 1 { base = FILENAME; gsub(/[\/.]/, "_", base) }
    /^```trawl$/ { n++; file = sprintf("%s.%s.%03d", out, base, n)
                  print FILENAME ":" FNR > (file ".at")
                  printf "" > file; inside = 1; next }
    /^```/ { inside = 0; next }
    inside { print > file }' README.md docs/language.md docs/examples.md

ran=0 bad=0
for f in "$dir"/block.*.[0-9][0-9][0-9]; do
    (cd "$dir" && "$trawl" -s store query --set tally=7 --set engine_id=54321 \
        -f csv --force -F "$f" >rows 2>words)
    status=$?
    case $status in
    0 | 3) ran=$((ran + 1)) ;;
    *)
        bad=$((bad + 1))
        printf '%s: exit status %d\n' "$(cat "$f.at")" "$status"
        cat "$f" "$dir/words" ;;
    esac
done
echo "documents: $ran blocks ran, $bad wrong"
[ "$bad" = 0 ] && [ "$ran" -gt 10 ]
