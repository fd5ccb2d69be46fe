#!/bin/sh
# Claim: months of packet headers in the space of flow records, and one address
# found in them at once. BENCH_PACKETS=20e6 gives the figures of docs/figures.md.
set -u
. bench/lib.sh
store=$dir/query-$packets
[ -d "$store" ] || "$trawl" -s "$store" ingest -q "$archive" || exit 1
echo "a store of $count packets of 60 days"
"$trawl" -s "$store" info --streams | sed -n "/^fields/,\$p"
rare=$("$trawl" -s "$store" query -q -f csv --no-header \
    'all ip and ipver = 4 | stats n = count() by src | where n = 20 | head 1 | show src')
measured "host $rare (rare)" "$runs" "$trawl" -s "$store" query -q "all host $rare"
measured 'an address that is not there' "$runs" "$trawl" -s "$store" query -q 'all host 192.0.2.1'
cold=$store
measured_cold 'an address that is not there' "$runs" "$trawl" -s "$store" query -q 'all host 192.0.2.1'
measured_cold "host $rare (rare)" "$runs" "$trawl" -s "$store" query -q "all host $rare"
measured_cold 'all packets of a port' "$runs" "$trawl" -s "$store" query -q 'all dport = 443 | stats n = count()'
measured_cold 'opening the store (info)' "$runs" "$trawl" -s "$store" info
measured 'starting the program' "$runs" "$trawl" version
"$trawl" -s "$store" query --explain "all host $rare" | grep -E 'blocks|skipped'
"$trawl" -s "$store" info --streams | awk -v n="$count" '
    $NF == "packet" && $1 != "shared" && !shared {sum += $(NF - 3)}
    $1 == "shared" {shared = 1} $1 == "together" {sum += $(NF - 3)}
    END {printf "all streams    %.2f bytes a packet\n", sum}'
"$trawl" -s "$store" info | sed -n '/^on disk/p; /^index/p'
