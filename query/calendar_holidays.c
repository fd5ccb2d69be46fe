/* calendar_holidays.c - files of holidays. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/memory.h"
#include "base/timestamp.h"
#include "query/calendar.h"

enum { FILE_BYTES_MAX = 1 << 20, DATE_CHARS = 10 };

static bool read_whole(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    ssize_t n = 0;

    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0;
    if (ok && (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)) {
        errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
        ok = false;
    }
    buf_reserve(out, FILE_BYTES_MAX);
    while (ok && out->len < FILE_BYTES_MAX &&
           (n = read(fd, out->data + out->len, FILE_BYTES_MAX - out->len)) != 0)
        if (n > 0)
            out->len += (size_t)n;
        else if (errno != EINTR)
            ok = false;
    int why = errno;
    close(fd);
    errno = why;
    return ok;
}

static bool digits(const char *s, int n, int32_t *out)
{
    *out = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *out = *out * 10 + (s[i] - '0');
    }
    return true;
}

/* "2026-12-25", and a blank or nothing behind it. */
static bool parse_date(const char *s, size_t len, int64_t *day)
{
    struct civil c = {0};

    if (len < DATE_CHARS || !digits(s, 4, &c.year) || s[4] != '-' ||
        !digits(s + 5, 2, &c.month) || s[7] != '-' ||
        !digits(s + 8, 2, &c.day) || !timestamp_valid(&c))
        return false;
    *day = timestamp_days(c.year, c.month, c.day);
    return len == DATE_CHARS || s[DATE_CHARS] == ' ' || s[DATE_CHARS] == '\t';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* 1: a day, 0: nothing, -1: an error. */
static int parse_line(const char *s, size_t len, int64_t *day)
{
    const char *comment = memchr(s, '#', len);

    len = comment ? (size_t)(comment - s) : len;
    while (len > 0 && is_blank(*s))
        s++, len--;
    while (len > 0 && is_blank(s[len - 1]))
        len--;
    if (len == 0)
        return 0;
    return parse_date(s, len, day) ? 1 : -1;
}

static int compare_days(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static bool fail_line(const struct ast_calendar_span *span, uint32_t line,
                      struct err *e)
{
    err_query(e, span->at, "line %u of %s is no holiday", line, span->text);
    err_hint(e, "one a line, as 2026-12-25 Christmas Day");
    return false;
}

static bool parse_days(struct arena *a, struct calendar *c,
                       const struct ast_calendar_span *span,
                       const struct buf *file, struct err *e)
{
    const char *s = (const char *)file->data, *end = s + file->len;
    uint32_t line = 0;

    /* A day takes ten characters and a line feed. */
    c->holiday =
        arena_array(a, int64_t, c->holidays + file->len / DATE_CHARS + 1);
    while (s < end) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        size_t len = (size_t)((stop ? stop : end) - s);
        int found = parse_line(s, len, &c->holiday[c->holidays]);
        line++;
        if (found < 0)
            return fail_line(span, line, e);
        c->holidays += (uint32_t)found;
        s += len + 1;
    }
    qsort(c->holiday, c->holidays, sizeof *c->holiday, compare_days);
    return true;
}

bool calendar_holidays(struct arena *a, struct calendar *c, const char *dir,
                       const struct ast_calendar_span *span, struct err *e)
{
    size_t room = strlen(dir) + strlen(span->text) + 2;
    char *path = arena_alloc(a, room), why[128];
    struct buf file = {0};

    snprintf(path, room, "%s%s%s", *span->text == '/' ? "" : dir,
             *span->text == '/' ? "" : "/", span->text);
    bool ok = read_whole(path, &file);
    if (!ok) {
        err_query(e, span->at, "%s: %s", span->text,
                  strerror_r(errno, why, sizeof why));
        err_hint(e, "the file stands beside site.trawl");
    }
    ok = ok && parse_days(a, c, span, &file, e);
    buf_free(&file);
    return ok;
}
