# lib.sh - what the bench scripts share; sourced, from the repository's root.
# Environment: BENCH_PACKETS (2e6), BENCH_DIR (build/bench), RUNS (3).
trawl=${TRAWL:-build/release/trawl}
gen=${GEN:-build/release/gen}
packets=${BENCH_PACKETS:-2e6}
dir=${BENCH_DIR:-build/bench}
runs=${RUNS:-3}
home=198.51.100.0/24,203.0.113.0/24,2001:db8:1::/48
export LC_ALL=C
mkdir -p "$dir"
${CC:-cc} -O2 -D_GNU_SOURCE bench/measure.c -o "$dir/measure" || exit 1

# The archive of captures, made once for a number of packets.
archive=$dir/captures-$packets
if [ ! -f "$archive/truth.tsv" ]; then
    "$gen" --packets "$packets" --days 60 --seed 11 --out "$archive" || exit 1
fi
count=$(awk -F'\t' '$1 == "daily" {n += $3} END {print n}' "$archive/truth.tsv")

# measured NAME RUNS COMMAND...: one line; wall, cpu, mib and rate are left in
# variables of that name. A command that fails ends the script.
measured() {
    name=$1
    n=$2
    shift 2
    cost=$("$dir/measure" "$n" "$@") || exit 1
    wall=$(echo "$cost" | cut -d' ' -f1)
    cpu=$(echo "$cost" | cut -d' ' -f2)
    mib=$(echo "$cost" | cut -d' ' -f3)
    printf '%-34s %9.3f s wall %9.3f s cpu %8.2f M packets/s %8.1f MiB\n' \
        "$name" "$wall" "$cpu" \
        "$(awk -v n="$count" -v s="$wall" 'BEGIN {print n / s / 1e6}')" "$mib"
}
# The same with what lies below $cold out of the page cache before each run.
measured_cold() {
    name=$1
    n=$2
    shift 2
    cost=$("$dir/measure" --cold "$cold" "$n" "$@") || exit 1
    printf '%-34s %9.4f s wall, cold\n' "$name" "$(echo "$cost" | cut -d' ' -f1)"
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN {printf "%.2f", a / b}'; }
bytes_of() { find "$@" -type f -printf '%b\n' | awk '{n += $1} END {printf "%.0f", n * 512}'; }
a_packet() { awk -v b="$1" -v n="$count" 'BEGIN {printf "%.2f", b / n}'; }
