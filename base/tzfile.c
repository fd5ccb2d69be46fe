/* tzfile.c - finds and reads the file of a zone. */
#include "base/tzfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/suggest.h"
#include "base/tzif.h"

enum { FILE_BYTES_MAX = 1 << 20, READ_BYTES = 4096 };

static const char *folder(void)
{
    const char *env = getenv("TZDIR"); /* NOLINT: nothing here sets it */

    return env && *env ? env : "/usr/share/zoneinfo";
}

/* Letters, digits and `/_+-`, each part begins with a letter: no `..`, no
 * absolute path, no hidden file. */
static bool is_name(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = (char)(s[i] | 0x20);
        bool letter = c >= 'a' && c <= 'z';
        bool digit = s[i] >= '0' && s[i] <= '9';
        bool first = i == 0 || s[i - 1] == '/';
        if (!letter && (first || (!digit && !strchr("/_+-", s[i]))))
            return false;
    }
    return len > 0 && s[len - 1] != '/';
}

/* The names in a table of the database, one a line in the last but one or
 * third column (zone1970.tab, zone.tab). */
static void suggest_names(struct suggest *near, struct arena *a,
                          const char *text, size_t len)
{
    const char *end = text + len;

    while (text < end) {
        const char *line = memchr(text, '\n', (size_t)(end - text));
        const char *stop = line ? line : end, *at = text;
        for (int tabs = 0; at < stop && tabs < 2; at++)
            tabs += *at == '\t';
        const char *past = at;
        while (past < stop && *past != '\t')
            past++;
        if (*text != '#' && past > at)
            suggest_try(near, arena_strndup(a, at, (size_t)(past - at)));
        text = stop + 1;
    }
}

static bool read_all(int fd, struct buf *out)
{
    for (;;) {
        buf_reserve(out, READ_BYTES);
        ssize_t n = read(fd, out->data + out->len, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        out->len += (size_t)n;
        if (out->len > FILE_BYTES_MAX) {
            errno = EFBIG;
            return false;
        }
    }
}

/* A regular file; errno says why not. */
static bool read_file(const char *path, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;

    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0;
    if (ok && !S_ISREG(st.st_mode)) {
        errno = ENOENT;
        ok = false;
    }
    ok = ok && read_all(fd, out);
    int why = errno;
    close(fd);
    errno = why;
    return ok;
}

static void hint_names(struct arena *a, const char *name, struct err *e)
{
    struct suggest near = {.wrong = name};
    char path[4096];
    struct buf table = {0};

    snprintf(path, sizeof path, "%s/zone1970.tab", folder());
    if (read_file(path, &table))
        suggest_names(&near, a, (const char *)table.data, table.len);
    buf_free(&table);
    if (near.best)
        err_hint(e, "did you mean `%s`?", near.best);
    else
        err_hint(e, "a name as Europe/Berlin, UTC, or an offset as +02:00");
}

static bool fail_open(struct arena *a, const char *name, struct err *e)
{
    char why[128];
    struct stat st;

    if (stat(folder(), &st) != 0) {
        err_set(e, ERR_USAGE,
                "time zone `%s` cannot be looked up: there is no %s", name,
                folder());
        err_hint(e, "install tzdata, name its folder in $TZDIR, or give an "
                    "offset as +02:00");
        return false;
    }
    if (errno == ENOENT || errno == ENOTDIR) {
        err_set(e, ERR_USAGE, "there is no time zone `%s`", name);
        hint_names(a, name, e);
        return false;
    }
    err_set(e, ERR_USAGE, "time zone `%s` cannot be read: %s", name,
            strerror_r(errno, why, sizeof why));
    return false;
}

bool tzfile_read(struct tz *z, struct arena *a, const char *text, size_t len,
                 struct err *e)
{
    char path[4096];
    struct buf file = {0};

    if (!is_name(text, len)) {
        err_set(e, ERR_USAGE, "`%.*s` is no time zone", (int)len, text);
        err_hint(e, "a name as Europe/Berlin, UTC, or an offset as +02:00");
        return false;
    }
    const char *name = arena_strndup(a, text, len);
    int n = snprintf(path, sizeof path, "%s/%s", folder(), name);
    if (n < 0 || (size_t)n >= sizeof path)
        return err_set(e, ERR_USAGE, "the path in $TZDIR is too long");
    bool ok = read_file(path, &file);
    if (!ok)
        fail_open(a, name, e);
    else if (!tzif_read(z, a, file.data, file.len, e))
        ok = err_context(e, "time zone `%s`", name);
    buf_free(&file);
    return ok;
}
