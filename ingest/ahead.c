/* ahead.c - files read in a thread of their own, handed on in batches. */
#include "ingest/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/queue.h"

struct packet {
    struct capture_packet head; /* without its bytes */
    struct digest digest;       /* after it */
    uint64_t steps_back;
    bool decoded;
    struct record record;
};

enum end {
    END_NOT,    /* the file goes on in the next batch */
    END_FILE,   /* it ended here, well or not */
    END_FAILED, /* it could not be opened */
    END_THREAD  /* not a file to read ahead: the thread ended */
};

struct batch {
    enum end end;
    enum capture_kind kind; /* END_FAILED */
    struct err e;           /* the same */
    struct feed_facts facts;
    uint32_t n;
    struct packet packet[AHEAD_BATCH];
};

struct ahead {
    const struct paths *paths;
    struct decode_options decode;
    struct batch *batch[AHEAD_BATCHES];
    /* While the thread runs. */
    bool runs;
    pthread_t thread;
    uint32_t from;            /* the file it began with */
    struct queue full, spent; /* batches to and from who made this */
    uint32_t next;            /* file that the next batch belongs to */
    struct batch *now;        /* being read; of the open file */
    uint32_t at;              /* packets of it that are delivered */
};

/* ---- the thread ---- */

static void put_packet(const struct ahead *a, struct batch *b,
                       const struct feed *f, const struct capture_packet *p)
{
    struct packet *out = &b->packet[b->n++];

    out->head = *p;
    out->head.bytes = NULL;
    out->digest = f->digest;
    out->steps_back = f->steps_back;
    out->decoded = decode_packet(&a->decode, p, &out->record);
}

static struct batch *fresh_batch(struct ahead *a)
{
    struct batch *b = queue_take(&a->spent);

    if (b) {
        b->n = 0;
        b->end = END_NOT;
    }
    return b;
}

/* False: nobody wants to know any more. */
static bool read_packets(struct ahead *a, struct feed *f)
{
    struct capture_packet p;
    bool more = true;

    while (more) {
        struct batch *b = fresh_batch(a);
        if (!b)
            return false;
        while (b->n < AHEAD_BATCH && (more = feed_next(f, &p)))
            put_packet(a, b, f, &p);
        if (!more)
            b->end = END_FILE;
        feed_facts(f, &b->facts);
        if (!queue_put(&a->full, b))
            return false;
    }
    return true;
}

static bool put_end(struct ahead *a, enum end end, enum capture_kind kind,
                    const struct err *e)
{
    struct batch *b = fresh_batch(a);

    if (!b)
        return false;
    b->end = end;
    b->kind = kind;
    b->e = *e;
    b->facts = (struct feed_facts){0};
    return queue_put(&a->full, b);
}

/* Pipes and the like may keep a reader waiting for ever. */
static bool is_regular(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* False: the thread ends. */
static bool read_file(struct ahead *a, const char *path)
{
    enum capture_kind kind = CAPTURE_NONE;
    struct err e = {0};
    struct feed f;

    if (!is_regular(path)) {
        (void)put_end(a, END_THREAD, kind, &e);
        return false;
    }
    bool goes_on = feed_open(&f, path, &kind, &e)
                       ? read_packets(a, &f)
                       : put_end(a, END_FAILED, kind, &e);
    feed_close(&f);
    return goes_on;
}

static void *read_files(void *arg)
{
    struct ahead *a = arg;
    char path[PATHS_MAX];

    for (uint32_t i = a->from; i < a->paths->n; i++) {
        paths_get(a->paths, i, path);
        if (!read_file(a, path))
            break;
    }
    return NULL;
}

/* ---- starting and stopping it ---- */

struct ahead *ahead_new(const struct paths *paths,
                        const struct decode_options *o)
{
    struct ahead *a = memory_zeroed(1, sizeof *a);

    a->paths = paths;
    a->decode = *o;
    for (uint32_t i = 0; i < AHEAD_BATCHES; i++) {
        a->batch[i] = memory_alloc(sizeof **a->batch);
    }
    return a;
}

static void stop(struct ahead *a)
{
    if (!a->runs)
        return;
    queue_close(&a->full);
    queue_close(&a->spent);
    pthread_join(a->thread, NULL);
    queue_free(&a->full);
    queue_free(&a->spent);
    a->runs = false;
    a->now = NULL;
}

void ahead_free(struct ahead *a)
{
    if (!a)
        return;
    stop(a);
    for (uint32_t i = 0; i < AHEAD_BATCHES; i++)
        free(a->batch[i]);
    free(a);
}

/* Signals are for the threads of the program. */
static bool start(struct ahead *a, uint32_t file)
{
    sigset_t all, old;

    a->from = a->next = file;
    queue_init(&a->full, AHEAD_BATCHES);
    queue_init(&a->spent, AHEAD_BATCHES);
    for (uint32_t i = 0; i < AHEAD_BATCHES; i++)
        queue_put(&a->spent, a->batch[i]);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    a->runs = pthread_create(&a->thread, NULL, read_files, a) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!a->runs) {
        queue_free(&a->full);
        queue_free(&a->spent);
    }
    return a->runs;
}

/* ---- who made it ---- */

static void next_batch(struct ahead *a)
{
    if (a->now)
        queue_put(&a->spent, a->now);
    a->now = queue_take(&a->full);
    a->at = 0;
}

/* The batch in hand was the last of its file. */
static void file_done(struct ahead *a)
{
    queue_put(&a->spent, a->now);
    a->now = NULL;
    a->next++;
}

bool ahead_open(struct ahead *a, uint32_t file, const char *path,
                struct feed *f, enum capture_kind *kind, struct err *e)
{
    if (a->runs && a->next != file)
        stop(a);
    if (!a->runs && !start(a, file))
        return feed_open(f, path, kind, e);
    next_batch(a);
    if (a->now->end == END_THREAD) {
        stop(a);
        return feed_open(f, path, kind, e);
    }
    *f = (struct feed){.path = path, .ahead = a};
    if (a->now->end != END_FAILED)
        return true;
    *kind = a->now->kind;
    *e = a->now->e;
    f->ahead = NULL;
    file_done(a);
    return false;
}

bool ahead_next(struct ahead *a, struct feed *f, struct capture_packet *p)
{
    while (a->at == a->now->n) {
        if (a->now->end != END_NOT)
            return false;
        next_batch(a);
    }
    const struct packet *in = &a->now->packet[a->at++];

    *p = in->head;
    f->n++;
    f->digest = in->digest;
    f->last = p->time;
    f->steps_back = in->steps_back;
    return true;
}

const struct record *ahead_record(const struct feed *f,
                                  const struct decode_options *o,
                                  const struct capture_packet *p,
                                  struct record *room)
{
    if (!f->ahead)
        return decode_packet(o, p, room) ? room : NULL;
    const struct packet *in = &f->ahead->now->packet[f->ahead->at - 1];

    return in->decoded ? &in->record : NULL;
}

const struct feed_facts *ahead_facts(const struct ahead *a)
{
    return &a->now->facts;
}

void ahead_leave(struct ahead *a)
{
    if (a->now->end == END_FILE)
        file_done(a);
    else
        stop(a);
}
