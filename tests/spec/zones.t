# a day of 23 hours
data
2026-03-28T22:59:59.999999999 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-28T23:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-29T00:59:59 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-29T01:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-29T01:30:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-29T21:59:59.999999999 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-03-29T22:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
site
zone "Europe/Berlin";
query
all | stats n = count() by day
expect
day,n
2026-03-28,1
2026-03-29,5
2026-03-30,1

# hours on it
query
on 2026-03-29 | stats n = count() by hour
expect
hour,n
2026-03-29T00:00:00.000000+01:00,1
2026-03-29T01:00:00.000000+01:00,1
2026-03-29T03:00:00.000000+02:00,2
2026-03-29T23:00:00.000000+02:00,1
note
range 2026-03-29T00:00:00.000000+01:00 to 2026-03-30T00:00:00.000000+02:00, Europe/Berlin

# the date by hand, bins and hours of the day
query
on 2026-03-29 | stats n = count() by b = bin(6h), h = hod(time), w = dow(time)
expect
b,h,w,n
2026-03-29T00:00:00.000000+01:00,0,6,1
2026-03-29T00:00:00.000000+01:00,1,6,1
2026-03-29T00:00:00.000000+01:00,3,6,2
2026-03-29T18:00:00.000000+02:00,23,6,1

# a range from a time that does not exist begins where it was jumped over
query
from 2026-03-29T02:30 to 2026-03-29T03:30:00.000000001 | stats n = count(), first = min(time)
expect
n,first
2,2026-03-29T03:00:00.000000+02:00
note
range 2026-03-29T03:00:00.000000+02:00 to 2026-03-29T03:30:00.000000001+02:00, Europe/Berlin

# an hour that does not exist
query
on 2026-03-29T02
error
1:4: there is no such local time: clocks went forward
  on 2026-03-29T02
     ^^^^^^^^^^^^^ the zone is Europe/Berlin; write an hour that is there, or an offset

# a minute that does not exist
query
on 2026-03-29T02:30
error
1:4: there is no such local time: clocks went forward
  on 2026-03-29T02:30
     ^^^^^^^^^^^^^^^^ the zone is Europe/Berlin; write an hour that is there, or an offset

# the hour after it
query
on 2026-03-29T03 | stats n = count()
expect
n
2
note
range 2026-03-29T03:00:00.000000+02:00 to 2026-03-29T04:00:00.000000+02:00, Europe/Berlin

# an offset says which is meant
query
on 2026-03-29T02+01:00 | stats n = count()
expect
n
2
note
range 2026-03-29T03:00:00.000000+02:00 to 2026-03-29T04:00:00.000000+02:00, Europe/Berlin

# another zone than the site's
settings
tz America/New_York
query
all | stats n = count() by day
expect
day,n
2026-03-28,5
2026-03-29,2

# a day of 25 hours
data
2026-10-24T21:59:59 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-24T22:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T00:30:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T00:45:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T01:30:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T02:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T22:59:59 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T23:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
settings
tz Europe/Berlin
query
all | stats n = count() by day
expect
day,n
2026-10-24,1
2026-10-25,6
2026-10-26,1

# an hour that occurs twice is two buckets
query
on 2026-10-25 | stats n = count() by hour
expect
hour,n
2026-10-25T00:00:00.000000+02:00,1
2026-10-25T02:00:00.000000+02:00,2
2026-10-25T02:00:00.000000+01:00,1
2026-10-25T03:00:00.000000+01:00,1
2026-10-25T23:00:00.000000+01:00,1
note
range 2026-10-25T00:00:00.000000+02:00 to 2026-10-26T00:00:00.000000+01:00, Europe/Berlin

# longer bins keep to the clock on the wall
query
on 2026-10-25 | stats n = count() by bin(2h)
expect
bin(2h),n
2026-10-25T00:00:00.000000+02:00,1
2026-10-25T02:00:00.000000+02:00,4
2026-10-25T22:00:00.000000+01:00,1

# a time that occurs twice means the first
query
from 2026-10-25T02:30 to 2026-10-25T02:45 | stats n = count(), first = min(time)
expect
n,first
1,2026-10-25T02:30:00.000000+02:00
note
range 2026-10-25T02:30:00.000000+02:00 to 2026-10-25T02:45:00.000000+02:00, Europe/Berlin

# or the one whose offset is given
query
from 2026-10-25T02:30+01:00 to 2026-10-25T03:00+01:00 | stats n = count(), first = min(time)
expect
n,first
1,2026-10-25T02:30:00.000000+01:00
note
range 2026-10-25T02:30:00.000000+01:00 to 2026-10-25T03:00:00.000000+01:00, Europe/Berlin

# a day of steps lasts 25 hours
query
from 2026-10-25 to 2026-10-25+1d | stats n = count()
expect
n
6
note
range 2026-10-25T00:00:00.000000+02:00 to 2026-10-26T00:00:00.000000+01:00, Europe/Berlin

# weeks and months
query
all | stats n = count() by week, month
expect
week,month,n
2026-10-19,2026-10-01,7
2026-10-26,2026-10-01,1

# an unknown zone
settings
tz Europe/Berln
query
all
error
trawl: there is no time zone `Europe/Berln`
hint: did you mean `Europe/Berlin`?
