data
2026-09-01T00:59:00 203.0.113.9 192.0.2.1 tcp 4000 22 S
2026-09-01T00:59:30 203.0.113.9 192.0.2.2 tcp 4000 22 S
2026-09-01T00:59:30 203.0.113.7 192.0.2.2 udp 53 53
2026-09-01T01:00:10 203.0.113.9 192.0.2.3 tcp 4000 23 S
2026-09-01T01:00:20 203.0.113.9 192.0.2.3 tcp 4000 23 S
2026-09-01T01:00:30 203.0.113.7 192.0.2.3 udp 53 53
2026-09-01T03:00:00 203.0.113.9 192.0.2.1 icmp icmp.type=8
2026-09-01T03:00:00 203.0.113.9 192.0.2.1 tcp 4000 22 S
2026-09-01T03:01:00 203.0.113.9 192.0.2.2 tcp 4000 23 S
2026-09-01T03:02:00 203.0.113.9 192.0.2.3 tcp 4000 24 S
2026-09-01T03:02:30 203.0.113.9 192.0.2.9 tcp 4000 24 S
2026-09-01T03:10:00 - - - ethertype=2054
2026-09-01T03:10:01 - - - ethertype=2054
site
home = {192.0.2.0/24};

# a burst has no blind spot between two clock hours
query
all inbound | burst distinct(dst) >= 3 within 2m by src
expect
src,peak,first,last,n,members
203.0.113.9,3,2026-09-01T00:59:00.000000Z,2026-09-01T01:00:20.000000Z,4,"{192.0.2.1, 192.0.2.2, 192.0.2.3}"
203.0.113.9,3,2026-09-01T03:00:00.000000Z,2026-09-01T03:02:30.000000Z,5,"{192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.9}"

# the window is closed at both ends
query
all inbound | burst distinct(dst) >= 3 within 70s by src;
all inbound | burst distinct(dst) >= 3 within 69999ms by src
expect
src,peak,first,last,n,members
203.0.113.9,3,2026-09-01T00:59:00.000000Z,2026-09-01T01:00:10.000000Z,3,"{192.0.2.1, 192.0.2.2, 192.0.2.3}"

src,peak,first,last,n,members

# windows that touch are one burst, a gap makes two
query
all src 203.0.113.9 | burst count() >= 2 within 1m by src
expect
src,peak,first,last,n
203.0.113.9,3,2026-09-01T00:59:00.000000Z,2026-09-01T01:00:20.000000Z,4
203.0.113.9,3,2026-09-01T03:00:00.000000Z,2026-09-01T03:02:30.000000Z,5

# one packet is a burst of one
query
all ip and dst 192.0.2.9 | burst count() >= 1 within 1ns by src, dst
expect
src,dst,peak,first,last,n
203.0.113.9,192.0.2.9,1,2026-09-01T03:02:30.000000Z,2026-09-01T03:02:30.000000Z,1

# packets without the value do not take part, absent keys do
query
all | burst distinct(dport) >= 3 within 3m by host = src;
all | burst count() >= 2 within 1s by src
expect
host,peak,first,last,n,members
203.0.113.9,3,2026-09-01T03:00:00.000000Z,2026-09-01T03:02:30.000000Z,4,"{22, 23, 24}"

src,peak,first,last,n
203.0.113.9,2,2026-09-01T03:00:00.000000Z,2026-09-01T03:00:00.000000Z,2
-,2,2026-09-01T03:10:00.000000Z,2026-09-01T03:10:01.000000Z,2

# members are tuples where several values are asked for
query
all inbound and dport >= 23 | burst distinct(dst, dport) >= 2 within 1m by src | show src, n, members
expect
src,n,members
203.0.113.7,2,"{(192.0.2.2, 53), (192.0.2.3, 53)}"
203.0.113.9,3,"{(192.0.2.2, 23), (192.0.2.3, 24), (192.0.2.9, 24)}"

# by several keys, and by an expression
query
all inbound | burst count() >= 2 within 1m by proto, h = hod(time)
expect
proto,h,peak,first,last,n
6,0,2,2026-09-01T00:59:00.000000Z,2026-09-01T00:59:30.000000Z,2
6,1,2,2026-09-01T01:00:10.000000Z,2026-09-01T01:00:20.000000Z,2
6,3,2,2026-09-01T03:00:00.000000Z,2026-09-01T03:02:30.000000Z,4

# rows of stats, one key after the other, have an order of their own
query
all inbound | stats n = count() by src, time = minute | burst count() >= 2 within 1h by host = src | show host, peak, first, last
expect
host,peak,first,last
203.0.113.7,2,2026-09-01T00:59:00.000000Z,2026-09-01T01:00:00.000000Z
203.0.113.9,2,2026-09-01T00:59:00.000000Z,2026-09-01T01:00:00.000000Z
203.0.113.9,3,2026-09-01T03:00:00.000000Z,2026-09-01T03:02:00.000000Z

# packets in another order are refused, but for those that are back in it
query
all inbound | sort dport | burst count() >= 2 within 1h by src
error
1:28: the rows of a key do not come in the order of `time`
  all inbound | sort dport | burst count() >= 2 within 1h by src
                             ^^^^^ put `sort time` before it

# sorted by time they are taken
query
all inbound | sort dport | sort time | burst count() >= 5 within 1h by src | show src, n
expect
src,n
203.0.113.9,5

# the number must be one or more
query
all | burst count() >= 0 within 1h by src
error
1:24: a number of 1 or more is needed here
  all | burst count() >= 0 within 1h by src
                         ^

# the window must be something
query
all | burst count() >= 2 within 0s by src
error
1:33: this length of time is nothing
  all | burst count() >= 2 within 0s by src
                                  ^^

# without keys it is not in the grammar
query
all | burst count() >= 2 within 1h
error
1:35: the text ends too early
  all | burst count() >= 2 within 1h
                                    ^ expected `by`

# other aggregates
query
all | burst sum(len) >= 2 within 1h by src
error
1:13: `burst` takes count() or distinct(E, ...)
  all | burst sum(len) >= 2 within 1h by src
              ^^^^^^^^

# a condition belongs before it
query
all | burst count(syn) >= 2 within 1h by src
error
1:13: `burst` takes all rows with count()
  all | burst count(syn) >= 2 within 1h by src
              ^^^^^^^^^^ put the condition before it: | where syn | burst count()

# sets are no values
query
all | stats s = set(dst) by time = hour | burst distinct(s) >= 2 within 1h by time
error
1:58: `burst` takes values, and this is a set
  all | stats s = set(dst) by time = hour | burst distinct(s) >= 2 within 1h by time
                                                           ^

# rows without a time
query
all | stats count() by src | burst count() >= 2 within 1h by src
error
1:30: `burst` needs a column `time` that holds times, which these rows do not have
  all | stats count() by src | burst count() >= 2 within 1h by src
                               ^^^^^ give one that name, as in stats count() by time = hour

# a time that is none
query
all | stats time = count() by src | burst count() >= 2 within 1h by src
error
1:37: `burst` needs a column `time` that holds times, which these rows do not have
  all | stats time = count() by src | burst count() >= 2 within 1h by src
                                      ^^^^^ give one that name, as in stats count() by time = hour

# a key with the name of a column that burst makes
query
all | burst count() >= 2 within 1h by n = src
error
1:39: `burst` makes a column `n` itself
  all | burst count() >= 2 within 1h by n = src
                                        ^ give the key another name

# what is left of packets is no packet
query
all | burst count() >= 2 within 1h by src | where dport = 80
error
1:51: `dport` is a field of packets, and these rows have no such column
  all | burst count() >= 2 within 1h by src | where dport = 80
                                                    ^^^^^ you have: src peak first last n

# parameters
settings
set tally=4
set look=1h
query
all inbound | burst distinct(dst) >= $tally within $look by src | show src, peak
expect
src,peak
203.0.113.9,4

# a parameter that is no length
query
all | burst count() >= 2 within $tally by src
error
1:33: --set tally=4: a length of time is needed here
  all | burst count() >= 2 within $tally by src
                                  ^^^^^^ write a number and a unit, as in 10m (ns us ms s m h d w)

# the plan wants packet order
settings
explain
query
all inbound | burst distinct(dst) >= 2 within 1h by src
plan
query 1
  range    2026-09-01T00:59:00.000000Z to 2026-09-01T03:10:01.000000001Z, UTC
  filter   inbound
  blocks   1 of 1 to read: 13 packets
  columns  time, src, dst
  order    packet order
  burst    -> src addr, peak int, first time, last time, n int, members set of addr
