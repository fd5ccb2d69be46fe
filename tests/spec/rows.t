data
2026-09-01T00:00:00 203.0.113.9 192.0.2.1 tcp 4000 22 S seq=7 len=60
+3 203.0.113.9 192.0.2.1 tcp 4000 22 S seq=7 len=60
+6 203.0.113.9 192.0.2.1 tcp 4000 22 S seq=7 len=60
+1 192.0.2.1 203.0.113.9 tcp 22 4000 RA seq=0 ackno=8 len=54
+1 203.0.113.7 192.0.2.1 udp 53 53 len=70
+5 203.0.113.7 192.0.2.1 udp 53 53 len=71
+11 203.0.113.7 192.0.2.1 udp 53 53 len=72
+1 203.0.113.7 192.0.2.1 icmp icmp.type=8 icmp.code=0 icmp.id=1 icmp.seq=1
+1 192.0.2.1 203.0.113.7 icmp icmp.type=0 icmp.code=0 icmp.id=1 icmp.seq=1
+1 203.0.113.7 192.0.2.1 icmp icmp.type=8 icmp.code=0 icmp.id=2 icmp.seq=1
+1 - - - ethertype=2054
2026-09-01T01:00:00 203.0.113.9 192.0.2.1 tcp 4000 22 S seq=7 len=60
sensor edge2
2026-09-01T00:00:00.002 203.0.113.9 192.0.2.1 tcp 4000 22 S seq=7 len=60
site
home = {192.0.2.0/24};

# retries are one row, silence begins another
query
all | attempts | show time, src, dst, dport, flags, tries, last
expect
time,src,dst,dport,flags,tries,last
2026-09-01T00:00:00.000000Z,203.0.113.9,192.0.2.1,22,S,4,2026-09-01T00:00:09.000000Z
2026-09-01T00:00:10.000000Z,192.0.2.1,203.0.113.9,4000,RA,1,2026-09-01T00:00:10.000000Z
2026-09-01T00:00:11.000000Z,203.0.113.7,192.0.2.1,53,-,2,2026-09-01T00:00:16.000000Z
2026-09-01T00:00:27.000000Z,203.0.113.7,192.0.2.1,53,-,1,2026-09-01T00:00:27.000000Z
2026-09-01T00:00:28.000000Z,203.0.113.7,192.0.2.1,-,-,1,2026-09-01T00:00:28.000000Z
2026-09-01T00:00:29.000000Z,192.0.2.1,203.0.113.7,-,-,1,2026-09-01T00:00:29.000000Z
2026-09-01T00:00:30.000000Z,203.0.113.7,192.0.2.1,-,-,1,2026-09-01T00:00:30.000000Z
2026-09-01T00:00:31.000000Z,-,-,-,-,1,2026-09-01T00:00:31.000000Z
2026-09-01T01:00:00.000000Z,203.0.113.9,192.0.2.1,22,S,1,2026-09-01T01:00:00.000000Z

# the gap is counted from the last try, both ends in
query
all dst port 22 | attempts 6s | show time, sensor, tries;
all dst port 22 | attempts 5999ms | show time, sensor, tries
expect
time,sensor,tries
2026-09-01T00:00:00.000000Z,edge1,4
2026-09-01T01:00:00.000000Z,edge1,1

time,sensor,tries
2026-09-01T00:00:00.000000Z,edge1,3
2026-09-01T00:00:09.000000Z,edge1,1
2026-09-01T01:00:00.000000Z,edge1,1

# attempts are packets still
query
all | attempts | where inbound and syn | stats n = count(), tries = sum(tries) by src
expect
src,n,tries
203.0.113.9,2,5

# what sensors saw twice is merged first
query
all dst port 22 | dedup | attempts | show time, sensors, tries, last
expect
time,sensors,tries,last
2026-09-01T00:00:00.000000Z,"{""edge1"", ""edge2""}",3,2026-09-01T00:00:09.000000Z
2026-09-01T01:00:00.000000Z,"{""edge1""}",1,2026-09-01T01:00:00.000000Z

# conversations have the direction of their first packet
query
all sensor = "edge1" | flows
expect
src,dst,sport,dport,proto,first,last,packets,rpackets,bytes,rbytes,flags,rflags,answered
203.0.113.9,192.0.2.1,4000,22,6,2026-09-01T00:00:00.000000Z,2026-09-01T00:00:10.000000Z,3,1,180,54,S,RA,true
203.0.113.7,192.0.2.1,53,53,17,2026-09-01T00:00:11.000000Z,2026-09-01T00:00:27.000000Z,3,0,213,0,-,-,false
203.0.113.7,192.0.2.1,-,-,1,2026-09-01T00:00:28.000000Z,2026-09-01T00:00:29.000000Z,1,1,60,60,-,-,true
203.0.113.7,192.0.2.1,-,-,1,2026-09-01T00:00:30.000000Z,2026-09-01T00:00:30.000000Z,1,0,60,0,-,-,false
203.0.113.9,192.0.2.1,4000,22,6,2026-09-01T01:00:00.000000Z,2026-09-01T01:00:00.000000Z,1,0,60,0,S,-,false

# two SYNs an hour apart are two conversations
query
all sensor = "edge1" and port 22 | flows 5m | show first, last, packets, answered;
all sensor = "edge1" and port 22 | flows 1h | show first, last, packets, answered
expect
first,last,packets,answered
2026-09-01T00:00:00.000000Z,2026-09-01T00:00:10.000000Z,3,true
2026-09-01T01:00:00.000000Z,2026-09-01T01:00:00.000000Z,1,false

first,last,packets,answered
2026-09-01T00:00:00.000000Z,2026-09-01T01:00:00.000000Z,4,true

# rows of flows can be counted, and looked at by a window
query
all | flows | stats n = count(), bytes = sum(bytes) by src, answered;
all | flows | show time = first, src, dst, dport | burst count() >= 2 within 1m by dst
expect
src,answered,n,bytes
203.0.113.7,false,2,273
203.0.113.7,true,1,60
203.0.113.9,false,1,60
203.0.113.9,true,1,240

dst,peak,first,last,n
192.0.2.1,4,2026-09-01T00:00:00.000000Z,2026-09-01T00:00:30.000000Z,4

# one packet that two sensors saw is one row
query
all dst port 22 | dedup | show time, sensor, sensors;
all dst port 22 | dedup within 1ms | stats n = count() by seen = size(sensors)
expect
time,sensor,sensors
2026-09-01T00:00:00.000000Z,edge1,"{""edge1"", ""edge2""}"
2026-09-01T00:00:03.000000Z,edge1,"{""edge1""}"
2026-09-01T00:00:09.000000Z,edge1,"{""edge1""}"
2026-09-01T01:00:00.000000Z,edge1,"{""edge1""}"

seen,n
1,5

# a sensor's own packets are never merged
query
all sensor = "edge1" | dedup within 1d | stats n = count(), seen = max(size(sensors))
expect
n,seen
12,1

# packets only
query
all | stats n = count() by time | attempts
error
1:35: `attempts` takes packets, and these rows are none
  all | stats n = count() by time | attempts
                                    ^^^^^^^^ put it before the first stage that makes rows of its own

# packets in their order
query
all | sort len | flows
error
1:18: `flows` takes packets in their order, and these are in another
  all | sort len | flows
                   ^^^^^ put it before `sort` and `top`

# rows of conversations are no packets
query
all | flows | dedup
error
1:15: `dedup` takes packets, and these rows are none
  all | flows | dedup
                ^^^^^ put it before the first stage that makes rows of its own

# a gap of nothing
query
all | attempts 0s
error
1:16: this length of time is nothing
  all | attempts 0s
                 ^^

# a window of nothing
query
all | dedup within 0s
error
1:20: this length of time is nothing
  all | dedup within 0s
                     ^^

# a column of that name is there
query
all | attempts | attempts
error
1:18: there is a column `tries` already
  all | attempts | attempts
                   ^^^^^^^^ give it another name

# conversations have no other fields
query
all | flows | where ttl > 3
error
1:21: `ttl` is a field of packets, and these rows have no such column
  all | flows | where ttl > 3
                      ^^^ you have: src dst sport dport proto first last packets rpackets bytes rbytes flags rflags answered

# a parameter that is missing
query
all | flows $gap
error
1:13: `$gap` was not given
  all | flows $gap
              ^^^^ give it with --set gap=VALUE
