#!/bin/sh
# The commands from outside: exit statuses, permissions, formats that other
# programs read, closed pipes, Ctrl-C, the shell through a pipe and a terminal.
set -u
trawl=${TRAWL:-build/release/trawl}
case $trawl in /*) ;; *) trawl=$(pwd)/$trawl ;; esac
gen=${GEN:-build/release/gen}
[ -x "$trawl" ] || { echo "check_cli: no $trawl"; exit 1; }
dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
export LC_ALL=C
unset TRAWL_STORE
store=$dir/store
bad=0
tests=0
wrong() { echo "check_cli: $*"; bad=1; }

# status N ARGS...: trawl ARGS ends with N; output in $dir/out and $dir/err.
status() {
    want=$1
    shift
    "$trawl" "$@" >"$dir/out" 2>"$dir/err" </dev/null
    got=$?
    tests=$((tests + 1))
    [ $got = "$want" ] || { wrong "trawl $*: status $got, not $want"; cat "$dir/err"; }
}
# says FILE TEXT: the last output holds that text.
says() {
    tests=$((tests + 1))
    grep -qF -- "$2" "$dir/$1" || { wrong "no '$2' in:"; head -20 "$dir/$1"; }
}
# prints TEXT: stdout is exactly that.
prints() {
    tests=$((tests + 1))
    [ "$(cat "$dir/out")" = "$1" ] || { wrong "not '$1' but:"; head -20 "$dir/out"; }
}
is_json() {
    tests=$((tests + 1))
    if command -v jq >/dev/null; then
        jq . "$1" >/dev/null || wrong "no json: $(head -3 "$1")"
    elif command -v python3 >/dev/null; then
        python3 -m json.tool "$1" >/dev/null || wrong "no json: $(head -3 "$1")"
    fi
}

# A classic capture, little-endian, Ethernet: three TCP SYN of 54 bytes.
packet() { # SECONDS-BYTE SRC-LAST-BYTE
    printf '\200\016\225\152\000\000\000\000' | dd bs=1 count=0 2>/dev/null
    printf "\\$1\\227\\225\\152\\001\\000\\000\\000\\066\\000\\000\\000\\066\\000\\000\\000"
    printf '\002\000\000\000\000\001\002\000\000\000\000\002\010\000'
    printf "\\105\\000\\000\\050\\000\\001\\100\\000\\100\\006\\000\\000\\001\\002\\003\\$2\\306\\063\\144\\012"
    printf '\004\322\000\120\000\000\000\007\000\000\000\000\120\002\040\000\000\000\000\000'
}
capture() {
    printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\001\000\001\000\000\000'
    packet 000 004
    packet 001 005
    packet 002 004
}
capture >"$dir/edge1-20260901-00.pcap"
head -c 150 "$dir/edge1-20260901-00.pcap" >"$dir/cut.pcap"

# ---- command lines
status 2
status 0 --help && says out "usage: trawl"
status 0 help && says out "ingest"
status 0 version && says out "trawl "
status 2 -s "$dir/named" ingest --sensor "$(printf '%064d' 0)" "$dir/edge1-20260901-00.pcap"
prints '' # no report of an ingest that did not begin
status 2 qurey && says err "did you mean \`trawl query\`?"
status 2 query --formt csv all && says err "did you mean \`--format\`?"
status 2 query --format xml all && says err "takes one of table, csv"
status 2 query all and tcp && says err "single quotes"
status 2 query && says err "needs a query"
status 2 hunt chase && says err "is nothing that hunts do"
status 2 init --tunnels outer && says err "takes inner"
status 0 -s "$dir/tunnels" init --tunnels inner
for c in init ingest query shell info check version help; do
    status 0 $c --help && says out "usage: trawl $c"
done
for t in language ranges filter stages fields functions aggregates types bad \
    formats exit commands shell similar dport cidr distinct where; do
    status 0 help $t
done
status 2 help feilds && says err "did you mean \`trawl help fields\`?"

# ---- stores
status 5 -s "$dir/none" query all && says err "there is no store"
status 5 -s "$dir/none" info
status 4 -s "$dir/none" ingest "$dir/nothing.pcap"
[ -e "$dir/none" ] && wrong "a mistyped path left a store"
umask 0
status 0 -s "$store" init --home 198.51.100.0/24
umask 022
[ "$(stat -c %a "$store")" = 700 ] || wrong "store is $(stat -c %a "$store")"
find "$store" -type f ! -perm 600 | grep . && wrong "files that are not 0600"
grep -q 198.51.100.0/24 "$store/site.trawl" || wrong "site.trawl has no home"
status 5 init -s "$store" && says err "already"
status 2 -s "$dir/x" init --home nonsense
[ -e "$dir/x" ] && wrong "a wrong --home left a store"
status 3 -s "$store" query all

# ---- ingest
status 0 -s "$store" ingest --json "$dir/edge1-20260901-00.pcap"
is_json "$dir/out"
says out '"packets_read": 3,' && says out '"packets_kept": 3,'
says out '"new": 1,'
status 0 -s "$store" ingest --json "$dir/edge1-20260901-00.pcap"
says out '"packets_kept": 0,' && says out '"known": 1,'
status 4 -s "$dir/cutstore" ingest "$dir/cut.pcap" && says err "warning: "
says out "1 cut"
"$trawl" -s "$dir/stdin" ingest --sensor edge1 -q - <"$dir/edge1-20260901-00.pcap" ||
    wrong "ingest from standard input"
status 0 -s "$dir/stdin" query -q -f csv --no-header 'all | stats count()'
prints 3
status 0 -s "$dir/dry" ingest --dry-run "$dir/edge1-20260901-00.pcap"
[ -e "$dir/dry" ] && wrong "a dry run made a store"
find "$store" -type f ! -perm 600 | grep . && wrong "files that are not 0600"

# ---- queries and formats
q='all inbound and syn | stats n = count(), ports = set(dport) by src'
status 2 -s "$store" query -q -f csv 'all | show x = len * 9223372036854775807'
prints '' # no row with a wrong number, and no header of nothing
status 0 -s "$store" query -q "$q"
prints 'src,n,ports
1.2.3.4,2,{80}
1.2.3.5,1,{80}'
status 0 query -s "$store" -q -f ndjson "$q"
prints '{"src":"1.2.3.4","n":2,"ports":[80]}
{"src":"1.2.3.5","n":1,"ports":[80]}'
status 0 query -s "$store" -q -f json "$q; all tcp"
tests=$((tests + 1))
if command -v jq >/dev/null; then
    [ "$(jq -c length "$dir/out" | tr '\n' ' ')" = "2 3 " ] || wrong "json of two queries"
fi
status 0 query -s "$store" -q -f table "$q"
prints 'src      n  ports
1.2.3.4  2  {80}
1.2.3.5  1  {80}'
status 0 query -s "$store" -f table "$q" && says err "(2 rows)"
status 0 query -s "$store" -q -f text all
says out "IP 1.2.3.4.1234 > 198.51.100.10.80: Flags [S], seq 7, win 8192, length 0"
[ "$(sed -n 3p "$dir/out")" = "" ] || wrong "no blank line between sources"
status 0 query -s "$store" -q --no-header --time epoch 'all | head 1 | show time'
says out ".000001"
status 0 query -s "$store" -q --no-header --tz +02:00 'all | head 1 | show time'
says out "+02:00"
status 0 query -s "$store" --explain "$q" && [ -s "$dir/out" ] || wrong "no plan"
status 0 query -s "$store" -q -o "$dir/rows.csv" "$q"
[ "$(wc -l <"$dir/rows.csv")" = 3 ] || wrong "-o wrote $(cat "$dir/rows.csv")"
printf 'all\nand and' >"$dir/bad.q"
status 2 query -s "$store" -F "$dir/bad.q" && says err "bad.q:2:"
says err "^"
status 2 query -s "$store" 'all | wher ttl = 1' && says err "where"
status 0 query -s "$store" -q --no-header --set p=80 'all dport = $p | stats count()'
prints 3
status 2 query -s "$store" --set p 'all'
status 2 query -s "$store" --now nonsense 'all'
status 0 query -s "$store" --now 2026-09-01T00:00 'all'
status 3 query -s "$store" 'on 2020-01-01'
status 0 query -s "$store" 'all ttl = 9'
status 6 query -s "$store" --mem 1K "$q"
echo 'all | stats count()' | "$trawl" -s "$store" query -q --no-header - >"$dir/out"
prints 3
TRAWL_STORE=$store "$trawl" query -q --no-header 'all | stats count()' >"$dir/out"
prints 3

# ---- info and check
status 0 -s "$store" info && says out "packets    3 in 1 blocks"
says out "index      "
for o in "" --captures --streams; do
    status 0 -s "$store" info --json $o
    is_json "$dir/out"
done
says out '"dport"'
status 0 -s "$store" info --captures && says out "edge1-20260901-00.pcap"
status 0 -s "$store" check

# ---- read-only, closed pipes, full disks
cp -r "$store" "$dir/ro" && chmod -R a-w "$dir/ro"
status 0 -s "$dir/ro" query -q --no-header 'all | stats count()'
prints 3
"$gen" --packets 200000 --days 3 --seed 3 --daily --out "$dir/captures" 2>"$dir/err" ||
    { cat "$dir/err"; exit 1; }
status 0 -s "$dir/big" ingest -q --home 198.51.100.0/24,203.0.113.0/24 "$dir/captures"
for f in csv ndjson table json; do
    { "$trawl" -s "$dir/big" query -q -f $f all 2>"$dir/err"; echo $? >"$dir/rc"; } | head -1 >"$dir/out"
    [ "$(cat "$dir/rc")" = 0 ] && [ ! -s "$dir/err" ] ||
        wrong "closed pipe: -f $f ends with $(cat "$dir/rc") $(cat "$dir/err")"
done
if [ -c /dev/full ]; then
    "$trawl" -s "$dir/big" query -q all >/dev/full 2>"$dir/err"
    [ $? = 5 ] || wrong "a full disk is no error"
    "$trawl" help fields >/dev/full 2>"$dir/err"
    [ $? = 5 ] || wrong "help on a full disk is no error"
fi

status 6 -s "$dir/big" query -q --limit-time 1ms 'all | stats s = set(src, dst, seq)'
cp -r "$store" "$dir/site" && printf 'home = {nonsense};\n' >"$dir/site/site.trawl"
status 2 -s "$dir/site" query all && says err "site.trawl:1:9: " && says err "  home = {nonsense};" &&
    says err "          ^^^^^^^^"
grep -q "you have" "$dir/err" && wrong "an empty list is a hint"

# ---- a file that begins with the mark of a byte order
printf '\357\273\277all | stats n = count()\n' >"$dir/mark.trawl"
status 0 -s "$store" query -q -F "$dir/mark.trawl"
status 0 help dir && says out "dir           string"
status 0 help version && [ "$(head -1 "$dir/out")" = "usage: trawl version" ] || wrong "a blank ends the usage"
status 0 version && { grep -qE '^built with (gcc|clang) ' "$dir/out" || wrong "version names no compiler"; }

# ---- Ctrl-C: 130 within a second
mkfifo "$dir/fifo"
sleep 20 >"$dir/fifo" &
holder=$!
# asynchronous commands of a shell ignore SIGINT: env gives it back
env --default-signal=INT "$trawl" -s "$dir/big" query -f csv - <"$dir/fifo" 2>"$dir/err" &
pid=$!
sleep 0.5
kill -INT $pid
began=$(date +%s%N)
wait $pid
got=$?
took=$((($(date +%s%N) - began) / 1000000))
kill $holder
[ $got = 130 ] && [ $took -lt 1000 ] || wrong "Ctrl-C: status $got after $took ms"
{ printf 'all'; i=0; while [ $i -lt 300 ]; do printf '; all | stats s = set(src, dst, seq) by len, ttl'; i=$((i + 1)); done; } >"$dir/long.q"
env --default-signal=INT "$trawl" -s "$dir/big" query -q -F "$dir/long.q" >/dev/null 2>"$dir/err" &
pid=$!
sleep 1
kill -INT $pid
began=$(date +%s%N)
wait $pid
got=$?
took=$((($(date +%s%N) - began) / 1000000))
[ $got = 130 ] && [ $took -lt 1000 ] || wrong "Ctrl-C in a query: status $got after $took ms"

# ---- the shell through a pipe
shell() { "$trawl" -s "$store" shell "$@" >"$dir/out" 2>"$dir/err"; }
printf '.format ndjson\nall inbound\n  | stats n = count()\n.quit\nall\n' | shell || wrong "shell ends with $?"
prints '{"n":3}'
printf 'let s = {1.2.3.4};\nall src in s | stats n = count()\n\n.explain all\n.tz +02:00\n.now latest\n.range last 1d\nall | stats count()\n' |
    shell || wrong "shell: lets"
says out 'n' && says err "note: "
printf 'all | nonsense\nall | stats n = count()\n' | shell
[ $? = 2 ] || wrong "shell: status of an error"
says err "^" && says out "3"
printf '.fromat csv\n.help\n.help dport\n.info\n' | shell
says err 'did you mean `.format`?' && says out "destination port" && says out "packets    3"
printf '.source %s\n' "$dir/bad.q" | shell
says err "bad.q:2:"

printf '.now\n.now clock\n.now\n.now auto\n.now\nall |\n.quit\nall\n' | shell
[ $? = 2 ] && says err "ends too early" && [ "$(grep -cE '^(auto|clock)$' "$dir/err")" = 3 ] ||
    wrong "shell: .now and .quit after a query that is not complete"

# ---- the shell on a terminal
if command -v script >/dev/null && script --version 2>/dev/null | grep -q util-linux; then
    mkdir "$dir/state"
    cat >"$dir/session" <<'KEYS'
all | sta	 n = count()
all |
stats m = count()
all |
.quit
KEYS
    { sleep 1; while IFS= read -r line; do printf '%s\n' "$line"; sleep 0.3; done <"$dir/session"; } |
        XDG_STATE_HOME=$dir/state TERM=xterm \
            script -qec "'$trawl' -s '$store' shell" /dev/null >"$dir/out" 2>&1
    says out "trawl> " && says out "...> " && says out "(1 row)"
    [ "$(grep -c "(1 row)" "$dir/out")" = 2 ] || wrong "tab did not complete the stage"
    h=$dir/state/trawl/history
    [ "$(stat -c %a "$h")" = 600 ] && [ "$(stat -c %a "$dir/state/trawl")" = 700 ] ||
        wrong "history: $(ls -la "$dir/state/trawl")"
    grep -q 'm.*=.*count' "$h" || wrong "the history does not hold the query"
else
    echo "check_cli: no script(1) of util-linux: terminal skipped"
fi

echo "commands: $tests checks"
exit $bad
