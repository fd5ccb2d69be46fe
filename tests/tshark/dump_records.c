/* dump_records.c - one line a packet of a capture, as tests/compare_tshark.sh
 * asks tshark for it: an absent value is an empty cell. */
#include <inttypes.h>
#include <stdio.h>

#include "ingest/decode.h"

static void put_addr(bool has, struct addr a)
{
    char text[ADDR_TEXT_MAX] = "";

    if (has)
        addr_format(text, a);
    printf("\t%s", text);
}

static void put_int(bool has, uint64_t v)
{
    if (has)
        printf("\t%" PRIu64, v);
    else
        printf("\t");
}

#define INT(id)  put_int(RECORD_HAS(r, id), r->id)
#define ADDR(id) put_addr(RECORD_HAS(r, id), r->id)

static void line(const struct record *r)
{
    printf("%" PRId64 ".%09" PRId64, r->TIME / 1000000000,
           r->TIME % 1000000000);
    INT(LEN);
    INT(CAPLEN);
    ADDR(SRC);
    ADDR(DST);
    INT(PROTO);
    INT(TTL);
    INT(IPID);
    INT(IPLEN);
    INT(SPORT);
    INT(DPORT);
    INT(FLAGS);
    INT(SEQ);
    INT(ACKNO);
    INT(WIN);
    INT(ICMP_TYPE);
    INT(ICMP_CODE);
    printf("\n");
}

int main(int argc, char **argv)
{
    struct decode_options o = {0};
    struct capture_packet p;
    enum capture_kind kind;
    struct err e = {0};
    struct record r;
    struct capture *c = argc == 2 ? capture_open(argv[1], &kind, &e) : NULL;

    if (!c) {
        fprintf(stderr, "dump_records: %s\n", e.text);
        return 4;
    }
    while (capture_next(c, &p)) {
        if (!decode_packet(&o, &p, &r)) {
            capture_close(c);
            return 3; /* a link type that is not decoded */
        }
        line(&r);
    }
    capture_close(c);
    return 0;
}
