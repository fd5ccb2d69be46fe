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

# where filters rows
query
all | where sport = 4000 | show time, dst, dport
expect
time,dst,dport
2026-08-31T23:00:00.000000Z,192.0.2.10,22
2026-09-01T00:00:00.500000Z,192.0.2.10,80
2026-09-01T00:00:01.000000Z,192.0.2.10,80

# add computes
query
all tcp | add double = win * 2, sum = win + ttl | show sport, double, sum
expect
sport,double,sum
4000,2048,1074
4000,2048,1074
80,1024,576
4000,2048,1088
5000,-,-
4001,0,50
22,0,64

# add keeps packets packets
query
all | add big = len > 100 | where big and inbound | show len
expect
len
1500

# show names its columns
query
all udp | show from = src, len, len + 10, (ttl = 3)
expect
from,len,len + 10,ttl = 3
203.0.113.7,80,90,true
203.0.113.7,90,100,false

# the same thing shown twice needs two names
query
all udp | show src, b = src, dport
expect
src,b,dport
203.0.113.7,203.0.113.7,33434
203.0.113.7,203.0.113.7,33435

# sort puts absent last
query
all | show src, win | sort win
expect
src,win
203.0.113.9,0
192.0.2.12,0
192.0.2.10,512
203.0.113.9,1024
203.0.113.9,1024
203.0.113.9,1024
203.0.113.7,-
203.0.113.7,-
192.0.2.11,-
2001:db8::1,-
-,-

# so does a descending sort
query
all | show src, win | sort win desc
expect
src,win
203.0.113.9,1024
203.0.113.9,1024
203.0.113.9,1024
192.0.2.10,512
203.0.113.9,0
192.0.2.12,0
203.0.113.7,-
203.0.113.7,-
192.0.2.11,-
2001:db8::1,-
-,-

# sort by two keys
query
all | show src, dport, len | sort len desc, dport
expect
src,dport,len
203.0.113.9,80,1500
203.0.113.7,33435,90
203.0.113.7,33434,80
2001:db8::1,443,74
203.0.113.9,22,60
203.0.113.9,22,60
203.0.113.9,80,60
192.0.2.10,4000,60
192.0.2.12,5000,60
192.0.2.11,-,60
-,-,60

# top ranks by an expression, highest first
query
all | stats n = count() by src | top 2 by n
expect
src,n
203.0.113.9,4
203.0.113.7,2

# top with a computed rank
query
all | stats n = count(), b = sum(len) by src | top 1 by b / n
expect
src,n,b
203.0.113.9,4,1680

# head of groups comes in key order
query
all | stats n = count() by src | head 2
expect
src,n
192.0.2.10,1
192.0.2.11,1

# head 0 is no row
query
all | show src | head 0
expect
src

# sorted packets stay packets
query
all tcp | sort len desc | head 2
expect
time,sensor,src,dst,sport,dport,proto,flags
2026-09-01T00:00:01.000000Z,edge1,203.0.113.9,192.0.2.10,4000,80,6,A
2026-09-02T00:30:00.000000Z,edge1,2001:db8::1,2001:db8::2,5000,443,6,S

# a field against a field
query
all win = ttl + 974 | show src, win, ttl
expect
src,win,ttl
203.0.113.9,1024,50
203.0.113.9,1024,50

# IPv6 beside IPv4
query
all ip6 | show src, dst, dport
expect
src,dst,dport
2001:db8::1,2001:db8::2,443

# the quoted packet
query
all icmperr | show src, inner.src, inner.dport
expect
src,inner.src,inner.dport
192.0.2.11,203.0.113.7,33434

# not in leaves absent out
query
all src not in {203.0.113.9} | stats count()
expect
count()
6

# not turns absence to true
query
all not src in {203.0.113.9} | stats count()
expect
count()
7

# tcpdump's words
query
all src host 203.0.113.9 and tcp dst port 22 | show time, dst
expect
time,dst
2026-08-31T23:00:00.000000Z,192.0.2.10
2026-09-02T02:00:00.000000Z,192.0.2.12

# accessors
query
all tcp[13] & 2 != 0 | stats count()
expect
count()
5

# a list of ports
query
all port (22, 53) | stats count() by proto
expect
proto,count()
6,3
17,2

# has asks for presence
query
all not has(dport) | show time, proto
expect
time,proto
2026-09-01T11:00:00.000000Z,1
2026-09-02T01:00:00.000000Z,-

# division by zero is absent
query
all | show x = len / win | sort x | head 3
expect
x
0
0
0

# a sort by what no row has
query
all tcp | sort flowlabel, len desc | show src, flowlabel, len | head 2
expect
src,flowlabel,len
203.0.113.9,-,1500
2001:db8::1,-,74

# sorted packets keep what few of them have
query
all | sort len desc, time | show len, icmp.type, ipver, ethertype
expect
len,icmp.type,ipver,ethertype
1500,-,4,-
90,-,4,-
80,-,4,-
74,-,6,-
60,-,4,-
60,-,4,-
60,-,4,-
60,3,4,-
60,-,-,2054
60,-,4,-
60,-,4,-

# a top of packets by what few have
query
all | top 2 by icmp.code | show time, icmp.code, win
expect
time,icmp.code,win
2026-09-01T11:00:00.000000Z,3,-
2026-08-31T23:00:00.000000Z,-,1024
