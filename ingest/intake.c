/* intake.c - one file: found out where to begin, its packets decoded and
 * handed to the store, its outcome reported. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/pipeline.h"
#include "ingest/report.h"
#include "ingest/sensor.h"
#include "ingest/trace.h"

static void name_capture(struct store_capture *c, const struct pipeline *u,
                         const char *path)
{
    snprintf(c->name, sizeof c->name, "%s", path);
    if (u->o->sensor)
        snprintf(c->sensor, sizeof c->sensor, "%s", u->o->sensor);
    else
        sensor_from_path(c->sensor, path);
}

static bool is_odd(const struct pipeline *u, int64_t time)
{
    return time < u->odd_from || time > u->odd_to;
}

static void note_times(struct store_capture *c, int64_t time, bool first)
{
    if (first || time < c->first_time)
        c->first_time = time;
    if (first || time > c->last_time)
        c->last_time = time;
}

/* The packet the feed delivered last. */
static bool keep(struct pipeline *u, const struct feed *f,
                 const struct record *r, struct store_capture *c, struct err *e)
{
    bool first = c->kept == 0, added = true;

    if (u->writer) {
        if (!store_writer_add(u->writer, c, r, f->n - 1, is_odd(u, r->TIME),
                              &added, e))
            return false;
        u->uncommitted++;
    }
    if (added) {
        note_times(c, r->TIME, first);
        report_kept(u->report, r->TIME);
    } else {
        report_skip(u->report, "known", 1);
    }
    return true;
}

static bool take(struct pipeline *u, const struct feed *f,
                 const struct capture_packet *p, struct store_capture *c,
                 struct err *e)
{
    struct record room;
    const struct record *r;

    if (is_odd(u, p->time) && !u->o->accept_odd_times) {
        report_skip(u->report, "odd-time", 1);
    } else if ((r = ahead_record(f, &u->decode, p, &room)) != NULL) {
        if (!keep(u, f, r, c, e))
            return false;
    } else {
        char reason[64];

        capture_skip_reason(reason, p->linktype);
        report_skip(u->report, reason, 1);
        if (p->linktype == TRACE_STRANGE)
            report_warn(u->report, f->path, "line %u is not understood",
                        p->len);
    }
    /* Behind the addition: should that commit, the ledger claims less than is
     * there, never more. */
    c->packets = f->n;
    c->digest = f->digest;
    return true;
}

/* `p` and everything behind it. */
static bool take_rest(struct pipeline *u, struct feed *f,
                      struct capture_packet *p, struct store_capture *c,
                      struct err *e)
{
    uint64_t steps =
        c->steps_back > f->steps_back ? c->steps_back - f->steps_back : 0;

    do {
        c->steps_back = steps + f->steps_back;
        if (!take(u, f, p, c, e) || !pipeline_tick(u, f, false, e))
            return false;
    } while (feed_next(f, p));
    return true;
}

static bool end_capture(struct pipeline *u, const struct feed *f,
                        struct store_capture *c, bool ok, struct err *e)
{
    struct err failed = {0};
    struct feed_facts facts;

    feed_facts(f, &facts);
    c->partial = c->partial || facts.lost > 0;
    if (ok && !feed_broken(f))
        c->state = CAPTURE_WHOLE;
    if (!feed_is_stream(f))
        c->file_bytes = feed_bytes_in(f);
    if (!u->writer || (!ok && e->code != ERR_STOPPED) ||
        store_writer_end(u->writer, c, &failed))
        return ok;
    *e = failed;
    return false;
}

/* With start->whole only the state of the capture is put right. */
static bool store_rest(struct pipeline *u, struct feed *f,
                       struct pipeline_start *start, struct err *e)
{
    struct store_capture *c = malloc(sizeof *c);

    if (!c)
        return err_set(e, ERR_SYSTEM, "out of memory");
    *c = start->capture;
    c->state = CAPTURE_CUT; /* until its end was seen */
    bool ok = !u->writer || store_writer_begin(u->writer, c, e);

    if (ok) {
        ok = start->whole || take_rest(u, f, &start->pending, c, e);
        ok = end_capture(u, f, c, ok, e);
    }
    u->held[u->n_held++] = c; /* a commit must find it */
    return ok;
}

/* All packets are known; but the capture was cut when it was stored, though
 * none was missing, or did not say yet that some were lost. */
static bool says_more(const struct feed *f, const struct pipeline_start *s)
{
    struct feed_facts facts;

    feed_facts(f, &facts);
    return s->whole && !feed_broken(f) && s->capture.packets == f->n &&
           (s->capture.state == CAPTURE_CUT ||
            (facts.lost > 0 && !s->capture.partial));
}

static void refuse(struct pipeline *u, const char *path, const struct err *why)
{
    u->report->files[INGEST_REFUSED]++;
    u->report->incomplete = true;
    report_warn(u->report, path, "%s", why->text);
}

/* What there is to say of a file that was read to its end. */
static void conclude(struct pipeline *u, struct feed *f,
                     enum ingest_outcome outcome)
{
    struct feed_facts facts;

    feed_facts(f, &facts);
    u->report->files[outcome]++;
    if (facts.lost)
        report_warn(u->report, f->path,
                    "%" PRIu64 " packet%s lost while it was captured",
                    facts.lost, facts.lost == 1 ? " was" : "s were");
    if (facts.broken && !u->o->follow) {
        u->report->files_cut++;
        u->report->incomplete = true;
        report_warn(u->report, f->path,
                    "cut at byte %" PRIu64 ", the packets before are kept: %s",
                    facts.offset, facts.why);
    }
    if (f->steps_back) {
        u->report->files_stepped_back++;
        report_warn(u->report, f->path,
                    "its clock steps back %" PRIu64 " time%s", f->steps_back,
                    f->steps_back == 1 ? "" : "s");
    }
}

/* Content decides what a capture is; a sensor asked for in vain is told. */
static void compare_sensor(struct pipeline *u, const struct feed *f,
                           const struct store_capture *c)
{
    if (u->o->sensor && strcmp(u->o->sensor, c->sensor) != 0)
        report_warn(u->report, f->path,
                    "is in the store as a capture of sensor '%s'", c->sensor);
}

static bool read_packets(struct pipeline *u, struct feed *f, struct err *e)
{
    struct pipeline_start start = {.known = 0};

    if (!feed_next(f, &start.pending)) {
        conclude(u, f, INGEST_EMPTY);
        return true;
    }
    name_capture(&start.capture, u, f->path);
    start.capture.first = f->digest;
    if (!pipeline_resume(u, f, &start, e))
        return false;
    bool ok = true;

    compare_sensor(u, f, &start.capture);
    report_skip(u->report, "known", start.known);
    if (!start.whole || says_more(f, &start))
        ok = store_rest(u, f, &start, e);
    u->report->packets_read += f->n;
    if (ok)
        conclude(u, f,
                 start.whole   ? INGEST_KNOWN
                 : start.known ? INGEST_CONTINUED
                               : INGEST_NEW);
    return ok;
}

static bool open_feed(struct pipeline *u, const char *path, struct feed *f,
                      enum capture_kind *kind, struct err *e)
{
    uint32_t file = (uint32_t)u->progress.files_done;

    return u->ahead ? ahead_open(u->ahead, file, path, f, kind, e)
                    : feed_open(f, path, kind, e);
}

bool pipeline_file(struct pipeline *u, const char *path, struct err *e)
{
    struct feed f;
    struct feed_facts facts;
    enum capture_kind kind;
    struct err why = {0};
    bool ok = true;

    if (open_feed(u, path, &f, &kind, &why)) {
        ok = read_packets(u, &f, e);
        feed_facts(&f, &facts);
        u->bytes_done += facts.bytes_in;
        u->report->bytes_in += facts.bytes_in;
        u->report->bytes_unpacked += facts.bytes_out;
        if (!ok && e->code == ERR_INPUT) {
            why = *e;
            *e = (struct err){0};
            refuse(u, path, &why);
            ok = true;
        }
    } else if (why.code == ERR_SYSTEM) {
        *e = why;
        ok = false;
    } else if (kind == CAPTURE_EMPTY) {
        u->report->files[INGEST_EMPTY]++;
    } else {
        refuse(u, path, &why);
    }
    feed_close(&f);
    return ok;
}
