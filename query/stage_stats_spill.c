/* stage_stats_spill.c - groups go to disk. Three kinds of rows tell all of a
 * group, in this order: a saved group, entries of the lists of one aggregate,
 * and rows as they came. So each aggregate takes up where it was, and packet
 * order is kept within a group. */
#include "query/stage_stats.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "query/order.h"

enum { PARTS_LEAST = 4, PARTS_MOST = 64 };

/* ---- what was too big ---- */

static void value_text(const struct run *r, enum type type, struct value v,
                       char out[96])
{
    char text[ADDR_TEXT_MAX] = "-";

    if (!v.absent && type == TYPE_STRING) {
        snprintf(out, 96, "%.60s",
                 strtab_text(r->text, (uint32_t)v.cell.i, NULL));
        return;
    }
    if (!v.absent && type == TYPE_TIME)
        timestamp_format(text, v.cell.i, 0);
    else if (!v.absent && schema_types[type].lane == LANE_ADDR)
        addr_format(text, v.cell.a);
    else if (!v.absent && schema_types[type].lane == LANE_INT)
        snprintf(text, sizeof text, "%" PRId64, v.cell.i);
    else if (!v.absent)
        snprintf(text, sizeof text, "(%s)", schema_types[type].name);
    snprintf(out, 96, "%s", text);
}

const char *stage_stats_keys(const struct stage_run *r, uint32_t group,
                             char out[96])
{
    const struct stats_bound *bound = r->stage->bound;
    const struct stats_state *s = r->state;
    size_t len = 0;
    char text[96];

    out[0] = '\0';
    for (uint32_t k = 0; k < bound->keys && len < 95; k++) {
        value_text(r->run, bound->type[k], vec_value(&s->groups.key[k], group),
                   text);
        len +=
            (size_t)snprintf(out + len, 96 - len, "%s%s", k ? ", " : "", text);
    }
    return out;
}

/* ---- layouts ---- */

static uint32_t columns_of(const struct stage_run *r, uint32_t mark,
                           struct vtype *out)
{
    const struct stats_bound *bound = r->stage->bound;
    uint32_t n = 0;

    for (; n < bound->keys; n++)
        out[n] = bound->key_type[n];
    if (mark >= STATS_LIST)
        return n +
               aggregate_list_types(&bound->call[mark - STATS_LIST], out + n);
    for (uint32_t i = 0; i < bound->calls; i++)
        n += mark == STATS_GROUP
                 ? aggregate_part_types(&bound->call[i], out + n)
                 : aggregate_row_types(&bound->call[i], out + n);
    if (mark == STATS_ROW && r->stage->weighs)
        out[n++] = (struct vtype){.type = TYPE_INT};
    return n;
}

/* Keys, and the results that are asked for. */
static uint32_t columns_of_result(const struct stage_run *r, uint32_t *place,
                                  struct vtype *out)
{
    const struct stats_bound *bound = r->stage->bound;
    const struct columns *c = r->stage->out;
    uint32_t n = 0;

    for (uint32_t i = 0; i < c->n; i++) {
        if (i >= bound->keys && !(r->stage->need[i / 64] >> (i % 64) & 1))
            continue;
        place[i] = n;
        out[n++] = c->col[i].type;
    }
    return n;
}

static uint32_t part_count(const struct stats_disk *d)
{
    size_t n = d->spill.run->budget->limit / 16 / spill_buffer(&d->spill);

    return n < PARTS_LEAST  ? PARTS_LEAST
           : n > PARTS_MOST ? PARTS_MOST
                            : (uint32_t)n;
}

static void open_layouts(struct stage_run *r, struct stats_disk *d)
{
    const struct stats_bound *bound = r->stage->bound;
    uint32_t marks = STATS_LIST + bound->calls;
    uint32_t most = bound->keys + bound->calls * AGGREGATE_PARTS_MAX + 2;
    struct vtype *type;

    d->type = type = memory_zeroed((size_t)most * (marks + 1), sizeof *type);
    d->layout = memory_zeroed(marks, sizeof *d->layout);
    d->place = memory_zeroed(r->stage->out->n + 1, sizeof *d->place);
    d->row = memory_zeroed(most, sizeof *d->row);
    d->in = memory_zeroed(most, sizeof *d->in);
    d->column = memory_zeroed(most, sizeof *d->column);
    d->cols = most;
    for (uint32_t i = 0; i < marks; i++, type += most)
        d->layout[i] = (struct spill_layout){columns_of(r, i, type), type};
    d->runs = (struct spill_runs){
        .spill = &d->spill,
        .layout = {columns_of_result(r, d->place, type), type},
        .keys = bound->keys
    };
}

static void open_disk(struct stage_run *r)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = memory_zeroed(1, sizeof *d);

    spill_open(&d->spill, r->run);
    d->parts = part_count(d);
    open_layouts(r, d);
    s->disk = d;
}

void stage_stats_close_disk(struct stage_run *r)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    struct budget none = {0};

    if (!d)
        return;
    for (uint32_t i = 0; d->to && i < d->parts; i++)
        spill_drop(&d->spill, &d->to[i]);
    for (uint32_t i = 0; i < d->todos; i++)
        spill_drop(&d->spill, &d->todo[i].rows);
    for (uint32_t i = 0; i < d->cols; i++)
        vec_free(&d->in[i], &none);
    spill_runs_close(&d->runs);
    spill_close(&d->spill);
    arena_free(&d->sets);
    free(d->to);
    free(d->todo);
    free(d->type);
    free(d->layout);
    free(d->place);
    free(d->row);
    free(d->in);
    free(d->column);
    free(d);
    s->disk = NULL;
}

/* ---- writing ---- */

/* Each depth has its own hash, none that of the table of groups. */
static void find_parts(const struct stage_run *r, const struct column *c,
                       const struct sel *rows, uint32_t *part)
{
    const struct stats_bound *bound = r->stage->bound;
    const struct stats_state *s = r->state;
    const struct stats_disk *d = s->disk;
    uint64_t h[BATCH_ROWS], seed = hash_mix(hash_secret(), d->depth + 1);

    keytab_hash(bound->type, bound->keys, c, rows, seed, h);
    for (uint32_t k = 0; k < rows->n; k++)
        part[k] = (uint32_t)((h[k] >> 32) * d->parts >> 32);
}

bool stage_stats_write_columns(struct stage_run *r, uint32_t mark,
                               const struct column *c, const struct sel *rows)
{
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    const struct spill_layout *l = &d->layout[mark];
    uint32_t part[BATCH_ROWS];
    bool ok = true;

    find_parts(r, c, rows, part);
    for (uint32_t k = 0; ok && k < rows->n; k++) {
        for (uint32_t i = 0; i < l->cols; i++)
            d->row[i] = value_at(&c[i], schema_types[l->type[i].type].lane,
                                 rows->row[k]);
        ok = spill_put(&d->spill, &d->to[part[k]], (uint8_t)mark, l, d->row);
    }
    return ok;
}

/* How many packets each row stands for. */
static struct column weights(struct stage_run *r, const struct batch *b)
{
    int64_t *weight = arena_array(r->run->eval.tmp, int64_t, BATCH_ROWS);

    for (uint32_t k = 0; k < b->sel.n; k++)
        weight[b->sel.row[k]] = b->weight ? b->weight[b->sel.row[k]] : 1;
    return (struct column){.i = weight};
}

bool stage_stats_write(struct stage_run *r, struct batch *b,
                       const struct column *key)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct column *c = arena_array(r->run->eval.tmp, struct column,
                                   s->disk->layout[STATS_ROW].cols + 1);
    uint32_t n = bound->keys;

    memcpy(c, key, bound->keys * sizeof *c);
    for (uint32_t i = 0; i < bound->calls; i++) {
        aggregate_row_columns(&bound->call[i], b, r->run, c + n);
        n += bound->call[i].args;
    }
    if (r->stage->weighs)
        c[n] = weights(r, b);
    return r->run->e->code == ERR_NONE &&
           stage_stats_write_columns(r, STATS_ROW, c, &b->sel);
}

/* The part of every group, so that it is worked out once. */
static uint8_t *parts_of_groups(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    uint8_t *out = memory_alloc(s->groups.n + BATCH_ROWS);
    struct column c[KEYTAB_KEYS_MAX];
    uint32_t part[BATCH_ROWS];
    struct sel rows;

    for (uint32_t at = 0; at < s->groups.n; at += BATCH_ROWS) {
        rows.n = s->groups.n - at < BATCH_ROWS ? s->groups.n - at : BATCH_ROWS;
        for (uint32_t k = 0; k < rows.n; k++)
            rows.row[k] = (uint16_t)k;
        for (uint32_t k = 0; k < bound->keys; k++)
            c[k] = vec_column(&s->groups.key[k], at);
        find_parts(r, c, &rows, part);
        for (uint32_t k = 0; k < rows.n; k++)
            out[at + k] = (uint8_t)part[k];
    }
    return out;
}

static void read_keys(const struct stage_run *r, uint32_t group)
{
    const struct stats_bound *bound = r->stage->bound;
    const struct stats_state *s = r->state;

    for (uint32_t k = 0; k < bound->keys; k++)
        s->disk->row[k] = vec_value(&s->groups.key[k], group);
}

static bool write_groups(struct stage_run *r, const uint8_t *part)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    struct vtype type[AGGREGATE_PARTS_MAX];
    bool ok = true;

    for (uint32_t g = 0; ok && g < s->groups.n; g++) {
        struct value *row = d->row + bound->keys;
        read_keys(r, g);
        for (uint32_t i = 0; i < bound->calls; i++) {
            aggregate_save(&s->agg[i], g, row);
            row += aggregate_part_types(&bound->call[i], type);
        }
        ok = spill_put(&d->spill, &d->to[part[g]], STATS_GROUP,
                       &d->layout[STATS_GROUP], d->row);
    }
    return ok;
}

static bool write_list(struct stage_run *r, const uint8_t *part, uint32_t call)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    uint32_t mark = STATS_LIST + call, group;
    size_t at = 0;
    bool ok = true;

    if (d->layout[mark].cols == bound->keys)
        return true;
    while (ok && aggregate_list_next(&s->agg[call], &at, &group,
                                     d->row + bound->keys)) {
        read_keys(r, group);
        ok = spill_put(&d->spill, &d->to[part[group]], (uint8_t)mark,
                       &d->layout[mark], d->row);
    }
    return ok;
}

bool stage_stats_split(struct stage_run *r)
{
    const struct stats_bound *bound = r->stage->bound;
    struct stats_state *s = r->state;
    struct stats_disk *d = s->disk;
    uint8_t *part;
    bool ok;

    d->to = memory_zeroed(d->parts, sizeof *d->to);
    budget_force(r->run->budget, s->groups.n);
    part = parts_of_groups(r);
    ok = write_groups(r, part);
    for (uint32_t i = 0; ok && i < bound->calls; i++)
        ok = write_list(r, part, i);
    free(part);
    budget_give(r->run->budget, s->groups.n);
    stage_stats_close_groups(r);
    stage_stats_open_groups(r);
    r->spilled = d->spill.written;
    return ok;
}

bool stage_stats_spill(struct stage_run *r)
{
    open_disk(r);
    return stage_stats_split(r);
}
