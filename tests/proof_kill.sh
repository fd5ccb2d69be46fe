#!/bin/sh
# An ingest killed (-9) at N random moments, then run again: every packet is
# there exactly once, and the store is sound.
# N: 12, with PROOF=full 300 over a smaller archive.
# JOBS: threads of the ingest that is killed and of the one after it (1 and 2
# in turn); the whole one to compare with is made by one.
set -u
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
n=12 packets=1500000
[ "${PROOF:-}" = full ] && n=300 packets=300000
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export LC_ALL=C

"$gen" --packets $packets --days 60 --seed 3 --mixed --out "$dir/captures" \
    2>"$dir/log" || { cat "$dir/log"; exit 1; }
question='all | stats n = count(), bytes = sum(len), seqs = sum(seq) by day, ipver'
ask() { "$trawl" -s "$1" query -q -f csv "$question"; }

began=$(date +%s%N)
"$trawl" -s "$dir/whole" ingest -q --jobs 1 "$dir/captures" || exit 1
took=$((($(date +%s%N) - began) / 1000000))
ask "$dir/whole" >"$dir/want" || exit 1

bad=0 killed=0
i=0
while [ $i -lt $n ]; do
    i=$((i + 1))
    jobs=${JOBS:-$((1 + i % 2))}
    # moments spread over the run, in an order that does not follow them
    ms=$((1 + (i * 7919 % n * took + took / 2) / n))
    rm -rf "$dir/store"
    "$trawl" -s "$dir/store" ingest -q --jobs "$jobs" "$dir/captures" 2>/dev/null &
    pid=$!
    sleep "$(awk -v ms=$ms 'BEGIN {printf "%.3f", ms / 1000}')"
    kill -9 $pid 2>/dev/null && killed=$((killed + 1))
    wait $pid 2>/dev/null
    "$trawl" -s "$dir/store" ingest -q --jobs "$jobs" "$dir/captures" || bad=$((bad + 1))
    ask "$dir/store" >"$dir/got" 2>"$dir/words"
    if ! cmp -s "$dir/got" "$dir/want"; then
        bad=$((bad + 1))
        echo "killed after $ms ms: another answer than the whole ingest"
        cat "$dir/words"
        diff "$dir/got" "$dir/want" | head -4
    fi
    "$trawl" -s "$dir/store" check -q || { bad=$((bad + 1)); echo "killed after $ms ms: check failed"; }
done
echo "kill -9 during an ingest of $took ms, ${JOBS:-1 and 2} jobs: $n runs, $killed killed under way, $bad wrong"
[ "$bad" = 0 ] && [ "$killed" -gt 0 ]
