/* source.c - file bytes: gzip through gunzip.h, xz through unxz.h, other
 * compression through libarchive's filters, plain files past all. */
#include "ingest/source.h"

#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ingest/gunzip.h"
#include "ingest/unxz.h"

enum { PEEK = 6, INPUT_BUFFER = 256 * 1024 };

static const struct filter {
    const char *magic;
    size_t len;
    int code;
    const char *name;
} filters[] = {
    {"\x1f\x8b",         2, ARCHIVE_FILTER_GZIP,  "gzip" },
    {"\x28\xb5\x2f\xfd", 4, ARCHIVE_FILTER_ZSTD,  "zstd" },
    {"BZh",              3, ARCHIVE_FILTER_BZIP2, "bzip2"},
    {"\x04\x22\x4d\x18", 4, ARCHIVE_FILTER_LZ4,   "lz4"  },
    {"\xfd\x37zXZ\0",    6, ARCHIVE_FILTER_XZ,    "xz"   },
};

struct source {
    int fd;
    struct gunzip *gunzip;   /* gzip, or NULL */
    struct unxz *unxz;       /* xz, or NULL */
    struct archive *archive; /* other compression, or NULL */
    const struct filter *filter;
    uint8_t peek[PEEK];
    size_t peeked, given; /* bytes in `peek`, and of these delivered */
    const uint8_t *chunk; /* decompressed and not yet delivered; archive's */
    size_t chunk_len;
    uint64_t in, out;
    bool failed, ended;
    char why[160];
    uint8_t input[INPUT_BUFFER];
};

static ssize_t fail(struct source *s, const char *what, const char *why)
{
    if (!s->failed)
        snprintf(s->why, sizeof s->why, "%s%s%s", what, *what ? ": " : "",
                 why ? why : "unknown reason");
    s->failed = true;
    return -1;
}

static ssize_t read_fd(struct source *s, void *out, size_t len)
{
    ssize_t n;

    do
        n = read(s->fd, out, len);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        char text[80];

        return fail(s, "", strerror_r(errno, text, sizeof text));
    }
    s->in += (uint64_t)n;
    return n;
}

/* The bytes of the file from its start, peeked ones included. */
static ssize_t read_plain(struct source *s, void *out, size_t len)
{
    size_t left = s->peeked - s->given;

    if (!left)
        return read_fd(s, out, len);
    if (len > left)
        len = left;
    memcpy(out, s->peek + s->given, len);
    s->given += len;
    return (ssize_t)len;
}

static la_ssize_t feed(struct archive *a, void *ctx, const void **bytes)
{
    struct source *s = ctx;
    ssize_t n = read_plain(s, s->input, sizeof s->input);

    *bytes = s->input;
    if (n < 0)
        archive_set_error(a, EIO, "%s", s->why);
    return n;
}

/* A chain of exactly one filter: nested ones would multiply the memory. */
static bool open_archive(struct source *s)
{
    struct archive_entry *entry;
    struct archive *a = s->archive = archive_read_new();

    if (!a || archive_read_append_filter(a, s->filter->code) < ARCHIVE_WARN ||
        archive_read_support_format_raw(a) != ARCHIVE_OK ||
        archive_read_open(a, s, NULL, feed, NULL) != ARCHIVE_OK)
        return false;
    int status = archive_read_next_header(a, &entry);

    s->ended = status == ARCHIVE_EOF;
    return status == ARCHIVE_OK || s->ended;
}

static ssize_t feed_stream(void *ctx, void *out, size_t len)
{
    return read_plain(ctx, out, len);
}

static void open_filter(struct source *s)
{
    bool made = true;

    if (s->filter->code == ARCHIVE_FILTER_GZIP) {
        s->gunzip = gunzip_new(feed_stream, s);
        made = s->gunzip;
    } else if (s->filter->code == ARCHIVE_FILTER_XZ) {
        s->unxz = unxz_new(feed_stream, s);
        made = s->unxz;
    } else if (!open_archive(s)) {
        /* libarchive would only say that it does not know the format */
        fail(s, s->filter->name,
             "damaged, cut at its start, or with a window over 128 MiB");
    }
    if (!made)
        fail(s, s->filter->name, "out of memory");
}

static const struct filter *find_filter(const struct source *s)
{
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        if (s->peeked >= filters[i].len &&
            memcmp(s->peek, filters[i].magic, filters[i].len) == 0)
            return &filters[i];
    return NULL;
}

static bool peek(struct source *s)
{
    while (s->peeked < PEEK) {
        ssize_t n = read_fd(s, s->peek + s->peeked, PEEK - s->peeked);

        if (n < 0)
            return false;
        if (n == 0)
            break;
        s->peeked += (size_t)n;
    }
    return true;
}

struct source *source_open(int fd, struct err *e)
{
    struct source *s = calloc(1, sizeof *s);

    if (!s) {
        close(fd);
        err_set(e, ERR_SYSTEM, "out of memory");
        return NULL;
    }
    s->fd = fd;
    if (peek(s)) {
        s->filter = find_filter(s);
        if (s->filter)
            open_filter(s);
    }
    if (s->failed) {
        err_set(e, ERR_INPUT, "%s", s->why);
        source_close(s);
        return NULL;
    }
    return s;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    gunzip_free(s->gunzip);
    unxz_free(s->unxz);
    if (s->archive)
        archive_read_free(s->archive);
    close(s->fd);
    free(s);
}

/* Makes `chunk` non-empty; false at the end and on failure. */
static bool next_chunk(struct source *s)
{
    while (!s->chunk_len && !s->ended && !s->failed) {
        const void *at;
        la_int64_t offset;
        int status =
            archive_read_data_block(s->archive, &at, &s->chunk_len, &offset);

        s->chunk = at;
        if (status == ARCHIVE_EOF)
            s->ended = true;
        else if (status < ARCHIVE_WARN)
            fail(s, s->filter->name, archive_error_string(s->archive));
        if (s->ended || s->failed)
            s->chunk_len = 0;
    }
    return s->chunk_len;
}

static ssize_t read_unpacked(struct source *s, void *out, size_t len)
{
    if (!next_chunk(s))
        return s->failed ? -1 : 0;
    if (len > s->chunk_len)
        len = s->chunk_len;
    memcpy(out, s->chunk, len);
    s->chunk += len;
    s->chunk_len -= len;
    return (ssize_t)len;
}

static ssize_t read_stream(struct source *s, void *out, size_t len)
{
    const char *why;
    ssize_t n = s->gunzip ? gunzip_read(s->gunzip, out, len, &why)
                          : unxz_read(s->unxz, out, len, &why);

    return n < 0 ? fail(s, s->filter->name, why) : n;
}

ssize_t source_read(struct source *s, void *out, size_t len)
{
    ssize_t n = s->gunzip || s->unxz ? read_stream(s, out, len)
                : s->archive         ? read_unpacked(s, out, len)
                                     : read_plain(s, out, len);

    if (n > 0)
        s->out += (uint64_t)n;
    return n;
}

const char *source_failure(const struct source *s)
{
    return s->failed ? s->why : NULL;
}

uint64_t source_bytes_in(const struct source *s)
{
    return s->in;
}

uint64_t source_bytes_out(const struct source *s)
{
    return s->out;
}
