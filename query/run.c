/* run.c - interruption, deadlines, and what to say when memory is out. */
#include "query/run.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/timestamp.h"

int64_t run_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * TIMESTAMP_SECOND + now.tv_nsec;
}

bool run_check(struct run *r)
{
    char limit[TIMESTAMP_TEXT_MAX];

    if (r->e->code != ERR_NONE)
        return false;
    if (r->stop && *r->stop)
        return err_set(r->e, ERR_STOPPED, "interrupted");
    if (r->deadline == 0 || run_clock() < r->deadline)
        return true;
    timestamp_format_length(limit, r->limit);
    err_set(r->e, ERR_LIMIT, "the query took longer than %s", limit);
    err_hint(r->e, "give --limit-time, or a shorter range");
    return false;
}

void run_foot(struct run *r, const char *fmt, ...)
{
    struct run_footer *f = arena_new(r->arena, struct run_footer), **end;
    char text[480];
    int len = 0;
    va_list ap;

    if (r->let)
        len = snprintf(text, sizeof text, "let %.100s: ", r->let);
    va_start(ap, fmt);
    vsnprintf(text + len, sizeof text - (size_t)len, fmt, ap);
    va_end(ap);
    f->text = arena_strndup(r->arena, text, strlen(text));
    for (end = &r->footers; *end; end = &(*end)->next)
        continue;
    *end = f;
}

const char *run_number(char out[32], uint64_t n)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n);
    size_t at = 0;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

bool run_over(struct run *r, const char *stage, const char *fmt, ...)
{
    char limit[24], what[200];
    va_list ap;

    if (r->e->code != ERR_NONE)
        return false;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    text_bytes(limit, r->budget->limit);
    err_set(r->e, ERR_LIMIT, "`%s`: %s are not enough: %s", stage, limit, what);
    err_hint(r->e, "give --mem, or ask for less at once");
    return false;
}
