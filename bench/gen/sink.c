/* sink.c - see sink.h. */
#include "bench/gen/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"

enum { BUFFER = 1 << 18, RECORD = 16 + FRAME_SNAP };

/* Files take turns in these forms. Level 1: the archive is soon thrown away.
 * Without the time of packing, the same packets give the same bytes. */
static const struct form {
    const char *suffix;
    int (*filter)(struct archive *);
    const char *options;
} forms[] = {
    {"",     archive_write_add_filter_none, ""                        },
    {".gz",  archive_write_add_filter_gzip,
     "gzip:compression-level=1,gzip:!timestamp"                       },
    {".zst", archive_write_add_filter_zstd, "zstd:compression-level=1"},
};

enum { N_FORMS = sizeof forms / sizeof *forms };

struct sink {
    const struct options *o;
    struct archive *file; /* NULL between files */
    uint32_t files;       /* begun */
    bool nsec;            /* of the open file */
    size_t n;             /* bytes that wait in buf */
    uint8_t buf[BUFFER];
};

struct sink *sink_new(const struct options *o)
{
    struct sink *s = calloc(1, sizeof *s);

    if (s)
        s->o = o;
    return s;
}

static void put32(struct sink *s, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        s->buf[s->n++] = (uint8_t)(v >> (8 * i));
}

static bool failed(struct sink *s, struct err *e)
{
    const char *why = archive_error_string(s->file);

    return err_set(e, ERR_SYSTEM, "cannot write file %u: %s", s->files,
                   why ? why : "unknown");
}

static bool flush(struct sink *s, struct err *e)
{
    la_ssize_t done = archive_write_data(s->file, s->buf, s->n);

    if (done < 0 || (size_t)done != s->n)
        return failed(s, e);
    s->n = 0;
    return true;
}

static bool end_file(struct sink *s, struct err *e)
{
    if (!s->file)
        return true;
    bool ok = flush(s, e);
    if (archive_write_close(s->file) != ARCHIVE_OK && ok)
        ok = failed(s, e);
    archive_write_free(s->file);
    s->file = NULL;
    return ok;
}

static bool open_file(struct sink *s, const char *path, const struct form *form)
{
    struct archive_entry *entry = archive_entry_new();
    bool ok = entry && archive_write_set_format_raw(s->file) == ARCHIVE_OK &&
              form->filter(s->file) == ARCHIVE_OK &&
              archive_write_set_options(s->file, form->options) == ARCHIVE_OK &&
              archive_write_open_filename(s->file, path) == ARCHIVE_OK;

    if (ok) {
        archive_entry_set_filetype(entry, AE_IFREG);
        ok = archive_write_header(s->file, entry) == ARCHIVE_OK;
    }
    archive_entry_free(entry);
    return ok;
}

bool sink_next(struct sink *s, int64_t time, struct err *e)
{
    const struct form *form = &forms[s->o->mixed ? s->files % N_FORMS : 0];
    time_t seconds = time / TIMESTAMP_SECOND;
    char path[4096], date[16];
    struct tm tm;

    if (!end_file(s, e))
        return false;
    gmtime_r(&seconds, &tm);
    strftime(date, sizeof date, s->o->daily ? "%Y%m%d" : "%Y%m%d-%H", &tm);
    snprintf(path, sizeof path, "%s/%s-%s.pcap%s", s->o->dir, s->o->sensor,
             date, form->suffix);
    s->nsec = s->o->nsec || (s->o->mixed && s->files / N_FORMS % 3 == 2);
    s->files++;
    s->file = archive_write_new();
    if (!s->file)
        return err_set(e, ERR_SYSTEM, "out of memory");
    if (!open_file(s, path, form)) {
        failed(s, e);
        return err_context(e, "%s", path);
    }
    put32(s, s->nsec ? 0xa1b23c4d : 0xa1b2c3d4);
    put32(s, 2 | 4 << 16); /* version 2.4 */
    put32(s, 0);
    put32(s, 0);
    put32(s, FRAME_SNAP);
    put32(s, 1); /* Ethernet */
    return true;
}

bool sink_put(struct sink *s, const struct frame *f, struct err *e)
{
    if (s->n + RECORD > BUFFER && !flush(s, e))
        return false;
    put32(s, (uint32_t)(f->time / TIMESTAMP_SECOND));
    put32(s, (uint32_t)(f->time % TIMESTAMP_SECOND / (s->nsec ? 1 : 1000)));
    put32(s, f->kept);
    put32(s, f->length);
    memcpy(s->buf + s->n, f->bytes, f->kept);
    s->n += f->kept;
    return true;
}

uint32_t sink_files(const struct sink *s)
{
    return s->files;
}

bool sink_close(struct sink *s, struct err *e)
{
    bool ok = end_file(s, e);

    free(s);
    return ok;
}
