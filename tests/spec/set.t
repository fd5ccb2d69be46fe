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
tz +02:00

# days of a zone
query
all | stats n = count() by day
expect
day,n
2026-09-01,7
2026-09-02,4

# hours of a zone
query
all tcp | stats n = count() by hour
expect
hour,n
2026-09-01T01:00:00.000000+02:00,1
2026-09-01T02:00:00.000000+02:00,3
2026-09-02T02:00:00.000000+02:00,1
2026-09-02T04:00:00.000000+02:00,1
2026-09-02T05:00:00.000000+02:00,1

# days of a range
query
on 2026-09-01 | stats count(), min(time)
expect
count(),min(time)
7,2026-09-01T01:00:00.000000+02:00

settings
range on 2026-09-02

# the default range
query
| stats count()
expect
count()
4

# a range of the query's own
query
on 2026-09-01 | stats count()
expect
count()
6

# a source without a range
query
let q = tcp; q | stats count()
expect
count()
3

settings
set n=2
set who=203.0.113.9
set from=2026-09-02
set d=2h

# a number
query
all | stats c = count() by src | top $n by c
expect
src,c
203.0.113.9,4
203.0.113.7,2

# an address
query
all src host $who | stats count()
expect
count()
4

# a time
query
from $from | stats count()
expect
count()
4

# a length
query
last $d | stats count()
expect
count()
2

# a condition
query
all | stats n = count() by src | where n >= $n
expect
src,n
203.0.113.7,2
203.0.113.9,4

# nets in a set keep their lengths, days their form
query
all tcp and ip | stats nets = set(cidr(src, 16, 64)), days = set(day), both = set(cidr(src, 8, 64), day) by ipver
expect
ipver,nets,days,both
4,"{192.0.0.0/16, 203.0.0.0/16}","{2026-08-31, 2026-09-01, 2026-09-02}","{(192.0.0.0/8, 2026-09-01), (192.0.0.0/8, 2026-09-02), (203.0.0.0/8, 2026-08-31), (203.0.0.0/8, 2026-09-01), (203.0.0.0/8, 2026-09-02)}"

# nets of two lengths do not fit in one set of tuples
query
all | stats set(cidr(src, 16, 64), cidr(dst, 8, 64))
error
1:36: nets of another length in the same set
  all | stats set(cidr(src, 16, 64), cidr(dst, 8, 64))
                                     ^^^^^^^^^^^^^^^^ give both the same numbers of bits, or use two sets
