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

# tuples of a let
query
let pairs = syn | set src, dst; all (src, dst) in pairs | stats n = count() by src, dst
expect
src,dst,n
192.0.2.12,192.0.2.13,1
203.0.113.9,192.0.2.10,3
2001:db8::1,2001:db8::2,1

# tuples not of a let
query
let pairs = syn | set src, dst; all tcp and (src, dst) not in pairs | stats n = count() by src, dst
expect
src,dst,n
192.0.2.10,203.0.113.9,1
203.0.113.9,192.0.2.12,1

# tuples of a set column, their union, and their size
query
let pairs = tcp | stats s = set(src, dport) by sensor | set s; all (src, dport) in pairs | stats n = count(), size = max(size(pairs))
expect
n,size
7,5

# tuples in a row's set
query
all tcp | stats s = set(dst, dport), last = last(dport), host = max(dst) by src | where (host, last) in s | show src, host, last
expect
src,host,last
192.0.2.10,203.0.113.9,4000
192.0.2.12,192.0.2.13,5000
203.0.113.9,192.0.2.12,22
2001:db8::1,2001:db8::2,443

# algebra of tuple sets, compared with a row's
query
let a = tcp | set src, dport; let b = syn | set src, dport;
all tcp | stats s = set(src, dport) by src | where s <= a - b | show src, s
expect
src,s
192.0.2.10,"{(192.0.2.10, 4000)}"

# a day and a source
query
let a = on 2026-09-01 | set src, ipver; all (src, ipver) in a & a | stats n = count() by src
expect
src,n
192.0.2.10,1
192.0.2.11,1
203.0.113.7,2
203.0.113.9,4

# algebra of lets of ports, one in another
query
let web = {80, 443}; let all_of = web + {22}; all dport in all_of - {443} & web + {22} | stats n = count() by dport
expect
dport,n
22,2
80,2

# flags
query
let odd = {SF, R, SA}; all flags in odd | stats n = count() by flags
expect
flags,n
SF,1
R,1
SA,1

# text
query
let who = {"edge2", "edge9"}; all sensor in who | stats n = count() by sensor
expect
sensor,n
edge2,2

# lengths and times
query
let near = {0s, 1h}; let days = {2026-09-02}; all | stats s = span(time) by src, day | where s in near and day in days
expect
src,day,s
192.0.2.12,2026-09-02,0.000000
203.0.113.9,2026-09-02,0.000000
2001:db8::1,2026-09-02,0.000000
-,2026-09-02,0.000000

# fractions
query
let means = all | stats m = avg(len) by src | set m; all | stats m = avg(len) by dst | where m in means | show dst, m
expect
dst,m
192.0.2.13,60
203.0.113.7,60
203.0.113.9,60
2001:db8::2,74
-,60

# a network within a set of networks
query
let some = {192.0.2.0/24, 203.0.113.8/30, 2001:db8::/32}; all ip or ip6 | stats n = count() by net = cidr(src, 30, 64) | where net in some
expect
net,n
192.0.2.8/30,2
192.0.2.12/30,1
203.0.113.8/30,4
2001:db8::/64,1

# a network not within
query
let some = {192.0.2.0/24, 203.0.113.9}; all ip or ip6 | stats n = count() by net = cidr(src, 30, 64) | where net not in some
expect
net,n
203.0.113.4/30,2
203.0.113.8/30,4
2001:db8::/64,1

# an address in networks that a query made
query
let nets = udp | stats by n = cidr(src, 24, 64) | set n; all src in nets | stats n = count() by src
expect
src,n
203.0.113.7,2
203.0.113.9,4

# networks of one length in those of another
query
let nets = udp | stats by n = cidr(src, 24, 64) | set n; all ip | stats n = count() by net = cidr(src, 28, 64) | where net in nets
expect
net,n
203.0.113.0/28,6

# a row's set and a large constant
query
all ip | stats s = set(src) by dst | add k = s & {203.0.0.0/8}, l = s - {203.0.0.0/8} | where s <= {203.0.0.0/8, 192.0.0.0/8} and not s <= {192.0.0.0/8} and s != {10.0.0.0/8} and {192.0.0.0/4} > s
expect
dst,s,k,l
192.0.2.10,{203.0.113.9},{203.0.113.9},{}
192.0.2.11,{203.0.113.7},{203.0.113.7},{}
192.0.2.12,"{203.0.113.7, 203.0.113.9}","{203.0.113.7, 203.0.113.9}",{}

# a large constant is no subset of a small set
query
all ip | stats s = set(src) | show a = {10.0.0.0/8} <= s, b = s = {10.0.0.0/8}, c = s < {0.0.0.0/0}, d = {0.0.0.0/0} >= s, e = size({10.0.0.0/8})
expect
a,b,c,d,e
false,false,true,true,16777216

# filters and pieces by name
query
let probe = syn and dst port (22, 80); let count_by = | stats n = count() by src; let best = | count_by | sort n desc | head 1; all probe | best
expect
src,n
203.0.113.9,2

# a source of rows keeps its range
query
let q = on 2026-09-01 tcp | stats n = count() by src; q | sort n desc | head 1; q | head 1
expect
src,n
203.0.113.9,2

src,n
192.0.2.10,1

# a service by name, also quoted
query
all dst port http or dst port "ftp-data" | stats n = count() by dport; all dport in (http, ssh) | stats n = count() by dport
expect
dport,n
80,2

dport,n
22,2
80,2
