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

# counts by one key
query
all | stats count() by src
expect
src,count()
192.0.2.10,1
192.0.2.11,1
192.0.2.12,1
203.0.113.7,2
203.0.113.9,4
2001:db8::1,1
-,1

# without keys there is one row, also over nothing
query
all src 10.9.9.9 | stats n = count(), s = sum(len), t = min(time), d = distinct(src), x = set(src)
expect
n,s,t,d,x
0,-,-,0,{}

# with keys over nothing there is none
query
all dport = 9999 | stats count() by src
expect
src,count()

# keys only
query
all | stats by proto
expect
proto
1
6
17
-

# distinct is stats by keys
query
all | distinct src, dport
expect
src,dport
192.0.2.10,4000
192.0.2.11,-
192.0.2.12,5000
203.0.113.7,33434
203.0.113.7,33435
203.0.113.9,22
203.0.113.9,80
2001:db8::1,443
-,-

# distinct with a call
query
all | distinct day, proto
expect
day,proto
2026-08-31,6
2026-09-01,1
2026-09-01,6
2026-09-01,17
2026-09-02,6
2026-09-02,-

# absent is a key of its own
query
all | stats n = count() by x = dport - sport
expect
x,n
-4557,1
-3979,1
-3978,1
-3920,2
3920,1
4978,1
33381,1
33382,1
-,2

# days
query
all | stats count() by day
expect
day,count()
2026-08-31,1
2026-09-01,6
2026-09-02,4

# hours
query
all | stats count() by hour
expect
hour,count()
2026-08-31T23:00:00.000000Z,1
2026-09-01T00:00:00.000000Z,3
2026-09-01T10:00:00.000000Z,2
2026-09-01T11:00:00.000000Z,1
2026-09-02T00:00:00.000000Z,1
2026-09-02T01:00:00.000000Z,1
2026-09-02T02:00:00.000000Z,1
2026-09-02T03:00:00.000000Z,1

# buckets of ten minutes
query
all | stats n = count() by bin(10m)
expect
bin(10m),n
2026-08-31T23:00:00.000000Z,1
2026-09-01T00:00:00.000000Z,3
2026-09-01T10:30:00.000000Z,2
2026-09-01T11:00:00.000000Z,1
2026-09-02T00:30:00.000000Z,1
2026-09-02T01:00:00.000000Z,1
2026-09-02T02:00:00.000000Z,1
2026-09-02T03:00:00.000000Z,1

# weeks begin on Monday
query
all | stats n = count() by week, month
expect
week,month,n
2026-08-31,2026-08-01,1
2026-08-31,2026-09-01,10

# minutes
query
all tcp | stats n = count() by minute
expect
minute,n
2026-08-31T23:00:00.000000Z,1
2026-09-01T00:00:00.000000Z,3
2026-09-02T00:30:00.000000Z,1
2026-09-02T02:00:00.000000Z,1
2026-09-02T03:00:00.000000Z,1

# times and their span
query
all | stats first = min(time), last = max(time), span(time) by src
expect
src,first,last,span(time)
192.0.2.10,2026-09-01T00:00:00.750000Z,2026-09-01T00:00:00.750000Z,0.000000
192.0.2.11,2026-09-01T11:00:00.000000Z,2026-09-01T11:00:00.000000Z,0.000000
192.0.2.12,2026-09-02T03:00:00.000000Z,2026-09-02T03:00:00.000000Z,0.000000
203.0.113.7,2026-09-01T10:30:00.000000Z,2026-09-01T10:30:10.000000Z,10.000000
203.0.113.9,2026-08-31T23:00:00.000000Z,2026-09-02T02:00:00.000000Z,97200.000000
2001:db8::1,2026-09-02T00:30:00.000000Z,2026-09-02T00:30:00.000000Z,0.000000
-,2026-09-02T01:00:00.000000Z,2026-09-02T01:00:00.000000Z,0.000000

# numbers
query
all | stats a = avg(len), s = sum(len), l = min(len), h = max(len) by proto
expect
proto,a,s,l,h
1,60,60,60,60
6,267.7142857,1874,60,1500
17,85,170,80,90
-,60,60,60,60

# addresses have an order
query
all | stats low = min(src), high = max(src)
expect
low,high
192.0.2.10,2001:db8::1

# text has an order
query
all | stats low = min(sensor), high = max(sensor)
expect
low,high
edge1,edge2

# distinct counts values and tuples, absent ones left out
query
all | stats d = distinct(src, dst), x = distinct(dst) by proto
expect
proto,d,x
1,1,1
6,5,5
17,2,2
-,0,0

# sets of numbers
query
all | stats ports = set(dport), n = count() by src
expect
src,ports,n
192.0.2.10,{4000},1
192.0.2.11,{},1
192.0.2.12,{5000},1
203.0.113.7,"{33434, 33435}",2
203.0.113.9,"{22, 80}",4
2001:db8::1,{443},1
-,{},1

# sets of tuples
query
all | stats t = set(dst, dport) by src
expect
src,t
192.0.2.10,"{(203.0.113.9, 4000)}"
192.0.2.11,{}
192.0.2.12,"{(192.0.2.13, 5000)}"
203.0.113.7,"{(192.0.2.11, 33434), (192.0.2.12, 33435)}"
203.0.113.9,"{(192.0.2.10, 22), (192.0.2.10, 80), (192.0.2.12, 22)}"
2001:db8::1,"{(2001:db8::2, 443)}"
-,{}

# sets of text
query
all | stats sensors = set(sensor)
expect
sensors
"{""edge1"", ""edge2""}"

# sets of flags
query
all tcp | stats f = set(flags)
expect
f
"{S, SF, R, A, SA}"

# sets are keys too
query
all | stats ports = set(dport) by src | stats who = set(src) by ports
expect
ports,who
{},{192.0.2.11}
"{22, 80}",{203.0.113.9}
{443},{2001:db8::1}
{4000},{192.0.2.10}
{5000},{192.0.2.12}
"{33434, 33435}",{203.0.113.7}

# union joins sets
query
all | stats t = set(dst) by src | stats u = union(t)
expect
u
"{192.0.2.10, 192.0.2.11, 192.0.2.12, 192.0.2.13, 203.0.113.7, 203.0.113.9, 2001:db8::2}"

# the size of a set
query
all | stats t = set(dst) by src | where size(t) >= 2 | show src, n = size(t)
expect
src,n
203.0.113.7,2
203.0.113.9,2

# the sum of sizes
query
all | stats t = set(dst) by src | stats s = sum(size(t))
expect
s
8

# count of a condition
query
all | stats syns = count(syn), all = count() by src
expect
src,syns,all
192.0.2.10,0,1
192.0.2.11,0,1
192.0.2.12,1,1
203.0.113.7,0,2
203.0.113.9,2,4
2001:db8::1,1,1
-,0,1

# a column is found by its call
query
all | stats count(), distinct(dst) by src | where count() > 1 | sort distinct(dst) desc, count()
expect
src,count(),distinct(dst)
203.0.113.7,2,2
203.0.113.9,4,2

# first and last go by packet order
query
all tcp | stats f = first(dport), l = last(dport) by src
expect
src,f,l
192.0.2.10,4000,4000
192.0.2.12,5000,5000
203.0.113.9,22,22
2001:db8::1,443,443

# networks as keys
query
all | stats n = count() by net = cidr(src, 24, 64)
expect
net,n
192.0.2.0/24,3
203.0.113.0/24,6
2001:db8::/64,1
-,1

# flags as keys
query
all tcp | stats n = count() by flags
expect
flags,n
S,3
SF,1
R,1
A,1
SA,1

# conditions as keys
query
all | stats n = count() by big = len > 70
expect
big,n
false,7
true,4

# directions as keys
query
all | stats count() by dir
expect
dir,count()
inbound,7
internal,1
outbound,2
-,1

# groups of groups
query
all | stats n = count() by src, day | stats days = count(), most = max(n) by src
expect
src,days,most
192.0.2.10,1,1
192.0.2.11,1,1
192.0.2.12,1,1
203.0.113.7,1,2
203.0.113.9,3,2
2001:db8::1,1,1
-,1,1

# a condition on an average
query
all | stats a = avg(len) by src | where a > 60.5
expect
src,a
203.0.113.7,85
203.0.113.9,420
2001:db8::1,74

# durations add up
query
all | stats s = span(time) by sensor | stats t = sum(s), a = avg(s)
expect
t,a
97200.000000,48600.000000

# a sum of reals
query
all | stats s = sum(len / 2.0) by proto
expect
proto,s
1,30
6,937
17,85
-,30

# members of a set column
query
all | stats t = set(dport) by src | where 22 in t
expect
src,t
203.0.113.9,"{22, 80}"
