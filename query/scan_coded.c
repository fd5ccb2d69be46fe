/* scan_coded.c - shapes and flows first, rows last: what a filter asks of them
 * is evaluated over batches of codes, by the same loops as over rows. */
#include "query/scan_coded.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/scan_cursor.h"

enum {
    NO_CODE = BATCH_CODES,
    FEW = 16 /* one row in so many, or less */
};

/* ---- batches of codes ---- */

static const struct addr nothing[BATCH_ROWS];
static const uint64_t all_absent[BATCH_WORDS] = {[0 ... BATCH_WORDS - 1] =
                                                     UINT64_MAX};

static void load(struct batch *b, uint32_t i)
{
    struct scan_cursor *c = b->source;
    struct scan_coded *k = &c->coded;

    b->loaded[i] = true;
    if (b->e->code == ERR_NONE &&
        store_block_code_column(c->block,
                                &(struct batch_span){k->by, k->window, b->rows},
                                (enum field_id)i, &b->col[i], b->e))
        return;
    b->col[i] = (struct column){.a = nothing, .absent = all_absent};
}

static void start_batches(struct scan_cursor *c, enum batch_code by,
                          struct err *e)
{
    struct scan_coded *k = &c->coded;

    k->by = by;
    k->batch = (struct batch){.cols = FIELD_COUNT,
                              .col = k->column,
                              .loaded = k->loaded,
                              .load = load,
                              .source = c,
                              .e = e};
}

static void set_window(struct scan_cursor *c, uint32_t from)
{
    struct scan_coded *k = &c->coded;
    uint32_t left = k->codes[k->by] - from;

    k->window = from;
    k->batch.rows = left < BATCH_ROWS ? left : BATCH_ROWS;
    memset(k->loaded, false, sizeof k->loaded);
    expr_start_batch(&c->run->eval);
}

static bool load_codes(struct scan_cursor *c, enum batch_code by, struct err *e)
{
    struct scan_coded *k = &c->coded;

    return k->code[by] ||
           store_block_codes(c->block, by, &k->code[by], &k->codes[by], e);
}

/* ---- asking ---- */

static void ask_window(struct scan_cursor *c, struct expr_eval *ev)
{
    struct scan_coded *k = &c->coded;
    uint8_t *answer = k->answer[k->by] + k->window;

    for (uint32_t i = 0; i < k->questions.asks; i++) {
        struct sel *sel = &k->batch.sel;
        if (k->questions.by[i] != k->by)
            continue;
        batch_select_all(&k->batch);
        expr_filter(k->questions.ask[i], &k->batch, sel, ev);
        for (uint32_t j = 0; j < sel->n; j++)
            answer[sel->row[j]] |= (uint8_t)(1u << i);
    }
}

/* A failure is not the query's: rows that the code stands for may never be
 * asked what failed. */
static bool ask_codes(struct scan_cursor *c, enum batch_code by)
{
    struct scan_coded *k = &c->coded;
    struct err e = {0};
    struct expr_eval ev = c->run->eval;

    if (!load_codes(c, by, &e))
        return false;
    k->answer[by] = memory_zeroed(k->codes[by], 1);
    k->bytes += k->codes[by];
    start_batches(c, by, &e);
    ev.e = &e;
    for (uint32_t at = 0; at < k->codes[by] && e.code == ERR_NONE;
         at += BATCH_ROWS) {
        set_window(c, at);
        ev.charged = 0;
        ask_window(c, &ev);
        c->run->eval.charged = ev.charged;
    }
    return e.code == ERR_NONE;
}

static bool is_asked(const struct coded *q, enum batch_code by)
{
    for (uint32_t i = 0; i < q->asks; i++)
        if (q->by[i] == by)
            return true;
    return false;
}

/* Sets of answers that occur; before they were asked all that could be. */
static uint32_t occurring(const struct scan_coded *k, enum batch_code by,
                          uint8_t out[CODED_ANSWERS])
{
    bool seen[CODED_ANSWERS] = {false};
    uint32_t mask = 0, n = 0;

    for (uint32_t i = 0; i < k->questions.asks; i++)
        mask |= (uint32_t)(k->questions.by[i] == by) << i;
    for (uint32_t v = 0; v < CODED_ANSWERS && !k->answer[by]; v++)
        seen[v] = !(v & ~mask);
    for (uint32_t i = 0; k->answer[by] && i < k->codes[by]; i++)
        seen[k->answer[by][i]] = true;
    for (uint32_t v = 0; v < CODED_ANSWERS; v++)
        if (seen[v])
            out[n++] = (uint8_t)v;
    return n;
}

static bool is_possible(const struct scan_coded *k)
{
    uint8_t shape[CODED_ANSWERS], flow[CODED_ANSWERS];
    uint32_t shapes = occurring(k, BATCH_SHAPE, shape);
    uint32_t flows = occurring(k, BATCH_FLOW, flow);

    for (uint32_t i = 0; i < shapes; i++)
        for (uint32_t j = 0; j < flows; j++)
            if (k->questions.pass[shape[i] | flow[j]])
                return true;
    return false;
}

/* Where only one kind of code was asked its answers become 0 and 1. */
static void fold(struct scan_coded *k)
{
    for (uint32_t by = 0; by < BATCH_CODES; by++) {
        if (!k->answer[by] || k->answer[1 - by])
            continue;
        for (uint32_t i = 0; i < k->codes[by]; i++)
            k->answer[by][i] = k->questions.pass[k->answer[by][i]];
        k->alone[by] = true;
    }
}

static bool ask(struct scan_cursor *c)
{
    struct scan_coded *k = &c->coded;

    for (uint32_t by = 0; by < BATCH_CODES; by++) {
        if (!is_asked(&k->questions, (enum batch_code)by))
            continue;
        if (!ask_codes(c, (enum batch_code)by))
            return false;
        k->never = !is_possible(k);
        if (k->never)
            return true;
    }
    fold(k);
    return true;
}

static bool find_fields(struct scan_cursor *c, const struct expr *filter)
{
    struct scan_coded *k = &c->coded;
    uint64_t need = c->scan->need;
    struct err e = {0};

    if (filter)
        expr_needs(filter, &need, 1);
    for (uint32_t by = 0; by < BATCH_CODES; by++)
        if (!store_block_coded(c->block, (enum batch_code)by, need,
                               &k->fields[by], &e))
            return false;
    return true;
}

static void forget_answers(struct scan_coded *k)
{
    for (uint32_t by = 0; by < BATCH_CODES; by++) {
        free(k->answer[by]);
        k->answer[by] = NULL;
    }
    k->bytes = 0;
}

static void start_rests(struct scan_cursor *c)
{
    coded_start(&c->coded.questions);
    if (c->scan->part[c->index] & SCAN_RANGE)
        coded_rest(&c->coded.questions, c->scan->range);
}

void scan_coded_close(struct scan_coded *k)
{
    forget_answers(k);
}

/* ---- rows ---- */

void scan_coded_select(const struct scan_coded *k, uint32_t from, uint32_t n,
                       struct sel *sel)
{
    const uint8_t *shape = k->answer[BATCH_SHAPE];
    const uint8_t *flow = k->answer[BATCH_FLOW];
    uint32_t kept = 0;

    if (k->never)
        n = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool pass = true;
        if (shape && flow)
            pass = k->questions.pass[shape[k->code[BATCH_SHAPE][from + i]] |
                                     flow[k->code[BATCH_FLOW][from + i]]];
        else if (shape)
            pass = shape[k->code[BATCH_SHAPE][from + i]];
        else if (flow)
            pass = flow[k->code[BATCH_FLOW][from + i]];
        sel->row[kept] = (uint16_t)i;
        kept += pass;
    }
    sel->n = kept;
}

/* Has the block make those rows only that pass, where they are few. Failing is
 * no matter: the block then makes all. */
static void pick_rows(const struct scan_cursor *c)
{
    const struct scan_coded *k = &c->coded;
    uint64_t *rows = memory_zeroed(c->rows / 64 + 1, sizeof *rows);
    struct err ignored = {0};
    uint32_t n = 0;
    struct sel sel;

    if (k->never || k->questions.asks == 0 ||
        (k->questions.rests == 0 && scan_coded_weighs(c)))
        n = c->rows;
    for (uint32_t at = 0; at < c->rows && n <= c->rows / FEW;
         at += BATCH_ROWS) {
        uint32_t left = c->rows - at < BATCH_ROWS ? c->rows - at : BATCH_ROWS;
        scan_coded_select(k, at, left, &sel);
        n += sel.n;
        for (uint32_t i = 0; i < sel.n; i++)
            rows[(at + sel.row[i]) / 64] |= UINT64_C(1)
                                            << ((at + sel.row[i]) % 64);
    }
    if (n <= c->rows / FEW)
        (void)!store_block_pick(c->block, rows, &ignored);
    free(rows);
}

void scan_coded_open(struct scan_cursor *c)
{
    struct scan_coded *k = &c->coded;
    const struct expr *filter =
        c->scan->part[c->index] & SCAN_FILTER ? c->scan->plan->filter : NULL;

    start_rests(c);
    if (!find_fields(c, filter))
        memset(k->fields, 0, sizeof k->fields);
    if (!filter)
        return;
    if (k->fields[BATCH_SHAPE] | k->fields[BATCH_FLOW]) {
        coded_split(&k->questions, filter, k->fields);
        if (ask(c)) {
            pick_rows(c);
            return;
        }
        forget_answers(k);
        start_rests(c);
    }
    coded_rest(&k->questions, filter);
}

/* Failing is no matter: who asks then reads the rows. */
bool scan_coded_flows(struct batch *b, uint64_t of, struct batch_flows *out)
{
    struct scan_cursor *c = b->source;
    struct scan_coded *k = &c->coded;
    uint64_t follow;
    struct err ignored = {0};

    if (!of ||
        !store_block_coded(c->block, BATCH_FLOW, of, &follow, &ignored) ||
        (of & ~follow) || !load_codes(c, BATCH_FLOW, &ignored))
        return false;
    *out = (struct batch_flows){.code = k->code[BATCH_FLOW] + c->window,
                                .n = k->codes[BATCH_FLOW],
                                .block = c->scan->block[c->index]};
    return true;
}

/* ---- counting ---- */

/* The kind of code that the first stage's fields follow from; NO_CODE: it reads
 * none, so that any will do. */
static bool weighed_by(const struct scan_cursor *c, int *by)
{
    const struct scan_coded *k = &c->coded;

    *by = NO_CODE;
    if (c->scan->need == 0)
        return c->scan->weighs;
    for (*by = 0; *by < BATCH_CODES; ++*by)
        if (!(c->scan->need & ~k->fields[*by]))
            return c->scan->weighs;
    return false;
}

bool scan_coded_weighs(const struct scan_cursor *c)
{
    int by;

    return weighed_by(c, &by);
}

/* Rows that pass, where there is no rest. */
static uint32_t count_rows(const struct scan_cursor *c)
{
    const struct scan_coded *k = &c->coded;
    const uint8_t *shape = k->answer[BATCH_SHAPE];
    const uint8_t *flow = k->answer[BATCH_FLOW];
    const uint8_t *one = shape ? shape : flow;
    const uint16_t *code = k->code[shape ? BATCH_SHAPE : BATCH_FLOW];
    uint32_t n = 0;

    if (!one)
        return c->rows;
    if (shape && flow)
        for (uint32_t i = 0; i < c->rows; i++)
            n += k->questions
                     .pass[shape[code[i]] | flow[k->code[BATCH_FLOW][i]]];
    else
        for (uint32_t i = 0; i < c->rows; i++)
            n += one[code[i]];
    return n;
}

/* weight[i] becomes the number of rows with code i that pass. */
static void weigh_rows(const struct scan_cursor *c, int by, uint32_t *weight)
{
    const struct scan_coded *k = &c->coded;
    const uint16_t *code = k->code[by];
    const uint8_t *shape = k->answer[BATCH_SHAPE];
    const uint8_t *flow = k->answer[BATCH_FLOW];

    if (shape && flow) {
        for (uint32_t i = 0; i < c->rows; i++)
            weight[code[i]] +=
                k->questions.pass[shape[k->code[BATCH_SHAPE][i]] |
                                  flow[k->code[BATCH_FLOW][i]]];
    } else if (k->answer[1 - by]) {
        for (uint32_t i = 0; i < c->rows; i++)
            weight[code[i]] += k->answer[1 - by][k->code[1 - by][i]];
    } else {
        for (uint32_t i = 0; i < c->rows; i++)
            weight[code[i]]++;
        for (uint32_t i = 0; k->answer[by] && i < k->codes[by]; i++)
            weight[i] = k->answer[by][i] ? weight[i] : 0;
    }
}

/* The same where rows must be looked at. */
static bool weigh_rest(struct scan_cursor *c, int by, uint32_t *weight)
{
    const struct scan_coded *k = &c->coded;

    while (scan_cursor_next(c, false)) {
        const struct sel *sel = &c->batch.sel;
        for (uint32_t i = 0; i < sel->n; i++)
            weight[by == NO_CODE ? 0 : k->code[by][c->window + sel->row[i]]]++;
    }
    return c->run->e->code == ERR_NONE;
}

static bool weigh(struct scan_cursor *c, int by, uint32_t *weight)
{
    if (c->coded.questions.rests)
        return weigh_rest(c, by, weight);
    if (by == NO_CODE)
        weight[0] = count_rows(c);
    else
        weigh_rows(c, by, weight);
    return true;
}

static bool push_window(struct scan_cursor *c, struct stage_run *first,
                        const uint32_t *weight)
{
    struct batch *b = &c->coded.batch;
    uint64_t rows = 0;

    b->weight = weight;
    b->sel.n = 0;
    for (uint32_t i = 0; i < b->rows; i++) {
        b->sel.row[b->sel.n] = (uint16_t)i;
        b->sel.n += weight[i] > 0;
        rows += weight[i];
    }
    if (!c->coded.questions.rests)
        c->counts->rows += rows;
    return run_check(c->run) && stage_push(first, b);
}

static bool push_weights(struct scan_cursor *c, struct stage_run *first, int by,
                         const uint32_t *weight)
{
    struct scan_coded *k = &c->coded;
    uint32_t n = by == NO_CODE ? 1 : k->codes[by];

    start_batches(c, by == NO_CODE ? BATCH_SHAPE : (enum batch_code)by,
                  c->run->e);
    for (uint32_t at = 0; at < n; at += BATCH_ROWS) {
        if (by != NO_CODE)
            set_window(c, at);
        else
            k->batch.rows = 1;
        if (!push_window(c, first, weight + at))
            return false;
    }
    return c->run->e->code == ERR_NONE;
}

bool scan_coded_push(struct scan_cursor *c, struct stage_run *first)
{
    struct scan_coded *k = &c->coded;
    int by;

    if (k->never || !weighed_by(c, &by))
        return true;
    if (by != NO_CODE && !load_codes(c, (enum batch_code)by, c->run->e))
        return false;
    uint32_t n = by == NO_CODE ? 1 : k->codes[by];
    uint32_t *weight = memory_zeroed(n, sizeof *weight);
    k->bytes += n * sizeof *weight;
    bool more = scan_cursor_charge(c) && weigh(c, by, weight) &&
                push_weights(c, first, by, weight);
    k->bytes -= n * sizeof *weight;
    free(weight);
    return more;
}
