#!/bin/sh
# Every hunt that ships finds what it is for, and stays silent where it must;
# and `trawl hunt` itself: reports, what is new, exit statuses.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
failed=0

TRAWL_HUNTS=hunts "$TRAWL" hunt test >"$dir/tests" 2>&1 || failed=1
grep -v '^ok' "$dir/tests"

# $1: what; $2: status expected; the rest: a command, whose output lies in out
run() {
    what=$1 expect=$2
    shift 2
    "$@" >"$dir/out" 2>"$dir/err"
    status=$?
    [ $status -eq "$expect" ] && return
    echo "$what: exit status $status, not $expect"
    cat "$dir/err"
    failed=1
}
# $1: what; $2: file; $3: pattern
has() {
    grep -q -e "$3" "$dir/$2" && return
    echo "$1: no \`$3\` in"
    cat "$dir/$2"
    failed=1
}

mkdir "$dir/hunts"
cat >"$dir/hunts/who.hunt" <<'HUNT'
hunt who "Sources with many packets"
  lang 1
  version 2
  schedule daily
  param least : int = 2 in 1..9 "packets"
begin
  all | stats n = count() by src | where n >= $least
end
HUNT
{
    echo '# trace 2026-09-01'
    echo '10:00:00 192.0.2.1.1 > 192.0.2.9.2: udp 12'
    echo '10:00:01 192.0.2.1.1 > 192.0.2.9.2: udp 12'
} >"$dir/first"
{
    echo '# trace 2026-09-02'
    echo '10:00:00 192.0.2.2.1 > 192.0.2.9.2: udp 12'
    echo '10:00:01 192.0.2.2.1 > 192.0.2.9.2: udp 12'
} >"$dir/second"
export TRAWL_HUNTS="$dir/hunts"
run ingest 0 "$TRAWL" -s "$dir/store" ingest -q "$dir/first"
run 'due before the first run' 0 "$TRAWL" -s "$dir/store" hunt list --due
has 'due before the first run' out who
run 'first run' 1 "$TRAWL" -s "$dir/store" hunt run who
has 'first run' out '192.0.2.1,2'
has 'first run' err 'first run'
has 'first run' err 'least = 2'
run 'not due again' 0 "$TRAWL" -s "$dir/store" hunt run --due
[ -s "$dir/out" ] && echo 'a hunt ran twice a day' && failed=1
run ingest 0 "$TRAWL" -s "$dir/store" ingest -q "$dir/second"
run 'a new row' 1 "$TRAWL" -s "$dir/store" hunt run who
has 'a new row' err 'new  *192.0.2.2$'
run 'a trial' 0 "$TRAWL" -s "$dir/store" hunt run who --set least=3
run 'a range' 1 "$TRAWL" -s "$dir/store" hunt run who --range 'on 2026-09-01'
has 'a range' err 'gone  *192.0.2.2$'
run 'a trial is not remembered' 1 "$TRAWL" -s "$dir/store" hunt run who
grep -q 'new  \|gone  ' "$dir/err" && echo 'a trial was remembered' && failed=1
run 'out of bounds' 2 "$TRAWL" -s "$dir/store" hunt run who --set least=10
has 'out of bounds' err 'is not in 1..9'
run 'no such parameter' 2 "$TRAWL" -s "$dir/store" hunt run who --set leest=3
has 'no such parameter' err 'did you mean `least`'
run 'no such hunt' 2 "$TRAWL" -s "$dir/store" hunt run whoo
has 'no such hunt' err 'did you mean `who`'
run 'no data' 3 "$TRAWL" -s "$dir/store" hunt run who --range 'on 2025-01-01'
run 'into a folder' 1 "$TRAWL" -s "$dir/store" hunt run who --out "$dir/o"
[ -s "$dir/o/who.csv" ] || { echo 'no file of rows'; failed=1; }
echo 'hunt who : least = 5;' >>"$dir/store/site.trawl"
run 'overridden by the site' 0 "$TRAWL" -s "$dir/store" hunt run who
has 'overridden by the site' err 'least = 5'
echo 'hunt who : lest = 5;' >>"$dir/store/site.trawl"
run 'a wrong override' 2 "$TRAWL" -s "$dir/store" hunt run who
sed 's/^  all/  /' "$dir/hunts/who.hunt" >"$dir/hunts/x.hunt"
run 'a hunt without a range' 2 "$TRAWL" hunt list
has 'a hunt without a range' err 'says its range'
sed 's/version 2/versoin 2/' "$dir/hunts/who.hunt" >"$dir/hunts/x.hunt"
run 'a wrong header' 2 "$TRAWL" hunt list
has 'a wrong header' err 'did you mean `version`'
rm "$dir/hunts/x.hunt"
run 'no test' 1 "$TRAWL" hunt test
has 'no test' out 'no test'
[ $failed -eq 0 ] && tail -1 "$dir/tests"
exit $failed
