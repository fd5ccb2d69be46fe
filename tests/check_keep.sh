#!/bin/sh
# Keeping a store: prune, backup, and what damage does to the commands.
set -u
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C
unset TRAWL_STORE
store=$dir/store
bad=0
tests=0
wrong() { echo "check_keep: $*"; bad=1; }
status() {
    want=$1
    shift
    "$trawl" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
    tests=$((tests + 1))
    [ $got = "$want" ] || { wrong "trawl $*: status $got, not $want"; cat "$dir/out" "$dir/err"; }
}
says() {
    tests=$((tests + 1))
    grep -qF -- "$2" "$dir/$1" || { wrong "no '$2' in:"; head -20 "$dir/$1"; }
}
count() { "$trawl" -s "$1" query -q --no-header 'all | stats n = count()'; }

"$gen" --packets 60000 --days 70 --seed 5 --daily --out "$dir/captures" 2>"$dir/err" ||
    { cat "$dir/err"; exit 1; }
status 0 -s "$store" ingest -q "$dir/captures"
all=$(count "$store")
months=$(cd "$store" && ls -d ????-?? | wc -l)
first=$(cd "$store" && ls -d ????-?? | head -1)
second=$(cd "$store" && ls -d ????-?? | sed -n 2p)
[ "$months" -ge 3 ] || wrong "only $months months"

# ---- backup
status 2 -s "$store" backup
status 0 -s "$store" backup "$dir/copy/" && says out "packets of $months months"
status 0 -s "$dir/copy" check
[ "$(count "$dir/copy")" = "$all" ] || wrong "the copy has another number of packets"
[ -f "$dir/copy/site.trawl" ] || wrong "the copy has no site.trawl"
status 5 -s "$store" backup "$dir/copy" && says err "exists"
status 5 -s "$store" backup "$dir/none/copy"
status 5 -s "$dir/nothing" backup "$dir/copy2"

# ---- prune
status 2 -s "$store" prune && says err "one of --before, --month and --max-size"
status 2 -s "$store" prune --before 2026-01-01 --max-size 1G
status 2 -s "$store" prune --before soon && says err "no point in time"
status 0 -s "$store" prune --before "$second-15T12:00" --dry-run
says out "months before $second-01T00:00:00Z" && says out "would remove 1 months"
[ "$(count "$store")" = "$all" ] || wrong "a dry run removed packets"
status 0 -s "$store" prune --before "$second-15" && says out "$first    " && says out "removed 1 months"
[ -e "$store/$first" ] && wrong "$first is still there"
left=$(count "$store")
[ "$left" -gt 0 ] && [ "$left" -lt "$all" ] || wrong "$left of $all packets left"
status 0 -s "$store" check
status 0 -s "$store" info
status 0 -s "$store" ingest -q "$dir/captures"
[ "$(count "$store")" = "$left" ] || wrong "pruned packets came back"
status 3 -s "$store" query "on $first-01"
status 0 -s "$store" prune --max-size 1K && says err "the newest month is never removed"
[ "$(cd "$store" && ls -d ????-?? | wc -l)" = 1 ] || wrong "more than the newest month is left"
status 0 -s "$store" check
[ "$(count "$dir/copy")" = "$all" ] || wrong "the copy changed"

# ---- damage: a byte of the newest block's first stream, then a cut month
flip() { # FILE OFFSET
    byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
    printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
data=$dir/copy/$second/data.mdb
for at in $(grep -abo TRAWLBLK "$data" | cut -d: -f1); do
    flip "$data" $((at + 4096 + 2))
done
# a count alone needs no stream and is right
status 0 -s "$dir/copy" query -q --no-header 'all | stats count()'
[ "$(cat "$dir/out")" = "$all" ] || wrong "a count of headers: $(cat "$dir/out"), not $all"
status 5 -s "$dir/copy" query -q 'all | stats n = count() by day' && says err "$second: block " && says err "wrong checksum"
status 0 -s "$dir/copy" query -q "on $first-20 | stats count()"
status 3 -s "$dir/copy" query --no-header --skip-damaged 'all | stats count()'
says err "left out $second: block " && says err " packets)"
[ "$(cat "$dir/out")" -lt "$all" ] && [ "$(cat "$dir/out")" -gt 0 ] || wrong "skipped: $(cat "$dir/out") of $all"
status 0 -s "$dir/copy" query -q --skip-damaged "on $first-20 | stats count()"
status 1 -s "$dir/copy" check && says out "$second block "
status 5 -s "$dir/copy" backup "$dir/copy3" && says err "wrong checksum"
[ -e "$dir/copy3" ] || [ -e "$dir/copy3.partial" ] && wrong "a failed backup left something"
truncate -s 40960 "$data"
status 5 -s "$dir/copy" query -q 'all | stats count()' && says err "is cut"
status 3 -s "$dir/copy" query --skip-damaged 'all | stats count()' && says err "is cut"
status 1 -s "$dir/copy" check && says out "is cut"

echo "keeping a store: $tests checks"
exit $bad
