/* textfile.c - reading a regular file of bounded size, and its lines. */
#include "query/textfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

enum { FILE_MAX = 64 * 1024 * 1024 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void trim(struct textfile *t)
{
    const char *hash = memchr(t->line, '#', t->len);

    if (hash)
        t->len = (size_t)(hash - t->line);
    while (t->len > 0 && is_blank(t->line[t->len - 1]))
        t->len--;
    while (t->len > 0 && is_blank(*t->line)) {
        t->line++;
        t->len--;
    }
}

bool textfile_next(struct textfile *t)
{
    while (*t->rest) {
        t->line = t->rest;
        t->len = strcspn(t->rest, "\n");
        t->rest += t->len + (t->rest[t->len] == '\n');
        t->number++;
        trim(t);
        if (t->len > 0)
            return true;
    }
    return false;
}

static FILE *open_file(const char *folder, const char *name, struct span at,
                       struct err *e)
{
    char path[4096], why[128];
    bool plain = !folder || name[0] == '/';
    int n = snprintf(path, sizeof path, "%s%s%s", plain ? "" : folder,
                     plain ? "" : "/", name);

    errno = ENAMETOOLONG;
    FILE *f = n > 0 && (size_t)n < sizeof path ? fopen(path, "re") : NULL;

    if (!f)
        err_query(e, at, "%s cannot be read: %s", name,
                  strerror_r(errno, why, sizeof why));
    return f;
}

static char *read_whole(FILE *f, size_t size)
{
    char *text = memory_alloc(size + 1);
    size_t n;

    n = fread(text, 1, size, f);
    text[n] = '\0';
    return text;
}

char *textfile_read(const char *folder, const char *name, struct span at,
                    struct err *e)
{
    FILE *f = open_file(folder, name, at, e);
    struct stat st;
    char *text = NULL;

    if (!f)
        return NULL;
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode))
        err_query(e, at, "%s is no file", name);
    else if (st.st_size > FILE_MAX)
        err_query(e, at, "%s has more than 64 MiB", name);
    else
        text = read_whole(f, (size_t)st.st_size);
    (void)fclose(f);
    return text;
}
