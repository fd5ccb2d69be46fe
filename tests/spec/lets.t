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

# a set of addresses and networks
query
all src in {203.0.113.7, 192.0.2.0/28} | stats count() by src
expect
src,count()
192.0.2.10,1
192.0.2.11,1
192.0.2.12,1
203.0.113.7,2

# a set by name
query
let odd = {203.0.113.7, 203.0.113.9}; all src in odd | stats count() by src
expect
src,count()
203.0.113.7,2
203.0.113.9,4

# a filter by name
query
let probe = udp and ttl < 5; all probe | stats count()
expect
count()
2

# a filter within a filter
query
let probe = udp and ttl < 5; all not probe and src net 203.0.113.0/24 | stats count()
expect
count()
4

# a set made by a query
query
let live = outbound | set src; all dst in live | stats count() by dst
expect
dst,count()
192.0.2.10,3
192.0.2.11,1

# it takes the range of the query that uses it
query
let live = outbound | set src; on 2026-09-02 dst in live | stats count(); on 2026-09-01 dst in live | stats count()
expect
count()
0

count()
3

# a range of its own stays
query
let live = on 2026-09-01 outbound | set src; on 2026-09-02 inbound | stats n = count(), known = count(dst in live)
expect
n,known
2,0

# a set made with another
query
let live = outbound | set src; let callers = dst in live | set src; all src in callers | stats count() by src
expect
src,count()
203.0.113.7,2
203.0.113.9,4

# a set of sets' members
query
let all_ports = has(dport) | stats p = set(dport) by src | set p; all sport in all_ports | stats count() by sport
expect
sport,count()
22,1
80,1
4000,3
5000,1

# a source of rows
query
let q = on 2026-09-01 tcp | stats n = count() by src; q | sort n desc
expect
src,n
203.0.113.9,2
192.0.2.10,1

# a source takes the range of its user
query
let q = tcp | stats n = count() by src; on 2026-09-02 q | sort src
expect
src,n
192.0.2.12,1
203.0.113.9,1
2001:db8::1,1

# a source of a source
query
let q = tcp; let r = q | stats n = count() by src; all r | head 1
expect
src,n
192.0.2.10,1

# a piece
query
let f = | stats n = count() by src | sort n desc; all tcp | f | head 1
expect
src,n
203.0.113.9,4

# a piece within a piece
query
let f = | stats n = count() by src; let g = | f | sort n desc; all | g | head 1
expect
src,n
203.0.113.9,4

# a piece keeps the names that it was written with
query
let x = {203.0.113.7}; let f = | where src in x; let x = {203.0.113.9}; all | f | stats count() by src
expect
src,count()
203.0.113.7,2

# algebra
query
let a = udp | set dst; let b = {192.0.2.11}; all dst in a - b | stats count() by dst
expect
dst,count()
192.0.2.12,2

# two queries
query
all udp | stats count(); all tcp | stats n = count() by sensor
expect
count()
2

sensor,n
edge1,5
edge2,2

# an empty set has no members
query
let none = dport = 9999 | set src; all src in none | stats count()
expect
count()
0

# a set in a file
query
let x = file "tests/spec/some.txt"; all src in x | stats count() by src
expect
src,count()
203.0.113.9,4
2001:db8::1,1
