data
2026-09-01T00:00:00 203.0.113.9 192.0.2.10 tcp 4000 22 S win=1024 len=60
+1 203.0.113.9 192.0.2.10 tcp 4000 80 SF len=1500
+1 203.0.113.7 192.0.2.11 udp 53 33434 ttl=3 len=80
sensor edge2
2026-09-02T02:00:00 203.0.113.9 192.0.2.12 tcp 4001 22 R
settings
set number=2
set half=0.5
set len=2h
set who=203.0.113.9
set net=203.0.113.8/30
set ports={22, 33434}
set hosts={203.0.113.7, 192.0.2.0/24}
set odd=SF
set letters={S, R}
set sensor=edge2
set service=http
set day=2026-09-02
set yes=true
set minus=-5

# numbers
query
all | stats n = count() by src | where n >= $number; all | stats m = avg(len) by src | where m > $half and m > $minus | head $number
expect
src,n
203.0.113.9,3

src,m
203.0.113.7,80
203.0.113.9,540

# an address, a network, sets of them
query
all src = $who | stats count(); all src in $net | stats count(); all src in $hosts | stats count(); all host $who and net $net | stats count()
expect
count()
3

count()
3

count()
1

count()
3

# ports, by name and in sets
query
all dport in $ports | stats count(); all dport = $service | stats count(); all port $service | stats count(); all | stats s = set(dport) by src | where s <= $ports
expect
count()
3

count()
1

count()
1

src,s
203.0.113.7,{33434}

# flags and text need no quotes
query
all flags = $odd | stats count(); all flags in $letters | stats count(); all sensor = $sensor | stats count(); all sensor in {$sensor, "x"} | stats count()
expect
count()
1

count()
2

count()
1

count()
1

# lengths, times, truth
query
last $len | stats count(); on $day | stats count(); from $day to $day+1d | stats count(); all | stats n = count() by bin($len) | head $number; all df = $yes | stats count()
expect
count()
1

count()
1

count()
1

bin($len),n
2026-09-01T00:00:00.000000Z,3
2026-09-02T02:00:00.000000Z,1

count()
0

# a number compared with an address
query
all | stats n = count() by src | where n >= $who
error
1:45: --set who=203.0.113.9: `n` is an int, and cannot be compared with an addr
  all | stats n = count() by src | where n >= $who
                                              ^^^^ an int is written as in 80 or 0x50

# a number of ports
query
all src in $ports | stats count()
error
1:5: --set ports={22, 33434}: an addr cannot be in a set of int
  all src in $ports | stats count()
      ^^^^^^^^^^^^^

# a length without a unit
query
last $number | stats count()
error
1:6: --set number=2: a length of time is needed here
  last $number | stats count()
       ^^^^^^^ write a number and a unit, as in last 7d (ns us ms s m h d w)

# a time that is a length
query
on $len | stats count()
error
1:4: --set len=2h: `$len` is no point in time
  on $len | stats count()
     ^^^^ give a date or a time, as in 2026-08-15

# a word that nothing is called
query
all | stats n = count() by src | where n >= $sensor
error
1:45: --set sensor=edge2: there is no field, column or `let` named `edge2`
  all | stats n = count() by src | where n >= $sensor
                                              ^^^^^^^ you have: src n

# a number of rows
query
all | head $half
error
1:12: --set half=0.5: a number of rows is needed here
  all | head $half
             ^^^^^

# a host of a number
query
all src host $number | stats count()
error
1:14: --set number=2: this is no value for `host`
  all src host $number | stats count()
               ^^^^^^^ write an address, as in host 192.0.2.1

# in a let
query
let f = ttl = $who; all f | stats count()
error
1:15: --set who=203.0.113.9: `ttl` is an int, and cannot be compared with an addr
  let f = ttl = $who; all f | stats count()
                ^^^^ an int is written as in 80 or 0x50

# in a function
query
all | stats n = count() by bin($number)
error
1:32: --set number=2: this is an int, and `bin` takes duration
  all | stats n = count() by bin($number)
                                 ^^^^^^^ bin([TIME,] LENGTH): start of the bucket of that length, from local midnight

# not given
query
all ttl = $numbers
error
1:11: `$numbers` was not given
  all ttl = $numbers
            ^^^^^^^^ give it with --set numbers=VALUE
