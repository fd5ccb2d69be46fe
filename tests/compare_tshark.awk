# compare_tshark.awk OURS THEIRS - see compare_tshark.sh; prints what differs.
BEGIN {
    FS = "\t"
    below = "(eth|sll|raw|null|loop|ethertype|vlan|ieee8021ad|mpls|pppoes|ppp|llc|chdlc|fr|ppi|radiotap|wlan_radio|wlan|prism|wlancap|nflog|wlan_aggregate)"
    split("time len caplen src dst proto ttl ipid iplen sport dport flags seq ackno win icmp.type icmp.code", name, " ")
    split("0 43 44 51 60 135 139 140", list, " ")
    for (i in list)
        extension[list[i]] = 1
}

function number(s,    v, i) {
    if (s !~ /^0x/)
        return s
    for (i = 3; i <= length(s); i++)
        v = v * 16 + index("0123456789abcdef", tolower(substr(s, i, 1))) - 1
    return sprintf("%.0f", v)
}

# The cells of tshark in our columns.
function translate(    p, v6, ip) {
    for (p = 1; p <= 17; p++)
        t[p] = ""
    t[1] = $1 ~ /^[0-9]+\.[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]$/ && $1 < 9223285636 ? $1 : o[1]
    t[2] = $2 == 2147483647 ? o[2] : $2
    t[3] = $3
    ip = $32 ~ "^(" below ":)*(ip|ipv6)(:|$)"
    if (!ip)
        return 0
    v6 = $32 ~ "^(" below ":)*ipv6(:|$)"
    if ($4 == "" && $5 != "") # version 6 behind the ethertype of IPv4
        v6 = 1
    t[4] = v6 ? $5 : $4
    t[5] = v6 ? $7 : $6
    if (!v6 && $33 != "") # a source route: tshark shows where it ends
        t[5] = o[5]
    t[6] = v6 ? $9 : $8
    if (v6 && ($9 in extension))
        t[6] = o[6]
    t[7] = v6 ? $11 : $10
    t[8] = number(v6 ? $13 : $12)
    if (v6 && $32 !~ "^(" below ":)*ipv6(:ipv6[.][a-z]+)*:ipv6[.]fraghdr")
        t[8] = ""
    if ($32 ~ /fraghdr.*:ipv6\.fraghdr/)
        t[8] = o[8]
    t[9] = v6 ? ($15 == "" ? "" : $15 + 40) : $14
    if (!v6 && o[9] == 0)
        t[9] = o[9]
    p = t[6] == 6 ? 0 : t[6] == 17 ? 1 : t[6] == 132 ? 2 : -1
    if (p >= 0) {
        t[10] = $(16 + p); t[11] = $(19 + p)
    }
    if (p == 0) {
        t[12] = $22 == "" ? "" : number($22) % 512 # without reserved bits
        t[13] = $23; t[14] = $24; t[15] = $25
    }
    if (!v6 && t[6] == 1) {
        t[16] = $26; t[17] = $28
    }
    if (v6 && t[6] == 58) {
        t[16] = $27; t[17] = $29
    }
    if (t[3] && (t[4] == "" || (p == 0 && t[13] == "")))
        lenient = 1 # tshark gave a header up
    return 1
}

FILENAME == ARGV[1] {
    ours[FNR] = $0
    n = FNR
    next
}

{
    theirs++
    split(ours[FNR], o, FS)
    lenient = $3 < $2 || $30 != "" || $31 != ""
    translate()
    for (i = 1; i <= 17; i++)
        if (o[i] "" != t[i] "" && !(lenient && t[i] == ""))
            printf "packet %d %s: ours '%s', tshark '%s' (%s)\n", FNR, name[i], o[i], t[i], $32
}

END {
    if (theirs + 0 != n + 0)
        printf "ours has %d packets, tshark %d\n", n, theirs
}
