/* resume.c - is a capture, or its beginning, in the store already? */
#include <stdlib.h>
#include <string.h>

#include "ingest/pipeline.h"

struct candidates {
    struct store_capture c[PIPELINE_CANDIDATES]; /* by packets, ascending */
    uint32_t n;
};

static bool same(struct digest a, struct digest b)
{
    return a.hi == b.hi && a.lo == b.lo;
}

static int by_packets(const void *x, const void *y)
{
    const struct store_capture *a = x, *b = y;

    return (a->packets > b->packets) - (a->packets < b->packets);
}

/* The store knows what was committed: so do captures of this run that start
 * alike first. */
static bool commit_alike(struct pipeline *u, struct digest first, struct err *e)
{
    for (uint32_t i = 0; i < u->n_held; i++)
        if (same(u->held[i]->first, first))
            return pipeline_commit(u, e);
    return true;
}

static void look_up_reader(struct pipeline *u, struct digest first,
                           struct candidates *k)
{
    uint32_t n = store_reader_captures(u->reader);

    for (uint32_t i = 0; i < n && k->n < PIPELINE_CANDIDATES; i++) {
        const struct store_capture *c = store_reader_capture(u->reader, i);

        if (same(c->first, first))
            k->c[k->n++] = *c;
    }
}

static bool look_up(struct pipeline *u, struct digest first,
                    struct candidates *k, struct err *e)
{
    k->n = 0;
    if (u->reader)
        look_up_reader(u, first, k);
    if (u->writer) {
        if (!commit_alike(u, first, e))
            return false;
        k->n = store_writer_known(u->writer, first, k->c, PIPELINE_CANDIDATES);
        if (k->n > PIPELINE_CANDIDATES)
            k->n = PIPELINE_CANDIDATES;
    }
    qsort(k->c, k->n, sizeof *k->c, by_packets);
    return true;
}

/* Reads on until `n` packets were delivered; *there: the capture has them. */
static bool walk(struct pipeline *u, struct feed *f, uint64_t n, bool *there,
                 struct err *e)
{
    struct capture_packet p;

    while (f->n < n && feed_next(f, &p))
        if (!pipeline_tick(u, f, false, e))
            return false;
    *there = f->n == n;
    return true;
}

/* The longest candidate that the capture begins with: *best, or k->n. A longer
 * one that it is the beginning of: *whole. */
static bool match(struct pipeline *u, struct feed *f,
                  const struct candidates *k, uint32_t *best, bool *whole,
                  struct err *e)
{
    uint32_t i = 0;
    bool there = true;

    *best = k->n;
    *whole = false;
    for (; i < k->n; i++) {
        const struct store_capture *c = &k->c[i];

        if (c->packets && !walk(u, f, c->packets, &there, e))
            return false;
        if (!there)
            break;
        if (c->packets == 0 || same(c->digest, f->digest))
            *best = i;
    }
    for (; i < k->n && !*whole; i++) {
        if (!pipeline_is_prefix(u, f, &k->c[i], whole, e))
            return false;
        if (*whole)
            *best = i;
    }
    return true;
}

/* Puts the feed in front of packet `n` and takes that out of it. */
static bool go_to(struct pipeline *u, struct feed *f, uint64_t n,
                  struct pipeline_start *start, struct err *e)
{
    struct digest digest = start->capture.digest;
    bool there = f->n == n;

    if (!there && (!feed_rewind(f, e) || !walk(u, f, n, &there, e)))
        return false;
    if (!there || (n && !same(f->digest, digest)))
        return err_set(e, ERR_INPUT, "'%s' changed while it was read", f->path);
    feed_forget(f);
    start->whole = !feed_next(f, &start->pending);
    return true;
}

bool pipeline_resume(struct pipeline *u, struct feed *f,
                     struct pipeline_start *start, struct err *e)
{
    struct candidates *k = malloc(sizeof *k);
    uint32_t best = 0;
    bool ok = k;

    if (!k)
        return err_set(e, ERR_SYSTEM, "out of memory");
    ok = look_up(u, start->capture.first, k, e);
    if (ok && k->n) {
        ok = feed_keep(f, &start->pending, store_dir(u->store), e) &&
             match(u, f, k, &best, &start->whole, e);
        if (ok && best < k->n) {
            char name[sizeof start->capture.name];

            memcpy(name, start->capture.name, sizeof name);
            start->capture = k->c[best];
            memcpy(start->capture.name, name, sizeof name);
            start->known = start->whole ? f->n : k->c[best].packets;
        }
        if (ok && !start->whole)
            ok = go_to(u, f, start->known, start, e);
    } else if (ok) {
        feed_forget(f); /* nothing was read behind the pending packet */
    }
    free(k);
    return ok;
}
