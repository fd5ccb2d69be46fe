# a weekend
data
2026-09-04T21:59:59.999999999 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-04T22:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-06T21:59:59.999999999 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-06T22:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-07T21:59:59 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-07T22:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-12T10:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-14T04:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-14T06:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
site
zone "Europe/Berlin";
calendar weekend = sat..sun;
calendar night = 22:00..06:00;
calendar offhours = 18:00..08:00 on mon..fri;
calendar closed = weekend + offhours;
calendar monday = mon;
calendar turn = sun..mon;
calendar always = mon..sun;
calendar threeday = weekend + monday;
query
all during weekend | show time
expect
time
2026-09-05T00:00:00.000000+02:00
2026-09-06T23:59:59.999999999+02:00
2026-09-12T12:00:00.000000+02:00

# what is not in it
query
all not during weekend | stats n = count()
expect
n
6

# spans by their first day
query
all | stats n = count() by wk = spanof(weekend)
expect
wk,n
2026-09-05,2
2026-09-12,1
-,6

# spans with hours by their start
query
all | stats n = count() by spanof(offhours)
expect
spanof(offhours),n
2026-09-04T18:00:00.000000+02:00,2
2026-09-07T18:00:00.000000+02:00,2
-,5

# a span over midnight
query
all during night | show time, s = spanof(night)
expect
time,s
2026-09-04T23:59:59.999999999+02:00,2026-09-04T22:00:00.000000+02:00
2026-09-05T00:00:00.000000+02:00,2026-09-04T22:00:00.000000+02:00
2026-09-06T23:59:59.999999999+02:00,2026-09-06T22:00:00.000000+02:00
2026-09-07T00:00:00.000000+02:00,2026-09-06T22:00:00.000000+02:00
2026-09-07T23:59:59.000000+02:00,2026-09-07T22:00:00.000000+02:00
2026-09-08T00:00:00.000000+02:00,2026-09-07T22:00:00.000000+02:00

# spans that touch are one
query
all | stats n = count() by spanof(closed)
expect
spanof(closed),n
2026-09-04T18:00:00.000000+02:00,3
2026-09-07T18:00:00.000000+02:00,2
2026-09-11T18:00:00.000000+02:00,1
-,3

# a span over the end of the week
query
all | stats n = count() by spanof(turn)
expect
spanof(turn),n
2026-09-06,3
2026-09-13,2
-,4

# a sum of calendars
query
all | stats n = count() by spanof(threeday)
expect
spanof(threeday),n
2026-09-05,4
2026-09-12,3
-,2

# all the time
query
all during always | stats n = count()
expect
n
9

# a span without a start
query
all | stats n = count() by spanof(always)
error
1:35: `always` covers all the time: its span has no start
  all | stats n = count() by spanof(always)
                                    ^^^^^^

# the time of another column
query
all | stats first = min(time) by dport | add s = spanof(weekend, first)
expect
dport,first,s
80,2026-09-04T23:59:59.999999999+02:00,-

# during in a row without a time
query
all | stats n = count() by src | where during weekend
error
1:40: `during` needs the column `time`, which these rows do not have
  all | stats n = count() by src | where during weekend
                                         ^^^^^^^^^^^^^^

# an unknown calendar
query
all during weekand
error
1:5: there is no calendar `weekand` in site.trawl
  all during weekand
      ^^^^^^^^^^^^^^ did you mean `weekend`?

# no name
query
all | stats n = count() by spanof(5)
error
1:35: `spanof` takes the name of a calendar
  all | stats n = count() by spanof(5)
                                    ^ spanof(CALENDAR[, TIME]): first day, or start, of the calendar's span that holds the time; else absent

# no argument
query
all | stats n = count() by spanof()
error
1:28: `spanof` takes 1 argument, not 0
  all | stats n = count() by spanof()
                             ^^^^^^^^ spanof(CALENDAR[, TIME]): first day, or start, of the calendar's span that holds the time; else absent

# no time
query
all | stats n = count() by spanof(weekend, sport)
error
1:44: this is an int, and `spanof` takes time
  all | stats n = count() by spanof(weekend, sport)
                                             ^^^^^ spanof(CALENDAR[, TIME]): first day, or start, of the calendar's span that holds the time; else absent

# blocks outside of a calendar are not read
data
2026-09-08T10:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
2026-09-11T10:00:00 10.0.0.1 192.0.2.1 tcp 1000 80 S
settings
explain
query
all during weekend | stats n = count() by src
plan
query 1
  range    2026-09-08T12:00:00.000000+02:00 to 2026-09-11T12:00:00.000000001+02:00, Europe/Berlin
  filter   during weekend
  blocks   0 of 1 to read: 0 packets
  skipped  1 by `during weekend`
  columns  src
  order    any: no stage needs packet order
  stats    -> src addr, n int

# blocks inside of it are read without a question
query
all not during weekend | stats n = count() by src
plan
query 1
  range    2026-09-08T12:00:00.000000+02:00 to 2026-09-11T12:00:00.000000001+02:00, Europe/Berlin
  filter   not during weekend
  blocks   1 of 1 to read: 2 packets
  columns  src
  order    any: no stage needs packet order
  stats    -> src addr, n int

# a day that is none
settings

site
calendar weekend = sat..funday;
query
all
error
1:4: `funday` is no day
  all
     ^ mon tue wed thu fri sat sun

# a calendar that is not there
site
calendar long = wekend + mon;
query
all
error
1:4: there is no day and no calendar `wekend` above
  all
     ^ mon..fri, 18:00..08:00 on mon..fri, holidays "FILE", or a calendar that stands before this one

# twice the same
site
calendar a = mon; calendar a = tue;
query
all
error
1:4: there is a calendar `a` already
  all
     ^

# the name of a day
site
calendar sat = mon;
query
all
error
1:4: `sat` is a day: give the calendar another name
  all
     ^

# no hours
site
calendar a = 08:00..08:00;
query
all
error
1:4: these hours are none
  all
     ^ a whole day is 00:00..24:00; 18:00..08:00 ends on the next day

# a file that is not there
site
calendar a = holidays "nowhere.hol";
query
all
error
1:4: nowhere.hol: No such file or directory
  all
     ^ the file stands beside site.trawl
