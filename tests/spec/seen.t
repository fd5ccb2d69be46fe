# a reset that nobody asked for: no SYN of ours in the hour before
site
home = {10.0.0.0/8};
data
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
+0.1 192.0.2.1 10.0.0.1 tcp 80 1000 SA
2026-09-01T02:00:00 10.0.0.2 192.0.2.1 tcp 1001 80 S
+0.1 192.0.2.1 10.0.0.2 tcp 80 1001 R ttl=50
+1 192.0.2.1 10.0.0.2 tcp 80 1002 R ttl=50
2026-09-01T03:30:00 192.0.2.1 10.0.0.2 tcp 80 1001 R ttl=60
query
from 2026-09-01T01:30 inbound and (rst or synack) | unless seen outbound and syn before within 1h on reverse flow
expect
time,sensor,src,dst,sport,dport,proto,flags,covered
2026-09-01T02:00:01.100000Z,edge1,192.0.2.1,10.0.0.2,80,1002,6,R,true
2026-09-01T03:30:00.000000Z,edge1,192.0.2.1,10.0.0.2,80,1001,6,R,true
note
range from 2026-09-01T01:30:00.000000Z, UTC

# what lies before the store is not known to be absent
query
all inbound and rst | unless seen outbound and syn before within 3h on reverse flow
expect
time,sensor,src,dst,sport,dport,proto,flags,covered
2026-09-01T02:00:01.100000Z,edge1,192.0.2.1,10.0.0.2,80,1002,6,R,false
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T03:30:00.000000001Z, UTC
there is no data before 2026-09-01 00:00; 1 of 1 rows are not covered

# without `within` the store's own start will do
query
all inbound | unless seen outbound and syn before on reverse pair | show sport, dport, covered
expect
sport,dport,covered

# the packets that were asked for
query
all inbound | if seen outbound and syn before within 1h on reverse flow | show dport, flags
expect
dport,flags
1000,SA
1001,R
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T03:30:00.000000001Z, UTC

# the other packet may lie outside the range of the query
query
from 2026-09-01T03:00 inbound | if seen outbound and syn before within 2h on reverse flow | show dport, flags
expect
dport,flags
1001,R

# after, and both ways
query
all outbound and syn | if seen inbound after within 1s on reverse flow | stats n = count();
all inbound and synack | if seen outbound near within 1s on reverse flow | stats n = count();
all outbound and syn | if seen inbound before on reverse pair | show sport
expect
n
2

n
1

sport

# this.x: fields of the row in hand
query
all inbound and rst | if seen inbound and rst and abs(ttl - this.ttl) >= 3 before within 10h on same flow | show time, ttl
expect
time,ttl
2026-09-01T03:30:00.000000Z,60

# a condition on the row alone
query
all inbound and rst | if seen this.ttl = 60 and outbound before within 30h on reverse pair | show ttl
expect
ttl
60
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T03:30:00.000000001Z, UTC
there is no data before 2026-09-01 00:00; 2 rows are unknown and left out (--keep-unknown keeps them)

# kept, they say so
settings
keep-unknown
query
all inbound and rst | if seen this.ttl = 60 and outbound before within 30h on reverse pair | show ttl, covered
expect
ttl,covered
50,false
50,false
60,true
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T03:30:00.000000001Z, UTC
there is no data before 2026-09-01 00:00; 2 of 3 rows are unknown

# two in a row: a row is covered if both could tell
settings
query
all inbound and rst | unless seen outbound and syn before within 1h on reverse flow | unless seen inbound and synack before within 4h on same pair | show dport, covered
expect
dport,covered
1002,false
1001,false
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T03:30:00.000000001Z, UTC
there is no data before 2026-09-01 00:00; 2 of 2 rows are not covered

# rows without a time use first, and last
query
all inbound | stats first = min(time), last = max(time) by src, dst | if seen outbound and syn before within 1s on reverse pair | show dst;
all outbound | stats last = max(time) by src, dst | if seen inbound and rst after within 3h on reverse pair | show src
expect
dst
10.0.0.1
10.0.0.2

src
10.0.0.2

# columns of other stages stand behind this. too
query
all outbound | stats ports = set(sport), first = min(time), last = max(time) by src
| if seen inbound and dport in this.ports and dst = this.src near within 10s | show src
expect
src
10.0.0.1
10.0.0.2

# the row's own packet never counts
query
all inbound and synack | if seen synack near on same flow | stats n = count()
expect
n
0

# seen in a set that a let makes
query
let asked = all inbound | if seen outbound and syn before within 1h on reverse flow | set dst;
all outbound and src in asked | stats n = count() by src
expect
src,n
10.0.0.1,1
10.0.0.2,1

# and what that rests on is said
query
let odd = all inbound and rst | unless seen outbound and syn before within 3h on reverse flow | set dst;
all outbound and src in odd | stats n = count()
expect
n
1
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T03:30:00.000000001Z, UTC
let odd: there is no data before 2026-09-01 00:00; 1 of 1 rows are not covered

# a parameter as length
settings
set back=3h
query
from 2026-09-01T03:00 inbound | if seen outbound before within $back on reverse pair | stats n = count()
expect
n
1

# gaps of a sensor
settings
data
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
+1 10.0.0.1 192.0.2.1 tcp 1000 80 A
sensor edge2
2026-09-01T00:00:00 10.0.0.1 192.0.2.2 tcp 1000 80 S
+1 10.0.0.1 192.0.2.2 tcp 1000 80 A
capture
2026-09-01T02:10:00 192.0.2.3 10.0.0.1 tcp 80 1000 R
sensor edge1
capture
2026-09-01T02:10:00 192.0.2.4 10.0.0.1 tcp 80 1001 R
2026-09-01T02:20:00 192.0.2.4 10.0.0.1 tcp 80 1002 R
query
all inbound and rst | unless seen outbound before within 10m on reverse pair | show sensor, dport, covered
expect
sensor,dport,covered
edge1,1001,false
edge2,1000,false
edge1,1002,true
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T02:20:00.000000001Z, UTC
sensor edge2 has no data 2026-09-01 00:00:01 to 02:10; 2 of 3 rows are not covered

# times of footers are in the zone of the query
settings
tz +02:00
query
all inbound and dst port 1000 | unless seen outbound before within 10m on same sensor | show covered
expect
covered
false
note
range 2026-09-01T02:00:00.000000+02:00 to 2026-09-01T04:20:00.000000001+02:00, +02:00
sensor edge2 has no data 2026-09-01 02:00:01 to 04:10; 1 of 1 rows are not covered

# a gap between here and the start, where no length was given
settings
query
all inbound and dst port 1002 | unless seen outbound before on reverse pair | show covered
expect
covered
false
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T02:20:00.000000001Z, UTC
sensor edge2 has no data 2026-09-01 00:00:01 to 02:10; 1 of 1 rows are not covered

# packets without ports have flows too
data
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 icmp icmp.type=8
+0.1 192.0.2.1 10.0.0.1 icmp icmp.type=0
+0.1 192.0.2.2 10.0.0.1 icmp icmp.type=0
query
all inbound and icmp | unless seen outbound before on reverse flow | show src;
all inbound and icmp | if seen outbound before on same dport | show src
expect
src
192.0.2.2

src

# errors: a column that the row has not
query
all inbound | if seen outbound and seq = this.acno before on reverse flow
error
1:42: the rows in hand have no column `acno`
  all inbound | if seen outbound and seq = this.acno before on reverse flow
                                           ^^^^^^^^^ did you mean `this.ackno`?

# errors: after stats
query
all inbound | stats first = min(time) by src | if seen dst = this.dst before
error
1:62: the rows in hand have no column `dst`
  all inbound | stats first = min(time) by src | if seen dst = this.dst before
                                                               ^^^^^^^^ you have: src first

# errors: this outside
query
all inbound and src = this.src
error
1:23: `this` stands only in the filter of `if seen` and `unless seen`
  all inbound and src = this.src
                        ^^^^^^^^

# errors: no time
query
all | stats n = count() by src | if seen syn before on same src
error
1:34: these rows have neither the column `time` nor `first`
  all | stats n = count() by src | if seen syn before on same src
                                   ^^ write first = min(time) in the stage before

# errors: no last
query
all | stats first = min(time) by src | if seen syn near on same src
error
1:40: these rows have neither the column `time` nor `last`
  all | stats first = min(time) by src | if seen syn near on same src
                                         ^^ write last = max(time) in the stage before

# errors: no field of packets
query
all | stats first = min(time), n = count() by src | if seen syn before on same n
error
1:80: `n` is no field of packets
  all | stats first = min(time), n = count() by src | if seen syn before on same n
                                                                                 ^ `on same` takes fields that the row and the other packet both have

# errors: no column of the row
query
all | stats first = min(time) by src | if seen syn before on same dst
error
1:67: `on same dst` needs the column `dst`, which these rows do not have
  all | stats first = min(time) by src | if seen syn before on same dst
                                                                    ^^^

# errors: flow needs its columns
query
all | stats first = min(time) by src, dst | if seen syn before on reverse flow
error
1:64: `on reverse flow` needs the column `proto`, which these rows do not have
  all | stats first = min(time) by src, dst | if seen syn before on reverse flow
                                                                 ^^^^^^^^^^^^^^^

# errors: a length is needed
settings
set back=3
query
all | if seen syn before within $back
error
1:33: --set back=3: a length of time is needed here
  all | if seen syn before within $back
                                  ^^^^^ write a number and a unit, as in 10m (ns us ms s m h d w)

# errors: too long a time
settings
query
all | if seen syn before within 300000d
error
1:33: this length of time is longer than 292 years
  all | if seen syn before within 300000d
                                  ^^^^^^^

# errors: a column called covered
query
all | stats time = max(time), covered = count() by src | unless seen syn before on same src
error
1:58: there is a column `covered` already
  all | stats time = max(time), covered = count() by src | unless seen syn before on same src
                                                           ^^^^^^ give it another name

# errors: two types
query
all | stats time = max(time), dst = count() by src | if seen syn before on same dst
error
1:81: `dst` of these rows is not what packets have as `dst`
  all | stats time = max(time), dst = count() by src | if seen syn before on same dst
                                                                                  ^^^

# a long gap of one sensor around a short one of another
data
sensor a
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
+1 10.0.0.1 192.0.2.1 tcp 1000 80 A
capture
2026-09-01T05:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 A
sensor b
capture
2026-09-01T00:00:00 10.0.0.1 192.0.2.2 tcp 1000 80 S
2026-09-01T02:00:00 10.0.0.1 192.0.2.2 tcp 1000 80 A
capture
2026-09-01T04:00:00 10.0.0.1 192.0.2.2 tcp 1000 80 A
2026-09-01T04:30:00 192.0.2.3 10.0.0.1 tcp 80 1000 R
query
all rst | unless seen outbound before within 10m on reverse pair | show covered;
all rst | unless seen outbound before within 10m on same sensor, dport | show covered
expect
covered
false

covered
true
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T05:00:00.000000001Z, UTC
sensor a has no data 2026-09-01 00:00:01 to 05:00; 1 of 1 rows are not covered
range 2026-09-01T00:00:00.000000Z to 2026-09-01T05:00:00.000000001Z, UTC
