/* builder.c - collecting rows, sorting them together with an open tail. */
#include "store/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct builder *builder_new(uint32_t month, const char *sensor,
                            struct queue *spare)
{
    struct builder *b = memory_zeroed(1, sizeof *b);

    b->month = month;
    b->spare = spare;
    snprintf(b->sensor, sizeof b->sensor, "%s", sensor);
    return b;
}

void builder_clear(struct builder *b)
{
    for (uint32_t i = 0; i < b->chunks; i++)
        if (!b->spare || !queue_try_put(b->spare, b->chunk[i]))
            free(b->chunk[i]);
    free(b->chunk);
    b->chunk = NULL;
    b->chunks = b->n = 0;
    b->stepped = false;
}

void builder_drop_spare(struct queue *spare)
{
    void *chunk;

    while ((chunk = queue_try_take(spare)) != NULL)
        free(chunk);
}

void builder_free(struct builder *b)
{
    if (!b)
        return;
    builder_clear(b);
    free(b);
}

static void add_chunk(struct builder *b)
{
    void *chunk = b->spare ? queue_try_take(b->spare) : NULL;

    if (!chunk)
        chunk = memory_alloc(BUILDER_CHUNK * sizeof **b->chunk);
    b->chunk = memory_grow(b->chunk, b->chunks, sizeof(struct block_row *));
    b->chunk[b->chunks++] = chunk;
}

static struct block_row *row_at(const struct builder *b, uint32_t i)
{
    return &b->chunk[i / BUILDER_CHUNK][i % BUILDER_CHUNK];
}

void builder_add(struct builder *b, const struct record *r,
                 const struct block_origin *origin)
{
    if (b->n == b->chunks * BUILDER_CHUNK)
        add_chunk(b);
    struct block_row *row = row_at(b, b->n);

    row->record = *r;
    row->record.present |= UINT64_C(1) << FIELD_TIME;
    row->record.present &= ~(UINT64_C(1) << FIELD_SENSOR);
    row->capture = origin->capture;
    row->capture_id = origin->id;
    row->position = origin->position;
    if (b->n > 0 && block_row_cmp(row_at(b, b->n - 1), row) > 0)
        b->stepped = true;
    b->n++;
}

void builder_move(struct builder *to, struct builder *b)
{
    *to = *b;
    b->chunk = NULL;
    b->chunks = b->n = 0;
    b->stepped = false;
    b->tail_id = b->tail_rows = 0;
}

static bool load_tail(const struct builder *b, struct kv_bytes tail,
                      struct block_row *rows, struct err *e)
{
    struct block *block = block_open(tail.data, tail.len, NULL, e);
    bool good = block != NULL;

    if (good && block_head_of(block)->rows != b->tail_rows)
        good = err_set(e, ERR_STORE, "changed its number of rows");
    good = good && block_unpack(block, rows, e);
    block_close(block);
    return good;
}

/* Merges two sorted halves, [0, half) and [half, n), into `out`. */
static void merge(const struct block_row **in, uint32_t half, uint32_t n,
                  const struct block_row **out)
{
    uint32_t i = 0, k = half;

    for (uint32_t at = 0; at < n; at++) {
        bool left = i < half && (k == n || block_row_cmp(in[i], in[k]) <= 0);
        out[at] = left ? in[i++] : in[k++];
    }
}

static uint32_t run_length(const struct block_row **rows, uint32_t n)
{
    uint32_t len = 1;

    while (len < n && block_row_cmp(rows[len - 1], rows[len]) <= 0)
        len++;
    return len;
}

/* Merges neighbouring sorted runs until one is left: captures are nearly in
 * order, so there are few. */
static void sort_rows(const struct block_row **rows, uint32_t n)
{
    const struct block_row **spare =
        memory_zeroed(n, sizeof(struct block_row *));

    while (run_length(rows, n) < n) {
        for (uint32_t at = 0; at < n;) {
            uint32_t one = run_length(rows + at, n - at);
            uint32_t two =
                at + one < n ? run_length(rows + at + one, n - at - one) : 0;
            merge(rows + at, one, one + two, spare + at);
            at += one + two;
        }
        memcpy(rows, spare, n * sizeof(struct block_row *));
    }
    free(spare);
}

bool builder_encode(const struct builder *b, struct block_encoder *c,
                    struct kv_bytes tail_block, uint64_t sequence,
                    struct buf *out, struct err *e)
{
    uint32_t old = b->tail_id ? b->tail_rows : 0, n = old + b->n;
    struct block_head head = {.sequence = sequence, .replaces = b->tail_id};
    struct block_row *tail = old ? memory_zeroed(old, sizeof *tail) : NULL;
    const struct block_row **rows =
        memory_zeroed(n, sizeof(struct block_row *));
    bool good = !old || load_tail(b, tail_block, tail, e);

    if (!good)
        err_context(e, "block %llu", (unsigned long long)b->tail_id);
    for (uint32_t i = 0; i < old; i++)
        rows[i] = &tail[i];
    for (uint32_t i = 0; i < b->n; i++)
        rows[old + i] = row_at(b, i);
    memcpy(head.sensor, b->sensor, sizeof head.sensor);
    /* A tail is in order, and mostly all of it is. */
    if (good && (b->stepped || (old && old < n &&
                                block_row_cmp(rows[old - 1], rows[old]) > 0)))
        sort_rows(rows, n);
    if (good)
        block_encode(c, rows, n, &head, out);
    free(rows);
    free(tail);
    return good;
}
