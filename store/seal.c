/* seal.c - rows on their way to the sealer, and blocks on their way back. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/writer.h"

static void keep_block(struct store_writer *w, struct sealer_job *j)
{
    w->block = memory_grow(w->block, w->blocks, sizeof *w->block);
    w->block[w->blocks++] =
        (struct writer_block){j->rows.month, j->rows.tail_id, j->data, j->len};
    w->block_bytes += j->len;
    if (j->len > w->largest)
        w->largest = j->len;
    j->data = NULL;
}

bool writer_collect(struct store_writer *w, uint32_t pending, struct err *e)
{
    while (sealer_pending(w->sealer) > pending) {
        struct sealer_job *j = sealer_next(w->sealer);
        uint32_t month = j->rows.month;
        bool good = j->e.code == ERR_NONE;

        if (good)
            keep_block(w, j);
        else
            *e = j->e;
        sealer_job_free(j);
        if (!good)
            return writer_context(month, e);
    }
    return true;
}

static bool copy_tail(struct kv_txn *t, struct sealer_job *j, struct err *e)
{
    struct kv_bytes v;

    if (!month_block_get(t, j->rows.tail_id, &v, e))
        return false;
    if (!v.data) {
        err_set(e, ERR_STORE, "is missing");
        return err_context(e, "block %llu",
                           (unsigned long long)j->rows.tail_id);
    }
    j->tail = memory_alloc(v.len);
    memcpy(j->tail, v.data, v.len);
    j->tail_len = v.len;
    kv_done_with(v.data, v.len);
    return true;
}

/* Only this thread talks to LMDB: the job takes along what it needs. */
static bool fetch_tail(struct store_writer *w, struct sealer_job *j,
                       struct err *e)
{
    if (!j->rows.tail_id)
        return true;
    struct kv *k = envs_get(&w->s->envs, j->rows.month, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    bool good = t && copy_tail(t, j, e);

    kv_abort(t);
    envs_put(&w->s->envs, k);
    return good ? true : writer_context(j->rows.month, e);
}

bool writer_seal(struct store_writer *w, struct builder *b, struct err *e)
{
    /* At fixed distances, not when a block happens to be done: what waits, and
     * so when a commit is due, is the same for any number of threads. */
    if (!writer_collect(w, SEALER_AHEAD - 1, e))
        return false;
    struct sealer_job *j = memory_zeroed(1, sizeof *j);

    j->sequence = w->head.sequence + 1;
    w->rows -= b->n;
    builder_move(&j->rows, b);
    if (!fetch_tail(w, j, e)) {
        sealer_job_free(j);
        return false;
    }
    sealer_add(w->sealer, j);
    return true;
}

void store_writer_threads(struct store_writer *w, uint32_t threads)
{
    sealer_start(w->sealer, threads);
}
