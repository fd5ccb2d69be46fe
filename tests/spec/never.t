data
2026-09-01T00:00:00 203.0.113.9 192.0.2.10 tcp 4000 22 S
2026-09-01T00:00:01 203.0.113.9 192.0.2.10 tcp 4000 22 SR
site
home = {192.0.2.0/24};

# flags that exclude each other
query
all syn and rst and synack | stats count()
note
4-26: this can never be true, and so nothing can match
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC

# with another condition between
query
all flags S/SA and ttl > 1 and flags = SA | stats count()
note
4-41: this can never be true, and so nothing can match
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC

# bits of a byte
query
all tcp[13] & 2 != 0 and tcp[13] & 2 = 0 | stats count()
note
4-40: this can never be true, and so nothing can match
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC

# flags that do not
query
all syn and rst and not fin | stats count()
expect
count()
1
note
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC

# no flags at all
query
all syn and not has(flags) | stats count()
note
4-26: this can never be true, and so nothing can match
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC

# networks apart
query
all src net 203.0.113.0/24 and src net 192.0.2.0/24 | stats count()
note
4-51: this can never be true, and so nothing can match
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC

# directions
query
all inbound and outbound | stats count()
note
4-24: this can never be true, and so nothing can match
range 2026-09-01T00:00:00.000000Z to 2026-09-01T00:00:01.000000001Z, UTC
