# a row is in several windows
data
2026-09-01T00:05:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-01T00:15:00 10.0.0.1 192.0.2.2 tcp 1000 80 S
2026-09-01T00:55:00 10.0.0.1 192.0.2.3 tcp 1000 80 S
2026-09-01T01:04:59.999999999 10.0.0.2 192.0.2.3 tcp 1000 80 S
2026-09-01T01:06:00 10.0.0.1 192.0.2.3 tcp 1000 80 S
2026-09-01T01:06:00 10.0.0.2 192.0.2.4 tcp 1000 80 S
2026-09-01T01:36:00 10.0.0.2 192.0.2.4 tcp 1000 80 S
2026-09-01T02:06:00.000000001 10.0.0.2 192.0.2.4 tcp 1000 80 S
query
all | stats n = count(), hosts = distinct(dst) by slide(30m, 10m)
expect
"slide(30m, 10m)",n,hosts
2026-08-31T23:40:00.000000Z,1,1
2026-08-31T23:50:00.000000Z,2,2
2026-09-01T00:00:00.000000Z,2,2
2026-09-01T00:10:00.000000Z,1,1
2026-09-01T00:30:00.000000Z,1,1
2026-09-01T00:40:00.000000Z,4,2
2026-09-01T00:50:00.000000Z,4,2
2026-09-01T01:00:00.000000Z,3,2
2026-09-01T01:10:00.000000Z,1,1
2026-09-01T01:20:00.000000Z,1,1
2026-09-01T01:30:00.000000Z,1,1
2026-09-01T01:40:00.000000Z,1,1
2026-09-01T01:50:00.000000Z,1,1
2026-09-01T02:00:00.000000Z,1,1

# with other keys, and a name
query
all | stats n = count() by w = slide(1h, 30m), src | where n >= 2
expect
w,src,n
2026-08-31T23:30:00.000000Z,10.0.0.1,2
2026-09-01T00:00:00.000000Z,10.0.0.1,3
2026-09-01T00:30:00.000000Z,10.0.0.1,2
2026-09-01T00:30:00.000000Z,10.0.0.2,2
2026-09-01T01:00:00.000000Z,10.0.0.2,3
2026-09-01T01:30:00.000000Z,10.0.0.2,2

# a window of one step is a bin
query
all | stats n = count() by slide(1h, 1h)
expect
"slide(1h, 1h)",n
2026-09-01T00:00:00.000000Z,3
2026-09-01T01:00:00.000000Z,4
2026-09-01T02:00:00.000000Z,1

# two windows
query
all src 10.0.0.1 | distinct slide(20m, 10m), slide(1h, 30m) | head 3
expect
"slide(20m, 10m)","slide(1h, 30m)"
2026-08-31T23:50:00.000000Z,2026-08-31T23:30:00.000000Z
2026-08-31T23:50:00.000000Z,2026-09-01T00:00:00.000000Z
2026-09-01T00:00:00.000000Z,2026-08-31T23:30:00.000000Z

# first and last within windows
query
all | stats a = first(dst), b = last(dst) by slide(20m, 10m)
expect
"slide(20m, 10m)",a,b
2026-08-31T23:50:00.000000Z,192.0.2.1,192.0.2.1
2026-09-01T00:00:00.000000Z,192.0.2.1,192.0.2.2
2026-09-01T00:10:00.000000Z,192.0.2.2,192.0.2.2
2026-09-01T00:40:00.000000Z,192.0.2.3,192.0.2.3
2026-09-01T00:50:00.000000Z,192.0.2.3,192.0.2.4
2026-09-01T01:00:00.000000Z,192.0.2.3,192.0.2.4
2026-09-01T01:20:00.000000Z,192.0.2.4,192.0.2.4
2026-09-01T01:30:00.000000Z,192.0.2.4,192.0.2.4
2026-09-01T01:50:00.000000Z,192.0.2.4,192.0.2.4
2026-09-01T02:00:00.000000Z,192.0.2.4,192.0.2.4

# a new group after silence
query
all | stats n = count(), from = min(time), to = max(time) by gap(10m)
expect
gap(10m),n,from,to
2026-09-01T00:05:00.000000Z,2,2026-09-01T00:05:00.000000Z,2026-09-01T00:15:00.000000Z
2026-09-01T00:55:00.000000Z,4,2026-09-01T00:55:00.000000Z,2026-09-01T01:06:00.000000Z
2026-09-01T01:36:00.000000Z,1,2026-09-01T01:36:00.000000Z,2026-09-01T01:36:00.000000Z
2026-09-01T02:06:00.000000001Z,1,2026-09-01T02:06:00.000000001Z,2026-09-01T02:06:00.000000001Z

# silence within the other keys; as long as the limit is none
query
all | stats n = count() by src, gap(30m)
expect
src,gap(30m),n
10.0.0.1,2026-09-01T00:05:00.000000Z,2
10.0.0.1,2026-09-01T00:55:00.000000Z,2
10.0.0.2,2026-09-01T01:04:59.999999999Z,3
10.0.0.2,2026-09-01T02:06:00.000000001Z,1

# distinct with a gap
query
all | distinct gap(30m), dst
expect
gap(30m),dst
2026-09-01T00:05:00.000000Z,192.0.2.1
2026-09-01T00:15:00.000000Z,192.0.2.2
2026-09-01T00:55:00.000000Z,192.0.2.3
2026-09-01T01:06:00.000000Z,192.0.2.4
2026-09-01T02:06:00.000000001Z,192.0.2.4

# gap of rows in the order of another time
query
all | stats t = max(time) by src, dst | sort t | stats n = count() by gap(t, 10m)
expect
"gap(t, 10m)",n
2026-09-01T00:05:00.000000Z,2
2026-09-01T01:04:59.999999999Z,2
2026-09-01T02:06:00.000000001Z,1

# rows out of order
query
all | stats t = max(time) by dst, src | stats n = count() by gap(t, 10m)
error
1:62: `gap` needs rows in the order of time, and these are not
  all | stats t = max(time) by dst, src | stats n = count() by gap(t, 10m)
                                                               ^^^^^^^^^^^ put `sort` by the time before it

# groups within windows
query
all | stats n = count() by slide(1h, 30m), gap(10m)
expect
"slide(1h, 30m)",gap(10m),n
2026-08-31T23:30:00.000000Z,2026-09-01T00:05:00.000000Z,2
2026-09-01T00:00:00.000000Z,2026-09-01T00:05:00.000000Z,2
2026-09-01T00:00:00.000000Z,2026-09-01T00:55:00.000000Z,1
2026-09-01T00:30:00.000000Z,2026-09-01T00:55:00.000000Z,4
2026-09-01T01:00:00.000000Z,2026-09-01T01:04:59.999999999Z,3
2026-09-01T01:00:00.000000Z,2026-09-01T01:36:00.000000Z,1
2026-09-01T01:30:00.000000Z,2026-09-01T01:36:00.000000Z,1
2026-09-01T01:30:00.000000Z,2026-09-01T02:06:00.000000001Z,1
2026-09-01T02:00:00.000000Z,2026-09-01T02:06:00.000000001Z,1

# the columns of windows are columns
query
all | stats n = count() by slide(1h, 1h) | stats m = max(n) by slide(1h, 1h)
expect
"slide(1h, 1h)",m
2026-09-01T00:00:00.000000Z,3
2026-09-01T01:00:00.000000Z,4
2026-09-01T02:00:00.000000Z,1

# what stands in show is no key
query
all | show slide(1h, 10m)
error
1:12: `slide` is a key of `stats`, and stands alone after `by`
  all | show slide(1h, 10m)
             ^^^^^ stats count() by src, slide([TIME,] LENGTH, STEP)

# in the middle of an expression
query
all | stats n = count() by x = gap(1m) + 1s
error
1:32: `gap` is a key of `stats`, and stands alone after `by`
  all | stats n = count() by x = gap(1m) + 1s
                                 ^^^ stats count() by src, gap([TIME,] LENGTH)

# no multiple
query
all | stats n = count() by slide(1h, 7m)
error
1:28: the length of `slide` is a multiple of its step
  all | stats n = count() by slide(1h, 7m)
                             ^^^^^^^^^^^^^ as in slide(1h, 10m)

# too many steps
query
all | stats n = count() by slide(61m, 1m)
error
1:28: a row would be in 61 buckets of `slide`
  all | stats n = count() by slide(61m, 1m)
                             ^^^^^^^^^^^^^^ at most 60: a longer step, or `burst` for windows that begin anywhere

# a step longer than the window
query
all | stats n = count() by slide(1m, 1h)
error
1:28: the length of `slide` is a multiple of its step
  all | stats n = count() by slide(1m, 1h)
                             ^^^^^^^^^^^^^ as in slide(1h, 10m)

# one length
query
all | stats n = count() by slide(1h)
error
1:28: `slide` is written slide([TIME,] LENGTH, STEP)
  all | stats n = count() by slide(1h)
                             ^^^^^^^^^ lengths of time above zero, as in 1h, 10m

# no length
query
all | stats n = count() by gap(0s)
error
1:28: `gap` is written gap([TIME,] LENGTH)
  all | stats n = count() by gap(0s)
                             ^^^^^^^ lengths of time above zero, as in 1h, 10m

# not a time
query
all | stats n = count() by gap(sport, 5s)
error
1:32: `gap` needs a time here
  all | stats n = count() by gap(sport, 5s)
                                 ^^^^^

# two gaps
query
all | stats n = count() by gap(1s), gap(2s)
error
1:37: there is one `gap` already
  all | stats n = count() by gap(1s), gap(2s)
                                      ^^^^^^^

# no time
query
all | stats n = count() by src | stats m = count() by gap(1s)
error
1:55: `time` is a field of packets, and these rows have no such column
  all | stats n = count() by src | stats m = count() by gap(1s)
                                                        ^^^^^^^ you have: src n

# a parameter
settings
set len=10m
query
all | stats n = count() by gap($len)
expect
gap($len),n
2026-09-01T00:05:00.000000Z,2
2026-09-01T00:55:00.000000Z,4
2026-09-01T01:36:00.000000Z,1
2026-09-01T02:06:00.000000001Z,1

# windows on a day of 25 hours
data
2026-10-25T00:30:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-10-25T01:30:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
settings
tz Europe/Berlin
query
all | stats n = count() by slide(1h, 30m)
expect
"slide(1h, 30m)",n
2026-10-25T02:00:00.000000+02:00,1
2026-10-25T02:30:00.000000+02:00,1
2026-10-25T02:00:00.000000+01:00,1
2026-10-25T02:30:00.000000+01:00,1
