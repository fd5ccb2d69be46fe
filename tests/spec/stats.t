# counts by one key
data
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-01T00:00:01 10.0.0.2 192.0.2.1 tcp 1001 80 S
2026-09-01T00:00:02 10.0.0.1 192.0.2.2 tcp 1002 443 S
2026-09-01T01:00:03 192.0.2.1 10.0.0.1 tcp 80 1000 SA
2026-09-01T01:00:04 10.0.0.3 192.0.2.9 udp 53 53
2026-09-02T00:00:05 10.0.0.1 192.0.2.1 icmp icmp.type=8 icmp.code=0
2026-09-02T00:00:06 - - - ethertype=2054
query
all | stats count() by src
expect
src,count()
10.0.0.1,3
10.0.0.2,1
10.0.0.3,1
192.0.2.1,1
-,1

# without keys there is one row, also over nothing
query
src 10.9.9.9 | stats n = count(), s = sum(len), t = min(time), d = distinct(src), x = set(src)
expect
n,s,t,d,x
0,-,-,0,{}

# keys only
query
| stats by proto
expect
proto
1
6
17
-

# distinct is stats by keys
query
| distinct src, dport
expect
src,dport
10.0.0.1,80
10.0.0.1,443
10.0.0.1,-
10.0.0.2,80
10.0.0.3,53
192.0.2.1,1000
-,-
