# days without packets
data
2026-03-27T10:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-29T10:00:00 10.0.0.1 192.0.2.2 tcp 1000 80 S
2026-03-30T10:00:00 10.0.0.2 192.0.2.3 tcp 1000 80 S
site
zone "Europe/Berlin";
query
all | stats n = count(), low = min(ttl), t = set(dst), bytes = sum(len) by day | fill
expect
day,n,low,t,bytes
2026-03-27,1,64,{192.0.2.1},60
2026-03-28,0,-,{},0
2026-03-29,1,64,{192.0.2.2},60
2026-03-30,1,64,{192.0.2.3},60

# over the query's range
query
from 2026-03-26 to 2026-03-29 | stats n = count() by day | fill
expect
day,n
2026-03-26,0
2026-03-27,1
2026-03-28,0

# for each combination of the other keys
query
all | stats n = count() by src, day | fill
expect
src,day,n
10.0.0.1,2026-03-27,1
10.0.0.1,2026-03-28,0
10.0.0.1,2026-03-29,1
10.0.0.1,2026-03-30,0
10.0.0.2,2026-03-27,0
10.0.0.2,2026-03-28,0
10.0.0.2,2026-03-29,0
10.0.0.2,2026-03-30,1

# hours on a day of 23 hours
query
on 2026-03-29 | stats n = count() by hour | fill | stats hours = count(), zero = count(n = 0)
expect
hours,zero
23,22

# in no packets at all
query
from 2026-03-28 to 2026-03-29 | stats n = count() by bin(8h) | fill
expect
bin(8h),n
2026-03-28T00:00:00.000000+01:00,0
2026-03-28T08:00:00.000000+01:00,0
2026-03-28T16:00:00.000000+01:00,0

# behind other stages
query
all | stats n = count() by day | add double = n * 2 | where n > 0 | sort n | fill
expect
day,n,double
2026-03-27,1,2
2026-03-28,0,-
2026-03-29,1,2
2026-03-30,1,2

# not beyond now
query
on thisweek | stats n = count() by day | fill
expect
day,n
2026-03-30,1

# no bucket of time
query
all | stats n = count() by src | fill
error
1:34: `fill` needs rows of `stats` by a bucket of time
  all | stats n = count() by src | fill
                                   ^^^^ as in: stats n = count() by day | fill (minute hour day week month bin)

# packets
query
all | fill
error
1:7: `fill` needs rows of `stats` by a bucket of time
  all | fill
        ^^^^ as in: stats n = count() by day | fill (minute hour day week month bin)

# too many rows
query
from 2001-01-01 to 2026-03-30 | stats n = count() by minute | fill
error
1:63: `fill` would add more than 1000000 rows
  from 2001-01-01 to 2026-03-30 | stats n = count() by minute | fill
                                                                ^^^^ a shorter range, or longer buckets
