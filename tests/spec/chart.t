# rows pass as they are
data
2026-09-01T00:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-01T00:00:01 10.0.0.1 192.0.2.2 tcp 1000 80 S
2026-09-02T00:00:00 10.0.0.2 192.0.2.3 tcp 1000 443 S
query
all | stats n = count(), t = distinct(dst) by day | chart n, t
expect
day,n,t
2026-09-01,2,2
2026-09-02,1,1

# rows may be picked and put in order behind it
query
all | stats n = count() by dport | chart n | sort n desc | head 1
expect
dport,n
80,2

# a column that is no number
query
all | stats who = max(src) by dport | chart who
error
1:45: `who` is addr, and a chart draws numbers
  all | stats who = max(src) by dport | chart who
                                              ^^^ count() and the like make numbers

# a column that is not there
query
all | stats n = count() by dport | chart m
error
1:42: there is no field, column or `let` named `m`
  all | stats n = count() by dport | chart m
                                           ^ you have: dport n

# other rows behind it
query
all | stats n = count() by dport | chart n | stats m = max(n)
error
1:36: what `chart` draws is changed later
  all | stats n = count() by dport | chart n | stats m = max(n)
                                     ^^^^^ put it last, or before where, sort, head and write

# nowhere to write
query
all | write "x.csv"
error
1:7: nothing can be written here
  all | write "x.csv"
        ^^^^^

# a format that there is not
query
all | write "x.csv" as xls
error
1:24: `xls` is no format
  all | write "x.csv" as xls
                         ^^^ pcap csv json ndjson html svg
