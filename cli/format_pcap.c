/* format_pcap.c - packets as a capture file: classic pcap with times in ns and
 * raw IP, https://www.tcpdump.org/manpages/pcap-savefile.5.html. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "cli/format.h"
#include "cli/packet_build.h"

enum { SNAPLEN = 262144, LINK_RAW = 101 };

struct pcap {
    struct packet_fields fields;
    struct buf bytes; /* of the packet */
};

static void begin(struct format *f, const struct columns *c)
{
    (void)c;
    f->state = memory_zeroed(1, sizeof(struct pcap));
    f->left_why = "without IP or a time that fits";
    buf_u32(&f->out, 0xa1b23c4d);
    buf_u16(&f->out, 2);
    buf_u16(&f->out, 4);
    buf_u32(&f->out, 0);
    buf_u32(&f->out, 0);
    buf_u32(&f->out, SNAPLEN);
    buf_u32(&f->out, LINK_RAW);
}

/* Column i is field i. */
static void take_fields(const struct format *f, struct batch *b, uint32_t row,
                        struct packet_fields *p)
{
    p->has = 0;
    for (uint32_t i = 0; i < f->cols; i++) {
        union cell cell;

        p->n[i] = 0;
        if (!format_cell(&f->col[i], b, row, &cell))
            continue;
        p->has |= UINT64_C(1) << i;
        if (f->col[i].lane == LANE_ADDR)
            p->a[i] = cell.a;
        else
            p->n[i] = cell.i;
    }
    if (p->has >> FIELD_OPTSIG & 1)
        p->optsig = strtab_text(f->o.text, (uint32_t)p->n[FIELD_OPTSIG],
                                &p->optsig_len);
}

static bool put_packet(struct format *f, struct pcap *s)
{
    const struct packet_fields *p = &s->fields;
    int64_t seconds = p->n[FIELD_TIME] / TIMESTAMP_SECOND;
    int64_t len = p->n[FIELD_LEN];

    s->bytes.len = 0;
    if (p->n[FIELD_TIME] < 0 || seconds > UINT32_MAX ||
        !packet_build(&s->bytes, p))
        return false;
    if (len < (int64_t)s->bytes.len)
        len = (int64_t)s->bytes.len;
    buf_u32(&f->out, (uint32_t)seconds);
    buf_u32(&f->out, (uint32_t)(p->n[FIELD_TIME] % TIMESTAMP_SECOND));
    buf_u32(&f->out, (uint32_t)s->bytes.len);
    buf_u32(&f->out, (uint32_t)len);
    buf_put(&f->out, s->bytes.data, s->bytes.len);
    return true;
}

static bool rows(struct format *f, struct batch *b)
{
    struct pcap *s = f->state;

    for (uint32_t r = 0; r < b->sel.n; r++) {
        take_fields(f, b, b->sel.row[r], &s->fields);
        if (!put_packet(f, s))
            f->left_out++;
        format_flush(f, false);
    }
    return false;
}

static void end(struct format *f)
{
    struct pcap *s = f->state;

    buf_free(&s->bytes);
    free(s);
    f->state = NULL;
}

const struct format_kind format_pcap = {
    "pcap",       "packets as far as their headers are kept",
    RENDER_PLAIN, begin,
    rows,         end};
