/* sealer.c - encoding of blocks, beside the thread that fills them. */
#include "store/sealer.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/queue.h"

/* What one thread encodes with. */
struct bench {
    struct sealer *s;
    pthread_t thread;
    struct block_encoder *encoder;
    struct buf out;
};

struct sealer {
    struct queue work, done;
    struct bench own; /* of the writer's thread */
    struct bench bench[SEALER_THREADS];
    uint32_t threads;
    struct sealer_job *pending[SEALER_AHEAD]; /* a ring */
    uint32_t at, n;
};

void sealer_job_free(struct sealer_job *j)
{
    if (!j)
        return;
    builder_clear(&j->rows);
    free(j->tail);
    free(j->data);
    free(j);
}

/* ---- one job ---- */

static void bench_free(struct bench *b)
{
    block_encoder_free(b->encoder);
    buf_free(&b->out);
}

/* The rows go as soon as they are not needed: they are most of a job. */
static void run(struct bench *b, struct sealer_job *j)
{
    struct kv_bytes tail = {j->tail, j->tail_len};

    if (!b->encoder)
        b->encoder = block_encoder_new();
    if (builder_encode(&j->rows, b->encoder, tail, j->sequence, &b->out,
                       &j->e)) {
        j->data = memory_alloc(b->out.len);
        memcpy(j->data, b->out.data, b->out.len);
        j->len = b->out.len;
    }
    builder_clear(&j->rows);
    free(j->tail);
    j->tail = NULL;
}

/* ---- threads ---- */

static void *work(void *arg)
{
    struct bench *b = arg;
    struct sealer_job *j;

    while ((j = queue_take(&b->s->work)) != NULL) {
        run(b, j);
        queue_put(&b->s->done, j);
    }
    return NULL;
}

struct sealer *sealer_new(void)
{
    struct sealer *s = memory_zeroed(1, sizeof *s);

    queue_init(&s->work, 1);
    queue_init(&s->done, SEALER_AHEAD);
    return s;
}

/* Signals are for the threads of the program. */
void sealer_start(struct sealer *s, uint32_t threads)
{
    sigset_t all, old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (s->threads < threads && s->threads < SEALER_THREADS) {
        struct bench *b = &s->bench[s->threads];

        b->s = s;
        if (pthread_create(&b->thread, NULL, work, b) != 0)
            break;
        s->threads++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void sealer_free(struct sealer *s)
{
    struct sealer_job *j;

    if (!s)
        return;
    while ((j = sealer_next(s)) != NULL)
        sealer_job_free(j);
    queue_close(&s->work);
    for (uint32_t i = 0; i < s->threads; i++) {
        pthread_join(s->bench[i].thread, NULL);
        bench_free(&s->bench[i]);
    }
    bench_free(&s->own);
    queue_free(&s->work);
    queue_free(&s->done);
    free(s);
}

/* ---- the writer's side ---- */

/* With one thread the writer's encodes too, rather than wait for it; with more
 * it has enough to do to keep them busy, and a third encoder would be memory
 * for nothing. */
static bool hand_over(struct sealer *s, struct sealer_job *j)
{
    return s->threads > 1 ? queue_put(&s->work, j) : queue_try_put(&s->work, j);
}

void sealer_add(struct sealer *s, struct sealer_job *j)
{
    s->pending[(s->at + s->n++) % SEALER_AHEAD] = j;
    if (s->threads == 0 || !hand_over(s, j)) {
        run(&s->own, j);
        j->done = true;
    }
}

uint32_t sealer_pending(const struct sealer *s)
{
    return s->n;
}

/* Waits for a job, or does one that no thread has begun. */
static struct sealer_job *one_done(struct sealer *s)
{
    struct sealer_job *j = s->threads == 1 ? queue_try_take(&s->work) : NULL;

    if (!j)
        return queue_take(&s->done);
    run(&s->own, j);
    return j;
}

struct sealer_job *sealer_next(struct sealer *s)
{
    struct sealer_job *oldest = s->n ? s->pending[s->at] : NULL;

    if (!oldest)
        return NULL;
    while (!oldest->done) {
        struct sealer_job *j = one_done(s);
        j->done = true;
    }
    s->at = (s->at + 1) % SEALER_AHEAD;
    s->n--;
    return oldest;
}
