/* feed.c - packets of a capture, digested, with a way back. */
#include "ingest/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ingest/ahead.h"

/* What stands before the bytes of a packet in a spool. */
struct spooled {
    int64_t time;
    uint32_t caplen, len;
    int32_t linktype;
};

enum { CAPLEN_MAX = 262144 };

bool feed_is_stream(const struct feed *f)
{
    return strcmp(f->path, "-") == 0;
}

bool feed_open(struct feed *f, const char *path, enum capture_kind *kind,
               struct err *e)
{
    *f = (struct feed){.path = path};
    f->capture = capture_open(path, kind, e);
    return f->capture;
}

void feed_close(struct feed *f)
{
    if (f->ahead)
        ahead_leave(f->ahead);
    capture_close(f->capture);
    if (f->spool)
        fclose(f->spool);
    free(f->bytes);
    *f = (struct feed){.path = f->path};
}

static uint8_t *put_le(uint8_t *at, uint64_t v, int bytes)
{
    for (int i = 0; i < bytes; i++)
        *at++ = (uint8_t)(v >> 8 * i);
    return at;
}

static void count(struct feed *f, const struct capture_packet *p)
{
    uint8_t head[20], *at = head;

    at = put_le(at, (uint64_t)p->linktype, 4);
    at = put_le(at, (uint64_t)p->time, 8);
    at = put_le(at, p->caplen, 4);
    put_le(at, p->len, 4);
    hash_chain(&f->digest, head, sizeof head, p->bytes, p->caplen);
    if (f->n && p->time < f->last)
        f->steps_back++;
    f->last = p->time;
    f->n++;
}

static void spool_put(struct feed *f, const struct capture_packet *p)
{
    struct spooled head = {p->time, p->caplen, p->len, p->linktype};

    f->spooled++;
    if (fwrite(&head, sizeof head, 1, f->spool) != 1 ||
        fwrite(p->bytes, 1, p->caplen, f->spool) != p->caplen) {
        f->spool_failed = true;
        f->keeping = false;
    }
}

static bool spool_get(struct feed *f, struct capture_packet *p)
{
    struct spooled head;

    if (fread(&head, sizeof head, 1, f->spool) != 1 ||
        head.caplen > CAPLEN_MAX ||
        fread(f->bytes, 1, head.caplen, f->spool) != head.caplen) {
        f->spool_failed = true;
        return false;
    }
    *p = (struct capture_packet){head.time, head.caplen, head.len,
                                 head.linktype, f->bytes};
    f->replayed++;
    return true;
}

/* The stream goes on where the spool ends. */
static void end_replay(struct feed *f)
{
    f->replaying = false;
    if (f->keeping)
        f->spool_failed = fseeko(f->spool, 0, SEEK_END) != 0;
}

bool feed_next(struct feed *f, struct capture_packet *p)
{
    bool got;

    if (f->ahead)
        return ahead_next(f->ahead, f, p);
    if (f->replaying && f->replayed == f->spooled)
        end_replay(f);
    if (f->replaying) {
        got = spool_get(f, p);
    } else {
        got = capture_next(f->capture, p);
        if (got && f->keeping)
            spool_put(f, p);
    }
    if (got)
        count(f, p);
    return got;
}

const char *feed_broken(const struct feed *f)
{
    if (f->replaying && f->spool_failed)
        return "the temporary copy of the stream cannot be read";
    if (f->ahead)
        return ahead_facts(f->ahead)->broken ? ahead_facts(f->ahead)->why
                                             : NULL;
    return capture_broken(f->capture);
}

static FILE *open_spool(const char *dir)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    FILE *spool = fd < 0 ? tmpfile() : fdopen(fd, "w+");

    if (!spool && fd >= 0)
        close(fd);
    return spool;
}

bool feed_keep(struct feed *f, const struct capture_packet *first,
               const char *dir, struct err *e)
{
    if (!feed_is_stream(f))
        return true;
    f->bytes = malloc(CAPLEN_MAX);
    f->spool = open_spool(dir);
    if (!f->bytes || !f->spool)
        return err_set(e, ERR_SYSTEM, "no temporary file for the stream");
    f->keeping = true;
    spool_put(f, first);
    return true;
}

static bool reopen(struct feed *f, struct err *e)
{
    enum capture_kind kind;

    if (f->ahead)
        ahead_leave(f->ahead);
    f->ahead = NULL;
    capture_close(f->capture);
    f->capture = capture_open(f->path, &kind, e);
    return f->capture;
}

bool feed_rewind(struct feed *f, struct err *e)
{
    f->n = f->steps_back = 0;
    f->digest = (struct digest){0};
    if (!feed_is_stream(f))
        return reopen(f, e);
    if (!f->spool || f->spool_failed || fseeko(f->spool, 0, SEEK_SET) != 0)
        return err_set(e, ERR_SYSTEM,
                       "the temporary copy of the stream could not be kept");
    f->replaying = true;
    f->replayed = 0;
    return true;
}

void feed_forget(struct feed *f)
{
    f->keeping = false;
    if (f->spool && !f->replaying) {
        fclose(f->spool);
        f->spool = NULL;
    }
}

void feed_facts(const struct feed *f, struct feed_facts *out)
{
    *out = (struct feed_facts){.broken = false};
    if (f->ahead)
        *out = *ahead_facts(f->ahead);
    if (!f->capture)
        return;
    const char *broken = feed_broken(f);

    out->bytes_in = feed_bytes_in(f);
    out->bytes_out = capture_bytes_out(f->capture);
    out->offset = capture_offset(f->capture);
    out->lost = capture_lost(f->capture);
    out->broken = broken != NULL;
    snprintf(out->why, sizeof out->why, "%s", broken ? broken : "");
}

uint64_t feed_bytes_in(const struct feed *f)
{
    if (f->ahead)
        return ahead_facts(f->ahead)->bytes_in;
    return f->capture ? capture_bytes_in(f->capture) : 0;
}
