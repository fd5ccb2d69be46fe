#!/bin/sh
# Our decoder beside tshark's over a few captures: tags, labels, extension
# headers, fragments, options, errors of ICMP, attacks. proof_tshark.sh has all.
command -v tshark >/dev/null || { echo "tshark is not here: skipped"; exit 0; }
[ -d ../shared/captures ] || { echo "../shared/captures is not here: skipped"; exit 0; }
list=$(mktemp) || exit 1
trap 'rm -f "$list"' EXIT
cat >"$list" <<'LIST'
CESNET+FlowTest/pcap/802.1Q_tunneling.pcap
CESNET+FlowTest/pcap/ICMP_across_dot1q.pcap
CESNET+FlowTest/pcap/icmp.pcap
CESNET+FlowTest/pcap/ipv4-udp-fragmented.pcap
CESNET+FlowTest/pcap/ipv6-auth-header.pcap
CESNET+FlowTest/pcap/ipv6-dst-opts.pcap
CESNET+FlowTest/pcap/ipv6-esp.pcap
CESNET+FlowTest/pcap/ipv6-hop-by-hop.pcap
CESNET+FlowTest/pcap/ipv6-mobile.pcap
CESNET+FlowTest/pcap/ipv6-routing-header.pcap
CESNET+FlowTest/pcap/mpls-vpn-transport-vpn-labels.pcap
CESNET+FlowTest/pcap/gre.pcap
CESNET+FlowTest/pcap/vxlan.pcap
CESNET+FlowTest/pcap/tls13.pcap
the-tcpdump-group+tcpdump/tests/mpls-traceroute.pcap
the-tcpdump-group+tcpdump/tests/pppoes.pcap
the-tcpdump-group+tcpdump/tests/icmp-rfc5837.pcap
the-tcpdump-group+tcpdump/tests/ip6_frag_asan.pcap
the-tcpdump-group+tcpdump/tests/ipv6-srh-ext-header.pcap
the-tcpdump-group+tcpdump/tests/ipv6_jumbogram_1.pcap
the-tcpdump-group+tcpdump/tests/loopback.pcap
the-tcpdump-group+tcpdump/tests/bigtcp-ipv6.pcap
the-tcpdump-group+tcpdump/tests/gso-ipv6.pcap
the-tcpdump-group+tcpdump/tests/LINKTYPE_IPV6.pcap
the-tcpdump-group+tcpdump/tests/ipv6-bad-version.pcap
the-tcpdump-group+tcpdump/tests/ipv6_invalid_length.pcap
the-tcpdump-group+tcpdump/tests/ipv6_mobility_1.pcap
the-tcpdump-group+tcpdump/tests/ipv6_no_next_header.pcap
OISF+suricata-verify/tests/ipv6-evasion/ipv6-malformed-fragments-36/frag-36.pcap
cisco+joy/test/pcaps/kali-password-attack_hydra.pcap
frankwxu+digital-forensics-lab/Illegal_Possession_Images/lab_files/SYN_Flood/mySYNFloodCapture.pcap
ncsa+bro-simple-scan/testing/pcaps/445_scan.pcap
CESNET+ipfixprobe/tests/functional/inputs/mqtt.pcap
OISF+suricata-verify/tests/decode-sll2-01/input.pcap
OISF+suricata-verify/tests/detect-absent-file-multi/input.pcap
OISF+suricata-verify/tests/detect-bidir-flowbits/input.pcap
OISF+suricata-verify/tests/detect-bsize-0/input.pcap
LIST
tests/compare_tshark.sh "$list"
