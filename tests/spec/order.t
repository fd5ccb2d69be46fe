# at one time the sensor's name decides, also where its block begins there
data
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1 80 S
2026-09-01T00:00:01 10.0.0.1 192.0.2.1 tcp 2 80 S
sensor edge0
2026-09-01T00:00:01 10.0.0.2 192.0.2.1 tcp 3 80 S
query
all | show sensor, sport
expect
sensor,sport
edge1,1
edge0,3
edge1,2

# first and last follow it
query
all | stats f = first(sport), l = last(sport), n = count() by time
expect
time,f,l,n
2026-09-01T00:00:00.000000Z,1,1,1
2026-09-01T00:00:01.000000Z,3,2,2

# the order does not depend on what was ingested first
data
sensor edge0
2026-09-01T00:00:01 10.0.0.2 192.0.2.1 tcp 3 80 S
sensor edge1
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1 80 S
2026-09-01T00:00:01 10.0.0.1 192.0.2.1 tcp 2 80 S
query
all | show sensor, sport
expect
sensor,sport
edge1,1
edge0,3
edge1,2

# within a capture the position decides, over a month's end too
data
2026-09-30T23:59:59 10.0.0.1 192.0.2.1 tcp 1 80 S
2026-10-01T00:00:00 10.0.0.1 192.0.2.1 tcp 2 80 S
2026-10-01T00:00:00 10.0.0.1 192.0.2.1 tcp 3 80 S
2026-09-30T23:59:59 10.0.0.1 192.0.2.1 tcp 4 80 S
query
all | show time, sport
expect
time,sport
2026-09-30T23:59:59.000000Z,1
2026-09-30T23:59:59.000000Z,4
2026-10-01T00:00:00.000000Z,2
2026-10-01T00:00:00.000000Z,3
