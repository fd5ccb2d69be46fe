data
2026-09-01T00:00:00 203.0.113.9 192.0.2.1 tcp 4000 80 S len=10
+1 203.0.113.9 192.0.2.2 tcp 4000 80 S len=20
+1 203.0.113.9 192.0.2.2 tcp 4000 80 S len=30
+1 203.0.113.9 192.0.2.3 tcp 4000 80 S len=40
+2.5 203.0.113.9 192.0.2.4 tcp 4000 80 S len=50
+1 203.0.113.9 192.0.2.4 tcp 4000 80 S len=60
+1 203.0.113.9 192.0.2.5 tcp 4000 80 S len=70
+1 203.0.113.9 192.0.2.6 tcp 4000 80 S len=80
+1 203.0.113.9 192.0.2.6 tcp 4000 80 S len=90
+1 203.0.113.8 192.0.2.6 udp 4000 53 len=100
+1 - - - ethertype=2054

# percentiles of the nearest rank; a median of an even count is the lower one
query
all | stats low = pct(len, 0), median = pct(len, 50), p90 = pct(len, 90), p91 = pct(len, 90.91), high = pct(len, 100) by ip
expect
ip,low,median,p90,p91,high
false,60,60,60,60,60
true,10,50,90,100,100

# of durations, reals and times; nothing has no percentile
query
all | stats a = pct(time, 10), b = pct(len / 4.0, 50), c = pct(mss, 50), n = count(), s = span(time) by src | stats pct(s, 50), max(a), max(b), max(c)
expect
"pct(s, 50)",max(a),max(b),max(c)
0.000000,2026-09-01T00:00:11.500000Z,25,-

# pace and jitter
query
all | stats every = pace(time), wobble = jitter(time) by src
expect
src,every,wobble
203.0.113.8,-,-
203.0.113.9,1.000000,0.000000
-,-,-

# of all packets
query
all | stats every = pace(time), wobble = jitter(time)
expect
every,wobble
1.000000,0.000000

# where takes them
query
all | stats every = pace(time), wobble = jitter(time), n = count() by src | where wobble < 1s and every >= 1s
expect
src,every,wobble,n
203.0.113.9,1.000000,0.000000,9

# packets a target in the order of the targets
query
all ip | stats n = count(), first = min(time) by src, dst | sort first
| stats p = pattern(n), fit = patternfit(n), bits = patternbits(n) by src
expect
src,p,fit,bits
203.0.113.8,-,-,-
203.0.113.9,"1-2 fits 6 of 6, 1.3 bits",1,1.321928095

# no pattern in what never changes
query
all tcp | stats p = pattern(dport), bits = patternbits(dport)
expect
p,bits
-,-

# how alike sets are; two empty ones are not
query
all | stats a = set(dst), b = set(src), m = set(mss) by ipver | add j = jaccard(a, a), k = jaccard(a, b), l = jaccard(a, {192.0.2.1, 192.0.2.2, 10.0.0.1}), e = jaccard(m, m) | show ipver, j, k, l, e
expect
ipver,j,k,l,e
4,1,0,0.2857142857,-
-,-,-,0,-

# a percentage by parameter
settings
set p=50
query
all | stats pct(len, $p)
expect
"pct(len, $p)"
60

# nothing comes in
query
all dport = 9 | stats pct(len, 50), pace(time), jitter(time), pattern(dport)
expect
"pct(len, 50)",pace(time),jitter(time),pattern(dport)
-,-,-,-
