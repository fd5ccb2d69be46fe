data
2026-08-31T23:00:00 203.0.113.9 192.0.2.10 tcp 4000 22 S win=1024 ttl=50 seq=100
2026-09-01T00:00:00.5 203.0.113.9 192.0.2.10 tcp 4000 80 S win=1024 ttl=50 seq=200
+0.25 192.0.2.10 203.0.113.9 tcp 80 4000 SA win=512 seq=900 ackno=201
+0.25 203.0.113.9 192.0.2.10 tcp 4000 80 A win=1024 seq=201 ackno=901 len=1500
2026-09-01T10:30:00 203.0.113.7 192.0.2.11 udp 53 33434 ttl=3 len=80
2026-09-01T10:30:10 203.0.113.7 192.0.2.12 udp 53 33435 ttl=4 len=90
2026-09-01T11:00:00 192.0.2.11 203.0.113.7 icmp icmp.type=3 icmp.code=3 inner.src=203.0.113.7 inner.dst=192.0.2.11 inner.proto=17 inner.sport=53 inner.dport=33434
2026-09-02T00:30:00 2001:db8::1 2001:db8::2 tcp 5000 443 S len=74
2026-09-02T01:00:00 - - - ethertype=2054
sensor edge2
2026-09-02T02:00:00 203.0.113.9 192.0.2.12 tcp 4001 22 R win=0 ttl=50
2026-09-02T03:00:00 192.0.2.12 192.0.2.13 tcp 22 5000 SF win=0
site
home = {192.0.2.0/24, 2001:db8::2};

# unknown stage
query
all | stast count()
error
1:7: `stast` is no stage
  all | stast count()
        ^^^^^ did you mean `stats`?

# unknown stage far from any
query
all | zzzzzz
error
1:7: `zzzzzz` is no stage
  all | zzzzzz
        ^^^^^^ where stats distinct add show sort head top, or a `let` that begins with `|`


# a filter is no stage
query
let f = tcp; all | f
error
1:20: `f` is no stage: its `let` begins without `|`
  let f = tcp; all | f
                     ^

# set outside of a let
query
all | set src
error
1:7: `set` can only end a `let`
  all | set src
        ^^^ write let NAME = ... | set COLUMN

# set in the middle
query
let x = | set src | head 1; all | x
error
1:11: `set` can only end a `let`
  let x = | set src | head 1; all | x
            ^^^ write let NAME = ... | set COLUMN

# unknown aggregate
query
all | stats cuont() by src
error
1:13: `cuont` is no aggregate
  all | stats cuont() by src
              ^^^^^ did you mean `count`?

# unknown aggregate far from any
query
all | stats zzz(src)
error
1:13: `zzz` is no aggregate
  all | stats zzz(src)
              ^^^ count distinct set union sum min max avg pct first last span pace jitter pattern

# a percentile of addresses
query
all | stats p = pct(src, 99)
error
1:21: `src` is an addr, and `pct` takes numbers, durations or times
  all | stats p = pct(src, 99)
                      ^^^

# a percentile over all
query
all | stats p = pct(len, 101)
error
1:26: `pct` needs a constant from 0 to 100 here
  all | stats p = pct(len, 101)
                           ^^^ pct(E, 50) is the median, pct(E, 99) what 99 of 100 do not exceed

# a percentile of each row
query
all | stats p = pct(len, ttl)
error
1:26: `pct` needs a constant from 0 to 100 here
  all | stats p = pct(len, ttl)
                           ^^^ pct(E, 50) is the median, pct(E, 99) what 99 of 100 do not exceed

# a percentile without a number
query
all | stats p = pct(len)
error
1:17: `pct` takes 2 arguments, not 1
  all | stats p = pct(len)
                  ^^^^^^^^

# the pace of numbers
query
all | stats pace(len) by src
error
1:18: `len` is an int, and `pace` takes times
  all | stats pace(len) by src
                   ^^^

# a pattern of addresses
query
all | stats pattern(src)
error
1:21: `src` is an addr, and `pattern` takes counts
  all | stats pattern(src)
                      ^^^

# sum of an address
query
all | stats sum(src)
error
1:17: `src` is an addr, and `sum` takes numbers or durations
  all | stats sum(src)
                  ^^^

# avg of text
query
all | stats avg(sensor)
error
1:17: `sensor` is a string, and `avg` takes numbers or durations
  all | stats avg(sensor)
                  ^^^^^^

# sum without an argument
query
all | stats sum()
error
1:13: `sum` takes 1 argument, not 0
  all | stats sum()
              ^^^^^

# sum of two
query
all | stats sum(len, win)
error
1:13: `sum` takes 1 argument, not 2
  all | stats sum(len, win)
              ^^^^^^^^^^^^^

# count of two
query
all | stats count(syn, rst)
error
1:13: `count` takes at most 1 argument, not 2
  all | stats count(syn, rst)
              ^^^^^^^^^^^^^^^

# distinct of nothing
query
all | stats distinct()
error
1:13: `distinct` takes 1 to 4 arguments, not 0
  all | stats distinct()
              ^^^^^^^^^^

# set of five
query
all | stats set(src, dst, sport, dport, proto)
error
1:13: `set` takes 1 to 4 arguments, not 5
  all | stats set(src, dst, sport, dport, proto)
              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

# set of a set
query
all | stats t = set(dst) by src | stats set(t)
error
1:45: `set` takes values, and this is a set
  all | stats t = set(dst) by src | stats set(t)
                                              ^ `union` joins sets

# union of an address
query
all | stats union(src)
error
1:19: `src` is an addr, and `union` takes a set column
  all | stats union(src)
                    ^^^ `set` makes a set of values

# span of a number
query
all | stats span(len)
error
1:18: `len` is an int, and `span` takes times
  all | stats span(len)
                   ^^^

# min of a set
query
all | stats t = set(dst) by src | stats min(t)
error
1:45: `t` is a set of addr, and `min` takes no sets
  all | stats t = set(dst) by src | stats min(t)
                                              ^

# count of a number
query
all | stats count(len)
error
1:19: `len` is an int, and no condition
  all | stats count(len)
                    ^^^ compare it with something: = != < <= > >= in

# two columns of one name
query
all | stats n = count(), n = sum(len) by src
error
1:26: there is a column `n` already
  all | stats n = count(), n = sum(len) by src
                           ^ give it another name

# a key and an aggregate of one name
query
all | stats src = count() by src
error
1:13: there is a column `src` already
  all | stats src = count() by src
              ^^^ give it another name

# add of a column that is there
query
all | add len = win
error
1:11: there is a column `len` already
  all | add len = win
            ^^^ give it another name

# show of the same name
query
all | show src, src
error
1:17: there is a column `src` already
  all | show src, src
                  ^^^ give it another name

# an unknown field
query
all | stats count() by scr
error
1:24: there is no field, column or `let` named `scr`
  all | stats count() by scr
                         ^^^ did you mean `src`?

# an unknown field in a filter
query
all dprt = 80
error
1:5: there is no field, column or `let` named `dprt`
  all dprt = 80
      ^^^^ did you mean `dport`?

# a field that grouping has dropped
query
all | stats n = count() by src | where dport = 80
error
1:40: `dport` is a field of packets, and these rows have no such column
  all | stats n = count() by src | where dport = 80
                                         ^^^^^ you have: src n

# a filter word after grouping
query
all | stats n = count() by src | where tcp
error
1:40: `tcp` needs the column `proto`, which these rows do not have
  all | stats n = count() by src | where tcp
                                         ^^^

# a condition is no value
query
all | where len
error
1:13: `len` is an int, and no condition
  all | where len
              ^^^ compare it with something: = != < <= > >= in

# an address against a number
query
all src = 80
error
1:11: `src` is an addr, and cannot be compared with an int
  all src = 80
            ^^ an addr is written as in 192.0.2.1

# a number against a string
query
all len = "x"
error
1:11: `len` is an int, and cannot be compared with a string
  all len = "x"
            ^^^ an int is written as in 80 or 0x50

# ordering of flags
query
all flags < 3
error
1:13: `flags` is flags, and cannot be compared with an int
  all flags < 3
              ^ flags is written as in SF, or with a mask, as in `flags S/SA`

# and mixed with or
query
all tcp and udp or icmp
error
1:17: `and` and `or` are mixed
  all tcp and udp or icmp
                  ^^ write the parentheses you mean: tcpdump gives both the same precedence, SQL does not

# two conditions side by side
query
all tcp udp
error
1:9: two conditions without `and` or `or` between them
  all tcp udp
          ^^^

# no unit
query
last 7 | stats count()
error
1:6: a length of time needs a unit: `last 7` -> last 7d (ns us ms s m h d w)
  last 7 | stats count()
       ^

# an empty range
query
from 2026-09-02 to 2026-09-01
error
1:1: this range is empty: it ends before it begins
  from 2026-09-02 to 2026-09-01
  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `from` is in, `to` is out

# no such day
query
on 2026-02-30
error
1:4: no such date or time
  on 2026-02-30
     ^^^^^^^^^^

# on now
query
on now
error
1:4: `now` is a moment, and `on` takes a day
  on now
     ^^^ on today, last 1h, from now-2h

# a payload accessor
query
all udp[8:4] = 1
error
1:5: udp[8:4] is payload, and only headers are kept (bytes 0-7 of UDP)
  all udp[8:4] = 1
      ^^^^^^^^

# a name that needs DNS
query
all host example.org
error
1:10: `example.org` is no address, and names are not looked up
  all host example.org
           ^^^^^^^^^^^ write its address, or the name of a set, as in `let servers = {192.0.2.1, 192.0.2.2};`

# an unknown service
query
all port nosuchservice
error
1:10: there is no service named `nosuchservice`
  all port nosuchservice
           ^^^^^^^^^^^^^ write the number of the port

# a bare direction
query
all src or dst port 53
error
1:5: a bare `src` is no condition
  all src or dst port 53
      ^^^ write `port 53`: without `src` or `dst` it means either

# an unclosed bracket
query
all (tcp and udp
error
1:5: this bracket is never closed
  all (tcp and udp
      ^

# a string without an end
query
all sensor = "edge
error
1:14: this string is never closed
  all sensor = "edge
               ^^^^^

# a comparison chain
query
all len = win = 3
error
1:15: comparisons do not chain
  all len = win = 3
                ^ a = b and b = c

# an empty set
query
all src in {}
error
1:13: a set is not empty
  all src in {}
              ^

# a parameter that is not given
query
all | head $n
error
1:12: `$n` was not given
  all | head $n
             ^^ give it with --set n=VALUE

# a parameter in a filter
query
all dport = $port
error
1:13: `$port` was not given
  all dport = $port
              ^^^^^ give it with --set port=VALUE

# an unknown function
query
all | show siez(src)
error
1:12: there is no function named `siez`
  all | show siez(src)
             ^^^^ did you mean `size`?

# too many arguments
query
all | show abs(len, 3)
error
1:12: `abs` takes 1 argument, not 2
  all | show abs(len, 3)
             ^^^^^^^^^^^ abs(NUMBER): the number without its sign

# size of a number
query
all | show size(len)
error
1:17: `len` is an int, and `size` takes set
  all | show size(len)
                  ^^^ size(SET): how many members a set has

# a let named as a stage
query
let top = tcp; all top
error
1:5: `top` is a stage: give the `let` another name
  let top = tcp; all top
      ^^^

# a let named as a field
query
let len = tcp; all len
error
1:5: `len` is a field: give the `let` another name
  let len = tcp; all len
      ^^^

# a let with a dot
query
let a.b = tcp; all a.b
error
1:5: a new name has no dots
  let a.b = tcp; all a.b
      ^^^

# a source in a filter
query
let q = tcp | stats count() by src; all tcp and q
error
1:49: `q` is a source of rows, and no value
  let q = tcp | stats count() by src; all tcp and q
                                                  ^ it stands where a query begins; end it with `| set COLUMN` to make a set of it

# two ranges
query
let q = on 2026-09-01 tcp; on 2026-09-02 q
error
1:42: `q` has a range of its own
  let q = on 2026-09-01 tcp; on 2026-09-02 q
                                           ^ leave one of the two ranges out

# home outside of the site file
query
home = {192.0.2.0/24}
error
1:1: `home` stands in the site file only
  home = {192.0.2.0/24}
  ^^^^ edit site.trawl in the store's folder

# zone outside of the site file
query
zone "UTC"
error
1:1: `zone` stands in the site file only
  zone "UTC"
  ^^^^ edit site.trawl in the store's folder

# a calendar outside of the site file
query
calendar weekend = sat..sun
error
1:1: `calendar` stands in the site file only
  calendar weekend = sat..sun
  ^^^^^^^^ edit site.trawl in the store's folder

# a file that is not there
query
let x = file "/nonexistent/bad.txt"; all src in x
error
1:14: /nonexistent/bad.txt cannot be read: No such file or directory
  let x = file "/nonexistent/bad.txt"; all src in x
               ^^^^^^^^^^^^^^^^^^^^^^

# an unknown calendar
query
all during wekend
error
1:5: there is no calendar `wekend` in site.trawl
  all during wekend
      ^^^^^^^^^^^^^ add: calendar wekend = sat..sun;

# two sets without common members
query
all | stats a = set(src), b = set(dport) | add j = jaccard(a, b)
error
1:52: a set of addr and a set of int have no members in common
  all | stats a = set(src), b = set(dport) | add j = jaccard(a, b)
                                                     ^^^^^^^^^^^^^

# a label of a number
query
all | stats n = count() by label(ttl)
error
1:34: `ttl` is an int, and `label` takes addr
  all | stats n = count() by label(ttl)
                                   ^^^ label(ADDR): name of an address in the site's labels, by the longest prefix

# an unknown name in a set
query
all src in {10.0.0.1, nosuch}
error
1:23: there is no field, column or `let` named `nosuch`
  all src in {10.0.0.1, nosuch}
                        ^^^^^^

# types mixed in a set
query
all src in {10.0.0.1, 80}
error
1:23: this is an int in a set of addr
  all src in {10.0.0.1, 80}
                        ^^

# an int set for addresses
query
all src in (80, 443)
error
1:5: an addr cannot be in a set of int
  all src in (80, 443)
      ^^^^^^^^^^^^^^^^

# division of addresses
query
all | show src / 2
error
1:12: `/` takes numbers, not an addr and an int
  all | show src / 2
             ^^^^^^^

# negative time length
query
last 0d
error
1:6: this length of time is nothing
  last 0d
       ^^

# head without a number
query
all | head
error
1:11: the text ends too early
  all | head
            ^ expected a $parameter or a number

# top without by
query
all | top 3
error
1:12: the text ends too early
  all | top 3
             ^ expected `by`

# sort without a key
query
all | sort
error
1:11: the text ends too early
  all | sort
            ^

# stats of nothing
query
all | stats
error
1:12: the text ends too early
  all | stats
             ^

# an aggregate as a value
query
all | show count()
error
1:12: `count` is an aggregate, and stands in `stats` only
  all | show count()
             ^^^^^

# an error on the second line
query
all tcp
| stats n = count()
| where m > 3
error
3:9: there is no field, column or `let` named `m`
  | where m > 3
          ^ you have: n

# an error in the second query
query
all | stats count(); all | stats cont()
error
1:34: `cont` is no aggregate
  all | stats count(); all | stats cont()
                                   ^^^^ did you mean `count`?

# a reserved word as a name
query
all | show by = src
error
1:12: `by` is a reserved word and does not fit here
  all | show by = src
             ^^

# a NUL of sorts
query
all len = 3 3
error
1:13: two conditions without `and` or `or` between them
  all len = 3 3
              ^

# overflow of an int
query
all | show x = len * 9223372036854775807
error
1:16: the result of `*` does not fit in 64 bits
  all | show x = len * 9223372036854775807
                 ^^^^^^^^^^^^^^^^^^^^^^^^^

# a sum over 64 bits
query
all | stats sum(len * 4611686018427387904)
error
1:17: the result of `*` does not fit in 64 bits
  all | stats sum(len * 4611686018427387904)
                  ^^^^^^^^^^^^^^^^^^^^^^^^^

# a hunt
query
hunt x "y" begin all end
error
1:1: a hunt is a file of its own, not part of a query
  hunt x "y" begin all end
  ^^^^ `trawl hunt run NAME` runs those of the folder hunts

# a hunt's settings
query
hunt x : n = 3
error
1:1: `hunt` stands in the site file only
  hunt x : n = 3
  ^^^^ edit site.trawl in the store's folder

# a label
query
label "names.txt"
error
1:1: `label` stands in the site file only
  label "names.txt"
  ^^^^^ edit site.trawl in the store's folder

# a file with a wrong line
query
let x = file "tests/spec/addresses.txt"; all src in x
error
1:14: tests/spec/addresses.txt:5: `not-an-address` is no address or network
  let x = file "tests/spec/addresses.txt"; all src in x
               ^^^^^^^^^^^^^^^^^^^^^^^^^^

# a tcpdump word that has none here
query
all arp
error
1:5: `arp` is no word of this language
  all arp
      ^^^ write `ethertype = 0x0806`

# a field behind a pipe
query
all seq = sport << 16 | dport
error
1:25: `dport` is no stage
  all seq = sport << 16 | dport
                          ^^^^^ a bit-or stands in parentheses: (a | dport)

# a let that uses itself
query
let x = x + {10.0.0.1}; all src in x
error
1:9: there is no field, column or `let` named `x`
  let x = x + {10.0.0.1}; all src in x
          ^

# mask is refused
query
all net 10.0.0.0 mask 255.0.0.0
error
1:18: tcpdump's `mask` is not understood here
  all net 10.0.0.0 mask 255.0.0.0
                   ^^^^ write the prefix length: net 192.168.0.0/16

# vlan is refused
query
all vlan 5
error
1:5: tcpdump's `vlan` is not understood here
  all vlan 5
      ^^^^ vlan = 5, or has(vlan)

# ether is refused
query
all ether host 00:11:22:33:44:55
error
1:5: tcpdump's `ether` is not understood here
  all ether host 00:11:22:33:44:55
      ^^^^^ smac = 00:11:22:aa:bb:cc, dmac = ..., ethertype = 0x0806

# this outside of seen
query
all this.src = src
error
1:5: `this` stands only in the filter of `if seen` and `unless seen`
  all this.src = src
      ^^^^^^^^

# a number too long
query
all len = 99999999999999999999
error
1:11: this number does not fit in 64 bits
  all len = 99999999999999999999
            ^^^^^^^^^^^^^^^^^^^^

# a port too high
query
all port 70000
error
1:10: port 70000 is out of range: 0 to 65535
  all port 70000
           ^^^^^

# flags with wrong letters
query
all flags SQ
error
1:11: no flag letters
  all flags SQ
            ^^ S F R P A U E C N, W for C, . for A

# an unknown key of time
query
all | stats count() by houre
error
1:24: there is no field, column or `let` named `houre`
  all | stats count() by houre
                         ^^^^^ did you mean `hour`?

# round with a wrong type
query
all | show round(src)
error
1:18: `src` is an addr, and `round` takes int or real
  all | show round(src)
                   ^^^ round(REAL): the nearest whole number, halves away from zero

# cidr without lengths
query
all | show cidr(src)
error
1:12: `cidr` takes 3 arguments, not 1
  all | show cidr(src)
             ^^^^^^^^^ cidr(ADDR, BITS4, BITS6): the network that holds the address, for IPv4 and for IPv6

# tcpdump's broadcast alone
query
all broadcast
error
1:5: there is no field, column or `let` named `broadcast`
  all broadcast
      ^^^^^^^^^ dst = 255.255.255.255 or dmac = ff:ff:ff:ff:ff:ff

# and multicast beside a condition
query
all udp and multicast
error
1:13: there is no field, column or `let` named `multicast`
  all udp and multicast
              ^^^^^^^^^ dst in {224.0.0.0/4, ff00::/8}

# a network in a set of ports
query
all cidr(src, 24, 64) in {80}
error
1:5: a net cannot be in a set of int
  all cidr(src, 24, 64) in {80}
      ^^^^^^^^^^^^^^^^^^^^^^^^^

# a tuple in a set of addresses
query
let x = syn | set src; all (src, dst) in x
error
1:28: a tuple (addr, addr) cannot be in a set of addr
  let x = syn | set src; all (src, dst) in x
                             ^^^^^^^^^^^^^^^

# a tuple of other types
query
let x = syn | set src, dport; all (dport, src) in x
error
1:35: a tuple (int, addr) cannot be in a set of (addr, int)
  let x = syn | set src, dport; all (dport, src) in x
                                    ^^^^^^^^^^^^^^^^^

# a tuple of five
query
let x = syn | set src, dport; all (src, dst, sport, dport, proto) in x
error
1:35: a tuple has at most 4 values
  let x = syn | set src, dport; all (src, dst, sport, dport, proto) in x
                                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

# a set of five columns
query
let x = syn | set src, dst, sport, dport, proto; all src in x
error
1:43: a tuple has at most 4 values
  let x = syn | set src, dst, sport, dport, proto; all src in x
                                            ^^^^^

# a set in a tuple
query
let x = all | stats s = set(src) by dst | set dst, s; all
error
1:52: a tuple holds values, and this is a set
  let x = all | stats s = set(src) by dst | set dst, s; all
                                                     ^

# a set of tuples within braces
query
let x = syn | set src, dport; all dport in {80, x}
error
1:49: braces hold values, and this is a set of (addr, int)
  let x = syn | set src, dport; all dport in {80, x}
                                                  ^ join sets with +

# a large constant taken apart
query
all | stats s = set(src) by dst | show dst, x = s + {10.0.0.0/8}
error
1:53: this set has more than 65536 values, too many to take apart for each row
  all | stats s = set(src) by dst | show dst, x = s + {10.0.0.0/8}
                                                      ^^^^^^^^^^^^

# a net against a set
query
all cidr(src, 24, 64) = {10.0.0.0/8}
error
1:5: a net and a set of addr cannot be compared
  all cidr(src, 24, 64) = {10.0.0.0/8}
      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a network holds addresses: write src in {10.0.0.0/8}

# a service between quotes
query
all dport in (80, "http")
error
1:19: this is a string in a set of int
  all dport in (80, "http")
                    ^^^^^^ a service is written without quotes, as in (80, https)

# a qualifier with a slip
query
all scr 10.0.0.1
error
1:5: two conditions without `and` or `or` between them
  all scr 10.0.0.1
      ^^^ did you mean `src`?

# a field before a value is no slip
query
all len 40
error
1:9: two conditions without `and` or `or` between them
  all len 40
          ^^
