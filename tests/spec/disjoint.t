data
2026-09-01T00:00:00 - - - ethertype=2054
+1 203.0.113.1 10.1.0.0 tcp 1026 53 S
+1 203.0.113.2 10.1.0.1 tcp 1026 53 S
+1 203.0.113.3 10.1.0.2 tcp 1026 53 S
+1 203.0.113.4 10.1.0.3 tcp 1026 53 S
+1 203.0.113.1 10.1.0.4 tcp 1026 53 S
+1 203.0.113.2 10.1.0.5 tcp 1026 53 S
+1 203.0.113.3 10.1.0.6 tcp 1026 53 S
+1 203.0.113.4 10.1.0.7 tcp 1026 53 S
+1 203.0.113.1 10.1.0.8 tcp 1026 53 S
+1 203.0.113.2 10.1.0.9 tcp 1026 53 S
+1 203.0.113.3 10.1.0.10 tcp 1026 53 S
+1 203.0.113.4 10.1.0.11 tcp 1026 53 S
+1 203.0.113.1 10.1.0.12 tcp 1026 53 S
+1 203.0.113.2 10.1.0.13 tcp 1026 53 S
+1 203.0.113.3 10.1.0.14 tcp 1026 53 S
+1 203.0.113.4 10.1.0.15 tcp 1026 53 S
+1 203.0.113.1 10.1.0.16 tcp 1026 53 S
+1 203.0.113.2 10.1.0.17 tcp 1026 53 S
+1 203.0.113.3 10.1.0.18 tcp 1026 53 S
+1 203.0.113.4 10.1.0.19 tcp 1026 53 S
+1 203.0.113.1 10.1.0.20 tcp 1026 53 S
+1 203.0.113.2 10.1.0.21 tcp 1026 53 S
+1 203.0.113.3 10.1.0.22 tcp 1026 53 S
+1 203.0.113.4 10.1.0.23 tcp 1026 53 S
+1 203.0.113.1 10.1.0.24 tcp 1026 53 S
+1 203.0.113.2 10.1.0.25 tcp 1026 53 S
+1 203.0.113.3 10.1.0.26 tcp 1026 53 S
+1 203.0.113.4 10.1.0.27 tcp 1026 53 S
+1 203.0.113.1 10.1.0.28 tcp 1026 53 S
+1 203.0.113.2 10.1.0.29 tcp 1026 53 S
+1 203.0.113.3 10.1.0.30 tcp 1026 53 S
+1 203.0.113.4 10.1.0.31 tcp 1026 53 S
+1 203.0.113.1 10.1.0.32 tcp 1026 53 S
+1 203.0.113.2 10.1.0.33 tcp 1026 53 S
+1 203.0.113.3 10.1.0.34 tcp 1026 53 S
+1 203.0.113.4 10.1.0.35 tcp 1026 53 S
+1 203.0.113.1 10.1.0.36 tcp 1026 53 S
+1 203.0.113.2 10.1.0.37 tcp 1026 53 S
+1 203.0.113.3 10.1.0.38 tcp 1026 53 S
+1 203.0.113.4 10.1.0.39 tcp 1026 53 S
+1 203.0.113.1 10.1.0.40 tcp 1026 53 S
+1 203.0.113.2 10.1.0.41 tcp 1026 53 S
+1 203.0.113.3 10.1.0.42 tcp 1026 53 S
+1 203.0.113.4 10.1.0.43 tcp 1026 53 S
+1 203.0.113.1 10.1.0.44 tcp 1026 53 S
+1 203.0.113.2 10.1.0.45 tcp 1026 53 S
+1 203.0.113.3 10.1.0.46 tcp 1026 53 S
+1 203.0.113.4 10.1.0.47 tcp 1026 53 S
+1 203.0.113.1 10.1.0.48 tcp 1026 53 S
+1 203.0.113.2 10.1.0.49 tcp 1026 53 S
+1 203.0.113.3 10.1.0.50 tcp 1026 53 S
+1 203.0.113.4 10.1.0.51 tcp 1026 53 S
+1 203.0.113.1 10.1.0.52 tcp 1026 53 S
+1 203.0.113.2 10.1.0.53 tcp 1026 53 S
+1 203.0.113.3 10.1.0.54 tcp 1026 53 S
+1 203.0.113.4 10.1.0.55 tcp 1026 53 S
+1 203.0.113.1 10.1.0.56 tcp 1026 53 S
+1 203.0.113.2 10.1.0.57 tcp 1026 53 S
+1 203.0.113.3 10.1.0.58 tcp 1026 53 S
+1 203.0.113.4 10.1.0.59 tcp 1026 53 S
+1 203.0.113.1 10.1.0.60 tcp 1026 53 S
+1 203.0.113.2 10.1.0.61 tcp 1026 53 S
+1 203.0.113.3 10.1.0.62 tcp 1026 53 S
+1 203.0.113.4 10.1.0.63 tcp 1026 53 S
+1 203.0.113.1 10.1.0.3 tcp 1026 80 S
+1 203.0.113.2 10.1.0.200 tcp 1026 80 S
+1 203.0.113.3 10.1.0.77 tcp 1026 80 S
+1 203.0.113.4 10.1.0.14 tcp 1026 80 S
+1 203.0.113.1 10.1.0.99 tcp 1026 80 S
+1 203.0.113.2 10.1.0.161 tcp 1026 80 S
+1 203.0.113.3 10.1.0.250 tcp 1026 80 S
+1 203.0.113.4 10.1.0.31 tcp 1026 80 S
+1 203.0.113.1 10.1.0.45 tcp 1026 80 S
+1 203.0.113.2 10.1.0.120 tcp 1026 80 S
+1 203.0.113.3 10.1.0.8 tcp 1026 80 S
+1 203.0.113.4 10.1.0.66 tcp 1026 80 S
+1 203.0.113.1 10.1.0.16 tcp 1026 139 S
+1 203.0.113.1 10.1.0.17 tcp 1026 139 S
+1 203.0.113.1 10.1.0.18 tcp 1026 139 S
+1 203.0.113.1 10.1.0.19 tcp 1026 139 S
+1 203.0.113.2 10.1.0.16 tcp 1026 139 S
+1 203.0.113.2 10.1.0.17 tcp 1026 139 S
+1 203.0.113.2 10.1.0.18 tcp 1026 139 S
+1 203.0.113.2 10.1.0.19 tcp 1026 139 S
+1 203.0.113.9 10.1.0.1 tcp 1026 443 S
+1 203.0.113.9 10.1.0.2 tcp 1026 443 S
+1 203.0.113.9 10.1.0.3 tcp 1026 443 S
+1 203.0.113.1 10.1.0.1 tcp 1026 8080 S
+1 2001:db8::1 2001:db8:1::1 tcp 1026 8080 S
+1 2001:db8::2 2001:db8:1::1 tcp 1026 8080 S

# shared out, too few to tell, the same ones, one source, IPv6 among them
query
all tcp | stats t = set(dst) by src, dport | disjoint t by dport
expect
dport,rows,items,overlap,expected,block,coverage,bits,verdict
53,4,64,0,20.25,10.1.0.0/26,1,53.05563749,evidence: by chance once in 2^53 such queries
80,4,12,0,0.2092943788,10.1.0.0/24,0.046875,0,"consistent with, not evidence"
139,2,4,4,4,10.1.0.16/30,1,0,not shared out
443,1,3,0,0,10.1.0.0/30,0.75,0,one row
8080,3,2,1,-,-,-,-,no claim about IPv6

# one group; rows whose set is empty or absent share nothing out
query
all dst port 80 | stats t = set(dst) by src | add none = t - t | disjoint t; all dst port 80 | stats t = set(dst) by src | add none = t - t | disjoint none
expect
rows,items,overlap,expected,block,coverage,bits,verdict
4,12,0,0.2092943788,10.1.0.0/24,0.046875,0.3085647272,"consistent with, not evidence"

rows,items,overlap,expected,block,coverage,bits,verdict

# nothing comes in
query
all udp | stats t = set(dst) by src, dport | disjoint t; all udp | stats t = set(dst) by src, dport | disjoint t by dport
expect
rows,items,overlap,expected,block,coverage,bits,verdict

dport,rows,items,overlap,expected,block,coverage,bits,verdict

# short of memory
settings
mem 64K
query
all tcp | stats t = set(dst) by src, dport | disjoint t by dport
error
trawl: `disjoint`: 64 KiB are not enough: 0 rows of 0 addresses
hint: give --mem, or ask for less at once

# a number
settings
query
all tcp | stats t = set(dst), hosts = distinct(dst) by src | disjoint hosts
error
1:71: `hosts` is int, `disjoint` needs a set of addr; you have: t
  all tcp | stats t = set(dst), hosts = distinct(dst) by src | disjoint hosts
                                                                        ^^^^^

# sets of ports, and no other
query
all tcp | stats p = set(dport) by src | disjoint p
error
1:50: `p` is set of int, `disjoint` needs a set of addr
  all tcp | stats p = set(dport) by src | disjoint p
                                                   ^ make one, as in stats targets = set(dst) by src

# packets
query
all tcp | disjoint dst by dport
error
1:20: `dst` is addr, `disjoint` needs a set of addr
  all tcp | disjoint dst by dport
                     ^^^ make one, as in stats targets = set(dst) by src

# a name that is taken
query
all tcp | stats t = set(dst) by src, rows = dport | disjoint t by rows
error
1:53: there is a column `rows` already
  all tcp | stats t = set(dst) by src, rows = dport | disjoint t by rows
                                                      ^^^^^^^^ give it another name

# a key that is not there
query
all tcp | stats t = set(dst) by src, dport | disjoint t by dports
error
1:60: there is no field, column or `let` named `dports`
  all tcp | stats t = set(dst) by src, dport | disjoint t by dports
                                                             ^^^^^^ did you mean `dport`?
