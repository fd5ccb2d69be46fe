/* stage_seen.c - `if seen` and `unless seen`: rows are held until a chunk of
 * them is there, the packets that could match are read past them, and those
 * that stay go on in the order in which they came. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "query/seen.h"

enum {
    SHARE = 4, /* of the memory, for the rows of a chunk */
    /* Where one reading of the store can answer for all rows, it is worth it
     * from so many on. */
    MANY_ROWS = 1 << 16,
    ROWS_MAX = 1 << 28
};

/* ---- room ---- */

static uint32_t width_of(enum lane lane)
{
    return lane == LANE_ADDR ? sizeof(struct addr) : sizeof(int64_t);
}

/* Bytes that a row takes until its chunk is done; one of few values that are
 * absent takes less. */
static uint32_t row_bytes(const struct stage_run *r)
{
    const struct seen *seen = r->stage->bound;
    const struct columns *in = r->stage->in;
    uint32_t bytes = 3 * sizeof(int64_t) + 2 * sizeof(uint32_t);

    for (uint32_t i = 0; i < in->n; i++) {
        if (r->stage->need[i / 64] >> (i % 64) & 1)
            bytes += width_of(schema_types[in->col[i].type.type].lane);
    }
    for (uint32_t k = 0; k < seen->keys; k++)
        bytes += width_of(schema_types[seen->key[k].type].lane);
    bytes += 3 * (uint32_t)sizeof(struct keytab_slot);
    bytes +=
        seen->sides * (uint32_t)(2 * sizeof(int64_t) + 3 * sizeof(uint32_t));
    return bytes + seen->these * (uint32_t)sizeof(struct addr);
}

static void set_limits(struct stage_run *r)
{
    struct seen_state *s = r->state;
    const struct seen *seen = s->seen;
    size_t limit = r->run->budget->limit;
    size_t share = limit ? limit / SHARE : SIZE_MAX, key = 0;

    for (uint32_t k = 0; k < seen->keys; k++)
        key += width_of(schema_types[seen->key[k].type].lane);
    key += sizeof(struct seen_end) + 3 * sizeof(struct keytab_slot);
    size_t rows = share / row_bytes(r), keys = share / key;
    s->row_bytes = row_bytes(r);
    s->limit = rows < ROWS_MAX ? (uint32_t)rows : ROWS_MAX;
    s->ends_limit = keys < ROWS_MAX ? (uint32_t)keys : ROWS_MAX;
    if (s->limit < BATCH_ROWS)
        s->limit = BATCH_ROWS;
}

/* Later stages that can go to disk do so before rows here find no room; they
 * are between batches while a chunk is not put out. */
static bool relieve(void *ctx)
{
    struct stage_run *r = ctx;
    bool any = false;

    for (struct stage_run *later = r->next; later; later = later->next) {
        if (later->stage->kind->spill && later->stage->kind->spill(later))
            any = true;
        if (r->run->e->code != ERR_NONE)
            return false;
    }
    return any;
}

/* Sees to it that so much can be had, if at all. */
static void make_way(struct stage_run *r, size_t bytes)
{
    while (!budget_take(r->run->budget, bytes)) {
        if (!relieve(r))
            return;
    }
    budget_give(r->run->budget, bytes);
}

/* ---- coverage ---- */

static bool row_covered(struct seen_state *s, uint32_t row)
{
    const struct seen *seen = s->seen;
    struct cover_window w = {.own = seen->own};

    if (seen->sensor != SEEN_NONE && !vec_absent(&s->sensor, row)) {
        w.has_sensor = true;
        w.sensor = (uint32_t)s->sensor.i[row];
    }
    for (uint32_t i = 0; i < seen->sides; i++) {
        if (vec_absent(&s->time[i], row)) {
            cover_timeless(&s->cover);
            return false;
        }
        int64_t t = s->time[i].i[row];
        bool before = seen->side[i].before;
        w.open_from = before && !seen->bounded;
        w.open_to = !before && !seen->bounded;
        w.from = t, w.to = t;
        if (before && __builtin_sub_overflow(t, seen->within, &w.from))
            w.from = INT64_MIN;
        if (!before && __builtin_add_overflow(t, seen->within, &w.to))
            w.to = INT64_MAX;
        if (!cover_has(&s->cover, &w))
            return false;
    }
    return true;
}

/* ---- putting out ---- */

static bool bit_of(const uint64_t *bits, uint32_t i)
{
    return bits[i / 64] >> (i % 64) & 1;
}

/* Does the row stay? Then `covers` is told of it. */
static bool stays(struct seen_state *s, uint32_t row)
{
    const struct seen *seen = s->seen;
    bool matched = bit_of(s->matched, row), covered = true;

    if (matched && seen->negated)
        return false;
    if (!matched)
        covered = row_covered(s, row);
    if (!matched && !seen->negated) {
        s->counts.unknown += !covered;
        if (covered || !seen->keep_unknown)
            return false;
    }
    s->counts.uncovered += !covered;
    if (seen->covered_in)
        covered = covered && !vec_absent(&s->covered, row) && s->covered.i[row];
    if (covered)
        s->covers[row / 64] |= UINT64_C(1) << (row % 64);
    return true;
}

static void fill(struct stage_run *r, uint32_t i, const uint32_t *id,
                 uint32_t n, struct vec *out)
{
    const struct seen_state *s = r->state;

    if (i != s->seen->covered) {
        held_fill(&s->held, i, id, n, out);
        return;
    }
    vec_start(out, n);
    for (uint32_t k = 0; k < n; k++)
        out->i[k] = bit_of(s->covers, id[k]);
}

static void places(struct batch *b, const struct sel *rows, uint64_t *out)
{
    const struct emit *m = b->source;
    const struct seen_state *s = m->from->state;

    for (uint32_t k = 0; k < rows->n; k++)
        out[k] = (uint64_t)s->place.i[m->id[rows->row[k]]];
}

static bool over(struct stage_run *r)
{
    struct seen_state *s = r->state;
    char number[32];

    return run_over(r->run, r->stage->kind->name, "%s rows held",
                    run_number(number, s->held.n));
}

static bool put_out(struct stage_run *r)
{
    struct seen_state *s = r->state;
    uint32_t n = 0, *id;
    size_t bytes = (size_t)s->held.n * sizeof *id;

    if (!budget_take(r->run->budget, bytes))
        return over(r);
    id = memory_zeroed(s->held.n + 1, sizeof *id);
    for (uint32_t i = 0; i < s->held.n; i++) {
        if (stays(s, i))
            id[n++] = i;
    }
    s->counts.out += n;
    s->emit.batch.places = s->placed ? places : NULL;
    bool more = emit_rows(&s->emit, id, n);
    free(id);
    budget_give(r->run->budget, bytes);
    return more;
}

/* ---- a chunk ---- */

static bool is_full(const struct seen_state *s)
{
    bool ends = !s->seen->bounded && !s->seen->residual && !s->ends.failed;

    return s->held.n + BATCH_ROWS > s->limit ||
           (ends && s->held.n >= MANY_ROWS);
}

/* Full chunks say that there are many rows. */
static bool match(struct seen_state *s)
{
    const struct seen *seen = s->seen;
    bool ends = !seen->bounded && !seen->residual && !s->ends.failed;

    if (ends && !s->ends.made && is_full(s) && !seen_ends_make(s))
        return false;
    return s->ends.made ? seen_ends_match(s) : seen_match(s);
}

/* No key of rows is wanted any more. */
static void start_passing(struct seen_state *s)
{
    s->passes = true;
    seen_keys_use(&s->own, &s->ends.keys, false);
    keytab_close(&s->keys, s->stage->run->budget);
}

static bool do_chunk(struct stage_run *r)
{
    struct seen_state *s = r->state;
    size_t words = s->held.n / 64 + 1, bytes = 2 * words * sizeof(uint64_t);

    if (s->held.n == 0)
        return true;
    s->counts.chunks++;
    make_way(r, (size_t)s->held.n * s->row_bytes);
    if (!budget_take(r->run->budget, bytes))
        return over(r);
    s->matched = memory_zeroed(words, sizeof *s->matched);
    s->covers = memory_zeroed(words, sizeof *s->covers);
    bool more = match(s) ? put_out(r) : over(r);
    seen_order_close(&s->order);
    free(s->matched);
    free(s->covers);
    budget_give(r->run->budget, bytes);
    seen_forget(s);
    if (s->ends.made)
        start_passing(s);
    return more;
}

/* ---- rows as they come ---- */

static void pass_load(struct batch *b, uint32_t i)
{
    struct seen_state *s = b->source;
    struct seen_pass *p = &s->pass;

    b->loaded[i] = true;
    if (i != s->seen->covered) {
        b->col[i] = *batch_column(p->in, i);
        return;
    }
    for (uint32_t k = 0; k < p->in->sel.n; k++)
        p->covered[p->in->sel.row[k]] = bit_of(s->covers, k);
    b->col[i] = (struct column){.i = p->covered};
}

static void pass_places(struct batch *b, const struct sel *rows, uint64_t *out)
{
    const struct seen_state *s = b->source;

    s->pass.in->places(s->pass.in, rows, out);
}

static void pass_open(struct seen_state *s)
{
    struct batch *b = &s->pass.batch;

    *b = (struct batch){.cols = s->stage->stage->out->n,
                        .load = pass_load,
                        .source = s,
                        .e = s->stage->run->e};
    b->col = memory_zeroed(b->cols, sizeof *b->col);
    b->loaded = memory_zeroed(b->cols, sizeof *b->loaded);
}

static void pass_close(struct seen_state *s)
{
    free(s->pass.batch.col);
    free(s->pass.batch.loaded);
}

static bool pass_on(struct stage_run *r, struct batch *in)
{
    struct seen_state *s = r->state;
    struct batch *b = &s->pass.batch;

    s->pass.in = in;
    b->rows = in->rows;
    b->places = s->placed ? pass_places : NULL;
    b->sel.n = 0;
    for (uint32_t k = 0; k < in->sel.n; k++) {
        b->sel.row[b->sel.n] = in->sel.row[k];
        b->sel.n += stays(s, k);
    }
    memset(b->loaded, false, b->cols * sizeof *b->loaded);
    s->counts.out += b->sel.n;
    r->rows_out += b->sel.n;
    return stage_push(r->next, b);
}

static bool answer(struct stage_run *r, struct batch *b)
{
    struct seen_state *s = r->state;
    uint64_t matched[BATCH_WORDS] = {0}, covers[BATCH_WORDS] = {0};

    if (!seen_hold_briefly(s, b))
        return over(r);
    s->matched = matched;
    s->covers = covers;
    seen_ends_mark(s, b->sel.n);
    bool more = r->run->e->code == ERR_NONE && pass_on(r, b);
    s->matched = s->covers = NULL;
    seen_forget_briefly(s);
    return more;
}

static bool push(struct stage_run *r, struct batch *b)
{
    struct seen_state *s = r->state;

    if (s->passes)
        return answer(r, b);
    make_way(r, (s->held.n / 2 + BATCH_ROWS) * (size_t)s->row_bytes);
    if (!seen_hold(s, b))
        return over(r);
    return !is_full(s) || do_chunk(r);
}

/* ---- begin and end ---- */

static void begin(struct stage_run *r)
{
    const struct seen *seen = r->stage->bound;
    struct seen_state *s = memory_zeroed(1, sizeof *s);
    enum type type[KEYTAB_KEYS_MAX];

    s->seen = seen;
    s->stage = r;
    s->run = *r->run;
    s->run.profile = false;
    s->run.relieve = relieve;
    s->run.relieve_ctx = r;
    s->run.eval.tmp = &s->tmp;
    s->run.eval.run = &s->run;
    s->run.eval.charged = 0;
    s->order.run = &s->run;
    r->state = s;
    held_open(&s->held, r->stage->in, r->stage->need);
    s->this = memory_zeroed(seen->these + 1, sizeof *s->this);
    for (uint32_t i = 0; i < seen->these; i++)
        s->this[i].lane =
            schema_types[expr_type(seen->this[i].value).type].lane;
    for (uint32_t k = 0; k < seen->keys; k++)
        type[k] = seen->key[k].type;
    keytab_open(&s->keys, type, seen->keys);
    seen_keys_open(&s->own, seen, false);
    seen_keys_open(&s->others, seen, true);
    seen_forget(s);
    seen_pairs_open(s);
    pass_open(s);
    cover_open(&s->cover, r->run);
    set_limits(r);
    emit_open(&s->emit, r, fill);
}

static void foot(struct stage_run *r)
{
    struct seen_state *s = r->state;
    const struct seen_counts *n = &s->counts;
    char why[300], some[32], all[32];
    uint64_t bad = s->seen->negated ? n->uncovered : n->unknown;

    r->run->uncovered += bad;
    if (bad == 0)
        return;
    cover_reasons(&s->cover, why, sizeof why);
    run_number(some, bad);
    run_number(all, n->out);
    if (s->seen->negated)
        run_foot(r->run, "%s; %s of %s rows are not covered", why, some, all);
    else if (s->seen->keep_unknown)
        run_foot(r->run, "%s; %s of %s rows are unknown", why, some, all);
    else
        run_foot(r->run,
                 "%s; %s rows are unknown and left out "
                 "(--keep-unknown keeps them)",
                 why, some);
}

static void finish(struct stage_run *r)
{
    (void)do_chunk(r);
    if (r->run->e->code == ERR_NONE)
        foot(r);
}

static void end(struct stage_run *r)
{
    struct seen_state *s = r->state;
    struct budget *b = r->run->budget;

    seen_pairs_close(s);
    pass_close(s);
    seen_order_close(&s->order);
    seen_keys_close(&s->own);
    seen_keys_close(&s->others);
    seen_ends_drop(s);
    held_close(&s->held, b);
    keytab_close(&s->keys, b);
    for (uint32_t i = 0; i < s->seen->these; i++)
        vec_free(&s->this[i], b);
    for (uint32_t i = 0; i < SEEN_SIDES; i++)
        vec_free(&s->time[i], b);
    vec_free(&s->place, b);
    vec_free(&s->sensor, b);
    vec_free(&s->covered, b);
    budget_give(b, s->group_cap * sizeof *s->group);
    expr_start_batch(&s->run.eval);
    free(s->group);
    free(s->this);
    emit_close(&s->emit);
    arena_free(&s->tmp);
    arena_free(&s->arena);
    free(s);
}

/* ---- words ---- */

static const char *explain(const struct stage *st, struct arena *a)
{
    const struct seen *seen = st->bound;
    char text[400], length[TIMESTAMP_TEXT_MAX];

    if (seen->bounded) {
        timestamp_format_length(length, seen->within);
        snprintf(text, sizeof text,
                 "rows wait in chunks; other packets are read as far as %s "
                 "from them, %s",
                 length,
                 seen->residual ? "each pair asked of what only both can tell"
                                : "one look-up each");
    } else if (seen->residual) {
        snprintf(text, sizeof text,
                 "rows wait in chunks; other packets are read without bound, "
                 "each pair asked of what only both can tell");
    } else {
        snprintf(text, sizeof text,
                 "no `within`: up to %d rows look up their own addresses, "
                 "more are answered by the first and last packet of each key",
                 MANY_ROWS);
    }
    return arena_strndup(a, text, strlen(text));
}

static const char *profile(const struct stage_run *r, struct arena *a)
{
    const struct seen_state *s = r->state;
    const struct seen_counts *n = &s->counts;
    char chunks[32], scans[32], blocks[32], packets[32], text[300];

    snprintf(text, sizeof text,
             "%s chunks; %s readings of %s blocks, %s packets%s%s",
             run_number(chunks, n->chunks), run_number(scans, n->scans),
             run_number(blocks, n->blocks), run_number(packets, n->packets),
             n->indexed ? ", by the address index" : "",
             s->ends.made ? ", first and last of each key" : "");
    return arena_strndup(a, text, strlen(text));
}

const struct stage_kind stage_if = {.name = "if",
                                    .bind = seen_bind,
                                    .open = begin,
                                    .push = push,
                                    .finish = finish,
                                    .close = end,
                                    .explain = explain,
                                    .profile = profile};
const struct stage_kind stage_unless = {.name = "unless",
                                        .bind = seen_bind,
                                        .open = begin,
                                        .push = push,
                                        .finish = finish,
                                        .close = end,
                                        .explain = explain,
                                        .profile = profile};
