/* names.c - well-known services and protocols (IANA registries). */
#include "query/names.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

static const struct service {
    const char *name;
    uint16_t port;
} services[] = {
    {"echo",          7   },
    {"discard",       9   },
    {"systat",        11  },
    {"daytime",       13  },
    {"netstat",       15  },
    {"qotd",          17  },
    {"chargen",       19  },
    {"ftp-data",      20  },
    {"ftp",           21  },
    {"ssh",           22  },
    {"telnet",        23  },
    {"smtp",          25  },
    {"time",          37  },
    {"whois",         43  },
    {"tacacs",        49  },
    {"domain",        53  },
    {"bootps",        67  },
    {"bootpc",        68  },
    {"tftp",          69  },
    {"gopher",        70  },
    {"finger",        79  },
    {"http",          80  },
    {"www",           80  },
    {"kerberos",      88  },
    {"pop2",          109 },
    {"pop3",          110 },
    {"sunrpc",        111 },
    {"auth",          113 },
    {"ident",         113 },
    {"nntp",          119 },
    {"ntp",           123 },
    {"epmap",         135 },
    {"netbios-ns",    137 },
    {"netbios-dgm",   138 },
    {"netbios-ssn",   139 },
    {"imap2",         143 },
    {"imap",          143 },
    {"snmp",          161 },
    {"snmp-trap",     162 },
    {"snmptrap",      162 },
    {"xdmcp",         177 },
    {"bgp",           179 },
    {"irc",           194 },
    {"ldap",          389 },
    {"https",         443 },
    {"microsoft-ds",  445 },
    {"kpasswd",       464 },
    {"submissions",   465 },
    {"isakmp",        500 },
    {"exec",          512 },
    {"login",         513 },
    {"who",           513 },
    {"shell",         514 },
    {"syslog",        514 },
    {"printer",       515 },
    {"talk",          517 },
    {"route",         520 },
    {"router",        520 },
    {"uucp",          540 },
    {"submission",    587 },
    {"ipp",           631 },
    {"ldaps",         636 },
    {"domain-s",      853 },
    {"rsync",         873 },
    {"ftps-data",     989 },
    {"ftps",          990 },
    {"imaps",         993 },
    {"pop3s",         995 },
    {"socks",         1080},
    {"openvpn",       1194},
    {"ms-sql-s",      1433},
    {"ms-sql-m",      1434},
    {"radius",        1812},
    {"radius-acct",   1813},
    {"nfs",           2049},
    {"mysql",         3306},
    {"ms-wbt-server", 3389},
    {"svn",           3690},
    {"sip",           5060},
    {"sips",          5061},
    {"xmpp-client",   5222},
    {"mdns",          5353},
    {"postgresql",    5432},
    {"amqp",          5672},
    {"x11",           6000},
    {"redis",         6379},
    {"ircd",          6667},
    {"http-alt",      8080},
};

static const struct protocol {
    const char *name;
    uint8_t number;
} protocols[] = {
    {"icmp",    1  },
    {"igmp",    2  },
    {"ipip",    4  },
    {"tcp",     6  },
    {"egp",     8  },
    {"igp",     9  },
    {"igrp",    9  },
    {"udp",     17 },
    {"dccp",    33 },
    {"ipv6",    41 },
    {"rsvp",    46 },
    {"gre",     47 },
    {"esp",     50 },
    {"ah",      51 },
    {"icmp6",   58 },
    {"eigrp",   88 },
    {"ospf",    89 },
    {"pim",     103},
    {"vrrp",    112},
    {"carp",    112},
    {"l2tp",    115},
    {"sctp",    132},
    {"udplite", 136},
};

enum {
    SERVICES = sizeof services / sizeof services[0],
    PROTOCOLS = sizeof protocols / sizeof protocols[0]
};

static bool system_service(const char *name, uint16_t *port)
{
    struct servent entry, *found = NULL;
    char buf[2048];

    if (getservbyname_r(name, NULL, &entry, buf, sizeof buf, &found) != 0 ||
        !found)
        return false;
    *port = ntohs((uint16_t)entry.s_port);
    return true;
}

bool names_service(const char *name, uint16_t *port)
{
    for (int i = 0; i < SERVICES; i++) {
        if (strcmp(services[i].name, name) == 0) {
            *port = services[i].port;
            return true;
        }
    }
    return system_service(name, port);
}

bool names_protocol(const char *name, uint8_t *number)
{
    for (int i = 0; i < PROTOCOLS; i++) {
        if (strcmp(protocols[i].name, name) == 0) {
            *number = protocols[i].number;
            return true;
        }
    }
    return false;
}

void names_suggest_services(struct suggest *near)
{
    for (int i = 0; i < SERVICES; i++)
        suggest_try(near, services[i].name);
}

void names_suggest_protocols(struct suggest *near)
{
    for (int i = 0; i < PROTOCOLS; i++)
        suggest_try(near, protocols[i].name);
}
