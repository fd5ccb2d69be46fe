data
1998-09-04T10:00:00 - - - ethertype=2054
+1 10.9.9.9 192.0.2.1 tcp 4242 80 S seq=77 ackno=0 ipid=9001 win=512
1998-10-01T12:18:46.25 198.51.100.30 192.0.2.8 tcp 21 1137 SFP seq=3241821 ackno=0 win=13234 urg=55134
1998-10-01T13:37:30.33 198.51.100.31 192.0.2.8 tcp 21 22555 SF seq=8440982 ackno=0 win=10240
1998-10-01T14:52:57.45 198.51.100.9 192.0.2.8 tcp 30975 16940 SFRP seq=2029994540 ackno=2029994540 win=16940 urg=16940
1998-10-01T14:53:01.63 198.51.100.9 192.0.2.8 tcp 30975 556 SFRP seq=2029978156 ackno=2029978156 win=556 urg=556
1998-10-02T17:40:45.870769 192.0.2.17 198.51.100.1 tcp 24408 1457 R seq=0 ackno=674719802 win=0
1998-10-02T17:40:53.025203 192.0.2.17 198.51.100.2 tcp 33174 1457 R seq=0 ackno=674719802 win=0
1998-10-02T17:41:12.115554 192.0.2.17 198.51.100.3 tcp 36250 1979 R seq=0 ackno=674719802 win=0
1998-10-02T17:43:43.139158 192.0.2.17 198.51.100.4 tcp 44922 1496 R seq=0 ackno=674719802 win=0
1998-10-02T17:42:30.400665 192.0.2.99 198.51.100.11 tcp 3532 1167 R seq=0 ackno=674719802 win=0
1998-10-02T17:42:40.582531 192.0.2.99 198.51.100.12 tcp 33233 1797 R seq=0 ackno=674719802 win=0
1998-10-02T17:44:28.836701 192.0.2.99 198.51.100.13 tcp 52504 1634 R seq=0 ackno=674719802 win=0
1998-10-02T17:47:52.578558 192.0.2.99 198.51.100.14 tcp 46657 2121 R seq=0 ackno=674719802 win=0
2026-09-01T00:00:00 203.0.113.5 198.51.100.1 tcp 40001 23 S seq=3325256705 win=5840 ipid=4711
2026-09-01T00:00:01 203.0.113.5 198.51.100.77 tcp 50002 23 S seq=3325256781 win=5840 ipid=33
2026-09-01T00:00:02 203.0.113.5 198.51.100.201 tcp 11003 2323 S seq=3325256905 win=5840 ipid=12345
2026-09-02T00:00:00 203.0.113.6 198.51.100.1 tcp 40001 443 S seq=2093847561 ipid=54321
2026-09-02T00:00:01 203.0.113.6 198.51.100.9 tcp 50002 443 S seq=1190283745 ipid=54321
2026-09-02T00:00:02 203.0.113.6 198.51.100.5 tcp 11003 443 S seq=4019283746 ipid=54321
2026-09-02T00:00:03 203.0.113.6 198.51.100.8 tcp 1004 443 S seq=610928374 ipid=54321
2026-09-03T00:00:00 203.0.113.7 198.51.100.1 tcp 40001 80 S seq=1000000000
2026-09-03T00:00:01 203.0.113.7 198.51.100.1 tcp 40001 80 R seq=1000016384
2026-09-03T00:00:02 203.0.113.7 198.51.100.1 tcp 40001 80 R seq=1000032768
2026-09-03T00:00:03 203.0.113.7 198.51.100.1 tcp 40001 80 R seq=1000049152
2026-09-04T00:00:00 203.0.113.11 198.51.100.1 udp 4001 53 ipid=21000
2026-09-04T00:00:01 203.0.113.12 198.51.100.1 udp 4009 53 ipid=21003
2026-09-04T00:00:02 203.0.113.13 198.51.100.1 udp 4101 53 ipid=21004
2026-09-04T00:00:03 203.0.113.14 198.51.100.1 udp 4771 53 ipid=21011
2026-09-05T00:00:00 203.0.113.7 198.51.100.1 tcp 4001 80 S seq=3435921408 ackno=287454020
2026-09-05T00:00:01 203.0.113.7 198.51.100.2 tcp 4003 80 S seq=1237843968 ackno=2384365387
2026-09-05T00:00:02 203.0.113.7 198.51.100.3 tcp 4005 80 S seq=2309750784 ackno=1312458571
2026-09-05T00:00:03 203.0.113.7 198.51.100.4 tcp 4007 80 S seq=98238464 ackno=3523970891

# figure 11: one word repeated through the header, in two of four
query
on 1998-10-01 | invariants
expect
kind,fields,value,support,total,bits
equal,ackno = seq,-,2,2,58.54056838
equal,ackno = sport << 16 | dport,-,2,2,58.54056838
equal,seq = sport << 16 | dport,-,2,4,55.95560588
equal,win = seq & 0xffff,-,2,4,23.95560588
bits,ackno,0x78ff022c of 0xffffbfff,2,2,20.54056838
equal,urg = dport,-,2,3,14.95560588
equal,urg = win,-,2,3,14.95560588
equal,win = dport,-,2,4,13.95560588

# figure 7: the signature acknowledgement
query
on 1998-10-02 | invariants
expect
kind,fields,value,support,total,bits
constant,ackno,674719802,8,8,218.5405684

# Mirai, ZMap
query
on 2026-09-01 | invariants; on 2026-09-02 | invariants
expect
kind,fields,value,support,total,bits
equal,seq = dst,-,3,3,90.54056838
bits,seq,0xc6336401 of 0xffffff33,3,3,35.40646298

kind,fields,value,support,total,bits
constant,ipid,54321,4,4,42.54056838

# resets with stepping numbers at one pair of ports
query
on 2026-09-03 | invariants
expect
kind,fields,value,support,total,bits
step,seq,16384,2,2,26.54056838

# one counter behind four sources
query
on 2026-09-04 | invariants
expect
kind,fields,value,support,total,bits
counter,ipid,3 of 3 sources go on,3,3,21.54056838

# low bits that are 0
query
on 2026-09-05 | invariants
expect
kind,fields,value,support,total,bits
bits,seq,0x880000 of 0x3288ffff,4,4,30.59749881

# one packet, and none
query
on 1998-09-04 | invariants; on 1998-09-04 udp | invariants
expect
kind,fields,value,support,total,bits

kind,fields,value,support,total,bits

# short of memory
settings
mem 64K
query
all | invariants
error
trawl: `invariants`: 64 KiB are not enough: its tables
hint: give --mem, or ask for less at once

# rows of stats
settings
query
all | stats n = count() by src | invariants
error
1:34: `invariants` takes packets, and these rows are none
  all | stats n = count() by src | invariants
                                   ^^^^^^^^^^ put it before the first stage that makes rows of its own

# sorted
query
all | sort len | invariants
error
1:18: `invariants` takes packets in their order, and these are in another
  all | sort len | invariants
                   ^^^^^^^^^^ put it before `sort` and `top`
