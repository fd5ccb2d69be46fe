/* stage_similar_text.c - groups explained in words: how rare the core is, who
 * misses what of it, and what chance would do. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/timestamp.h"
#include "query/similar_sweep.h"
#include "query/stage_similar.h"

enum { TEXT_MOST = 1000 }; /* about: then it says how many more there are */

/* ---- values ---- */

static void put_addr(struct buf *out, const struct vtype *set, enum type type,
                     struct addr a)
{
    char text[ADDR_TEXT_MAX];

    addr_format(text, a);
    buf_printf(out, "%s", text);
    if (type == TYPE_NET)
        buf_printf(out, "/%u",
                   (unsigned)(addr_is_v4(a) ? set->bits4 : set->bits6));
}

static void put_time(const struct stage_run *r, struct buf *out, int64_t t)
{
    char text[TIMESTAMP_TEXT_MAX];

    timestamp_format(text, t, r->run->tz ? tz_offset(r->run->tz, t) : 0);
    buf_printf(out, "%s", text);
}

static void put_mac(struct buf *out, int64_t mac)
{
    for (int shift = 40; shift >= 0; shift -= 8)
        buf_printf(out, "%02x%s", (unsigned)(mac >> shift & 0xff),
                   shift ? ":" : "");
}

static void put_length(struct buf *out, int64_t ns)
{
    char text[TIMESTAMP_TEXT_MAX];

    timestamp_format_seconds(text, ns);
    buf_printf(out, "%s s", text);
}

static void put_string(const struct stage_run *r, struct buf *out, int64_t id)
{
    size_t len;
    const char *text = strtab_text(r->run->text, (uint32_t)id, &len);

    buf_put(out, text, len);
}

static void put_value(const struct stage_run *r, struct buf *out,
                      const struct vtype *set, enum type type, union cell c)
{
    switch (type) {
    case TYPE_ADDR:
    case TYPE_NET: put_addr(out, set, type, c.a); return;
    case TYPE_REAL: buf_printf(out, "%.10g", c.r); return;
    case TYPE_TIME: put_time(r, out, c.i); return;
    case TYPE_DURATION: put_length(out, c.i); return;
    case TYPE_MAC: put_mac(out, c.i); return;
    case TYPE_STRING: put_string(r, out, c.i); return;
    case TYPE_BOOL: buf_printf(out, "%s", c.i ? "true" : "false"); return;
    default: buf_printf(out, "%" PRId64, c.i); return;
    }
}

static void put_tuple(const struct stage_run *r, struct buf *out,
                      const struct vtype *set, const union cell *cell)
{
    uint32_t n = set->members;

    if (n == 2 && set->member[0] == TYPE_ADDR && set->member[1] == TYPE_INT) {
        bool v4 = addr_is_v4(cell[0].a);
        buf_printf(out, "%s", v4 ? "" : "[");
        put_value(r, out, set, TYPE_ADDR, cell[0]);
        buf_printf(out, "%s:%" PRId64, v4 ? "" : "]", cell[1].i);
        return;
    }
    buf_printf(out, "%s", n > 1 ? "(" : "");
    for (uint32_t i = 0; i < n; i++) {
        buf_printf(out, "%s", i ? ", " : "");
        put_value(r, out, set, set->member[i], cell[i]);
    }
    buf_printf(out, "%s", n > 1 ? ")" : "");
}

static void put_sweep(const struct similar_state *s, struct buf *out,
                      uint32_t number)
{
    char text[ADDR_TEXT_MAX];
    struct addr at = s->sweeps.key[1].a[number];

    addr_format(text, at);
    switch ((enum similar_sweep_kind)s->sweeps.key[0].i[number]) {
    case SIMILAR_SWEEP_NET:
        buf_printf(out, "a sweep of %s/%d", text, addr_is_v4(at) ? 24 : 64);
        return;
    case SIMILAR_SWEEP_NETS:
        buf_printf(out, "a sweep of several networks");
        return;
    case SIMILAR_SWEEP_HOST:
        if (addr_is_v4(at))
            buf_printf(out, "a sweep of hosts .%u", (unsigned)at.lo & 0xff);
        else
            buf_printf(out, "a sweep of hosts %s", text);
        return;
    case SIMILAR_SWEEP_HOSTS:
        buf_printf(out, "a sweep of several hosts");
        return;
    }
}

static void put_item(const struct stage_run *r, struct buf *out, uint32_t item)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    union cell cell[SET_TUPLE_MAX] = {0};

    if (item >= s->hosts) {
        put_sweep(s, out, s->value[item]);
        return;
    }
    for (uint32_t m = 0; m < bound->type.members; m++)
        cell[m] = vec_cell(&s->items.key[m], s->value[item]);
    put_tuple(r, out, &bound->type, cell);
}

static void put_name(const struct stage_run *r, struct buf *out, uint32_t row)
{
    const struct similar_bound *bound = r->stage->bound;
    const struct similar_state *s = r->state;
    union cell cell[SET_TUPLE_MAX] = {0};

    for (uint32_t k = 0; k < bound->names; k++) {
        const struct vec *v = &s->held[bound->keys + k];
        if (vec_absent(v, row)) {
            buf_printf(out, "-");
            return;
        }
        cell[k] = vec_cell(v, row);
    }
    put_tuple(r, out, &bound->member, cell);
}

/* ---- sentences ---- */

static bool is_full(struct buf *out, uint32_t left)
{
    if (out->len < TEXT_MOST)
        return false;
    buf_printf(out, "; and %u more", left);
    return true;
}

static void put_seen(const struct stage_run *r, const struct similar_group *g,
                     struct buf *out)
{
    char holders[32], rows[32];

    for (uint32_t i = 0; i < g->cores; i++) {
        if (is_full(out, g->cores - i))
            return;
        buf_printf(out, "%s", i ? "; " : "");
        put_item(r, out, g->core[i]);
        buf_printf(out, " from %s of %s", run_number(holders, g->holders[i]),
                   run_number(rows, g->rows));
    }
}

static int by_number(const void *x, const void *y)
{
    const uint32_t *a = x, *b = y;

    return (*a > *b) - (*a < *b);
}

static bool holds(const struct similar_state *s, const struct similar_shown *g,
                  uint32_t k, uint32_t item)
{
    uint32_t n;
    const uint32_t *list = stage_similar_items(s, g, k, &n);

    return bsearch(&item, list, n, sizeof *list, by_number) != NULL;
}

/* "A misses x y; B misses z" */
static void put_missing(const struct stage_run *r,
                        const struct similar_shown *g, uint32_t k,
                        struct buf *out)
{
    const struct similar_state *s = r->state;
    bool any = false;

    for (uint32_t i = 0; i < g->group.cores; i++) {
        if (holds(s, g, k, g->group.core[i]))
            continue;
        if (!any) {
            buf_printf(out, "%s", out->len ? "; " : "");
            put_name(r, out, stage_similar_row(s, g, k));
            buf_printf(out, " misses ");
        }
        buf_printf(out, "%s", any ? ", " : "");
        put_item(r, out, g->group.core[i]);
        any = true;
    }
}

static bool is_short(const struct stage_run *r, const struct similar_shown *g,
                     uint32_t k)
{
    for (uint32_t i = 0; i < g->group.cores; i++) {
        if (!holds(r->state, g, k, g->group.core[i]))
            return true;
    }
    return false;
}

static void put_misses(const struct stage_run *r, const struct similar_shown *g,
                       struct buf *out)
{
    uint32_t left = 0;

    for (uint32_t k = 0; k < g->group.size; k++) {
        if (out->len >= TEXT_MOST)
            left += is_short(r, g, k);
        else
            put_missing(r, g, k, out);
    }
    if (left > 0)
        (void)is_full(out, left);
}

static void put_chance(const struct similar_group *g, struct buf *out)
{
    double bits = floor(g->bits);

    if (bits < 1)
        buf_printf(out, "by chance in any such search");
    else
        buf_printf(out, "by chance once in 2^%.0f such searches", bits);
}

void stage_similar_text(const struct stage_run *r,
                        const struct similar_shown *g,
                        enum stage_similar_kind kind, struct buf *out)
{
    if (kind == SIMILAR_SEEN)
        put_seen(r, &g->group, out);
    else if (kind == SIMILAR_MISSES)
        put_misses(r, g, out);
    else
        put_chance(&g->group, out);
    if (out->len == 0)
        buf_printf(out, "none");
}
