/* format_text.c - packets a line, as `tcpdump -n -tttt` prints them, all lines
 * of a source together, sources in order of their first packet. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "cli/format.h"
#include "cli/packet_line.h"

enum { NONE = UINT32_MAX };

struct line {
    size_t from;
    uint32_t len;
    uint32_t next; /* of the same source; NONE ends */
};

struct group {
    struct addr src; /* zero for packets without IP */
    uint32_t first, last;
};

struct text {
    struct buf bytes; /* lines in order of arrival */
    struct line *line;
    struct group *group;
    uint32_t *slot; /* open addressing over groups + 1 */
    uint32_t lines, line_cap, groups, group_cap, slots;
    struct packet_line columns;
};

static void *grow(void *old, uint32_t *cap, size_t size)
{
    *cap = *cap ? *cap * 2 : 256;
    return memory_resize(old, *cap * size);
}

static uint32_t *slot_of(const struct text *t, struct addr src)
{
    uint64_t h = hash_mix(hash_mix(hash_secret(), src.hi), src.lo);
    uint32_t at = (uint32_t)h & (t->slots - 1);

    while (t->slot[at] && !addr_eq(t->group[t->slot[at] - 1].src, src))
        at = (at + 1) & (t->slots - 1);
    return &t->slot[at];
}

static void rehash(struct text *t)
{
    t->slots = t->slots ? t->slots * 2 : 1024;
    free(t->slot);
    t->slot = memory_zeroed(t->slots, sizeof *t->slot);
    for (uint32_t i = 0; i < t->groups; i++)
        *slot_of(t, t->group[i].src) = i + 1;
}

static struct group *group_of(struct text *t, struct addr src)
{
    if (t->groups * 2 >= t->slots)
        rehash(t);
    uint32_t *slot = slot_of(t, src);
    if (*slot)
        return &t->group[*slot - 1];
    if (t->groups == t->group_cap)
        t->group = grow(t->group, &t->group_cap, sizeof *t->group);
    t->group[t->groups] = (struct group){src, NONE, NONE};
    *slot = ++t->groups;
    return &t->group[t->groups - 1];
}

static void add_line(struct text *t, struct group *g, size_t from)
{
    if (t->lines == t->line_cap)
        t->line = grow(t->line, &t->line_cap, sizeof *t->line);
    t->line[t->lines] =
        (struct line){from, (uint32_t)(t->bytes.len - from), NONE};
    if (g->last == NONE)
        g->first = t->lines;
    else
        t->line[g->last].next = t->lines;
    g->last = t->lines++;
}

static size_t memory_of(const struct text *t)
{
    return t->bytes.cap + t->line_cap * sizeof *t->line +
           t->group_cap * sizeof *t->group + t->slots * sizeof *t->slot;
}

void format_text_begin(struct format *f, const struct columns *c)
{
    struct text *t = memory_zeroed(1, sizeof *t);

    packet_line_columns(&t->columns, c);
    f->state = t;
}

bool format_text_rows(struct format *f, struct batch *b)
{
    struct text *t = f->state;

    for (uint32_t r = 0; r < b->sel.n; r++) {
        struct addr src = {0, 0};
        size_t from = t->bytes.len;
        packet_line_put(&t->bytes, &t->columns, &f->render, b, b->sel.row[r],
                        &src);
        add_line(t, group_of(t, src), from);
    }
    if (memory_of(t) <= f->o.mem && t->lines < UINT32_MAX - BATCH_ROWS)
        return true;
    err_set(&f->error, ERR_LIMIT, "%u packets are too many to group by source",
            t->lines);
    err_hint(&f->error, "narrow the query, raise --mem, or take -f csv");
    return false;
}

static void put_group(struct format *f, const struct group *g)
{
    const struct text *t = f->state;

    for (uint32_t i = g->first; i != NONE; i = t->line[i].next) {
        buf_put(&f->out, t->bytes.data + t->line[i].from, t->line[i].len);
        format_flush(f, false);
    }
}

void format_text_end(struct format *f)
{
    struct text *t = f->state;

    for (uint32_t i = 0; i < t->groups; i++) {
        if (i > 0 || f->index > 0)
            buf_u8(&f->out, '\n');
        put_group(f, &t->group[i]);
    }
    buf_free(&t->bytes);
    free(t->line);
    free(t->group);
    free(t->slot);
    free(t);
    f->state = NULL;
}
