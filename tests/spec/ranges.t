data
2026-09-01T00:00:00 203.0.113.9 192.0.2.10 tcp 4000 22 S
2026-09-02T00:00:00 203.0.113.9 192.0.2.10 tcp 4000 80 S

# what there is
query
all | stats count()
expect
count()
2
note
range 2026-09-01T00:00:00.000000Z to 2026-09-02T00:00:00.000000001Z, UTC

# a range that is open behind
query
from 2000-01-01 | stats count()
expect
count()
2
note
range from 2000-01-01T00:00:00.000000Z, UTC

# after the newest packet
query
from 2030-01-01 | stats count()
expect
count()
0
note
range from 2030-01-01T00:00:00.000000Z, UTC

# a range that is open before
query
to 2026-09-02 | stats count()
expect
count()
1
note
range to 2026-09-02T00:00:00.000000Z, UTC
