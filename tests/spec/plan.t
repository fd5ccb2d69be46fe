data
2026-08-31T23:00:00 203.0.113.9 192.0.2.10 tcp 4000 22 S win=1024 ttl=50 seq=100
2026-09-01T00:00:00.5 203.0.113.9 192.0.2.10 tcp 4000 80 S win=1024 ttl=50 seq=200
+0.25 192.0.2.10 203.0.113.9 tcp 80 4000 SA win=512 seq=900 ackno=201
+0.25 203.0.113.9 192.0.2.10 tcp 4000 80 A win=1024 seq=201 ackno=901 len=1500
2026-09-01T10:30:00 203.0.113.7 192.0.2.11 udp 53 33434 ttl=3 len=80
2026-09-01T10:30:10 203.0.113.7 192.0.2.12 udp 53 33435 ttl=4 len=90
2026-09-01T11:00:00 192.0.2.11 203.0.113.7 icmp icmp.type=3 icmp.code=3 inner.src=203.0.113.7 inner.dst=192.0.2.11 inner.proto=17 inner.sport=53 inner.dport=33434
2026-09-02T00:30:00 2001:db8::1 2001:db8::2 tcp 5000 443 S len=74
2026-09-02T01:00:00 - - - ethertype=2054
sensor edge2
2026-09-02T02:00:00 203.0.113.9 192.0.2.12 tcp 4001 22 R win=0 ttl=50
2026-09-02T03:00:00 192.0.2.12 192.0.2.13 tcp 22 5000 SF win=0
site
home = {192.0.2.0/24, 2001:db8::2};

settings
explain

# the range skips blocks
query
on 2026-09-02 | stats count() by src
expect
plan
query 1
  range    2026-09-02T00:00:00.000000Z to 2026-09-03T00:00:00.000000Z, UTC
  blocks   2 of 3 to read: 10 packets
  skipped  1 by the range
  columns  src
  order    any: no stage needs packet order
  stats    -> src addr, count() int

# a part of the filter skips blocks
query
all tcp and (win = 7 or ttl > 60) and win = 3 | stats count()
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  filter   tcp and (win = 7 or ttl > 60) and win = 3
  blocks   0 of 3 to read: 0 packets
  skipped  1 by `win = 7 or ttl > 60`
  skipped  2 by `win = 3`
  order    any: no stage needs packet order
  stats    -> count() int

# the address index skips what the summaries let through
query
all host 192.0.2.99 or src = 198.51.100.1 | stats count()
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  filter   host 192.0.2.99 or src = 198.51.100.1
  blocks   0 of 3 to read: 0 packets
  skipped  1 by `host 192.0.2.99 or src = 198.51.100.1`
  skipped  2 by the address index, `host 192.0.2.99 or src = 198.51.100.1`
  order    any: no stage needs packet order
  stats    -> count() int

# sets are made and named
query
let live = outbound | set src; all dst in live | where dport < 1024 | show src | sort src | head 2
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  filter   dst in live
  filter   dport < 1024
  set      live: 2 values
  blocks   2 of 3 to read: 9 packets
  skipped  1 by `dst in live`
  columns  src
  order    packet order
  show     -> src addr
  sort     -> src addr
  head     -> src addr

# aggregates that need no order
query
all | stats n = count(), d = distinct(dst) by src, day
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  blocks   3 of 3 to read: 11 packets
  columns  time, src, dst
  order    any: no stage needs packet order
  stats    -> src addr, day time, n int, d int

# aggregates that need packet order
query
all | stats f = first(dst) by src
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  blocks   3 of 3 to read: 11 packets
  columns  src, dst
  order    packet order
  stats    -> src addr, f addr

# sorting keeps what is shown later
query
all | sort len | show src, dst
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  blocks   3 of 3 to read: 11 packets
  columns  src, dst, len
  order    packet order
  sort     -> packets
  show     -> src addr, dst addr

# packets
query
all
expect
plan
query 1
  range    2026-08-31T23:00:00.000000Z to 2026-09-02T03:00:00.000000001Z, UTC
  blocks   3 of 3 to read: 11 packets
  order    packet order
  rows     packets
