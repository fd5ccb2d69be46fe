/* json.c - objects of reports. */
#include "cli/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"

static void put_key(struct json *j, const char *key)
{
    if (j->depth > 0)
        fprintf(j->out, "%s\n%*s", j->comma ? "," : "", 2 * j->depth, "");
    j->comma = true;
    if (!key)
        return;
    text_print_json(j->out, key, strlen(key));
    fputs(": ", j->out);
}

void json_open(struct json *j, const char *key, char bracket)
{
    put_key(j, key);
    fputc(bracket, j->out);
    j->depth++;
    j->comma = false;
}

void json_close(struct json *j, char bracket)
{
    j->depth--;
    if (j->comma)
        fprintf(j->out, "\n%*s", 2 * j->depth, "");
    fputc(bracket, j->out);
    j->comma = true;
    if (j->depth == 0)
        fputc('\n', j->out);
}

void json_number(struct json *j, const char *key, uint64_t n)
{
    put_key(j, key);
    fprintf(j->out, "%" PRIu64, n);
}

void json_real(struct json *j, const char *key, double v, int digits)
{
    put_key(j, key);
    fprintf(j->out, "%.*f", digits, v);
}

void json_bool(struct json *j, const char *key, bool v)
{
    put_key(j, key);
    fputs(v ? "true" : "false", j->out);
}

void json_text(struct json *j, const char *key, const char *s)
{
    put_key(j, key);
    text_print_json(j->out, s, strlen(s));
}

void json_null(struct json *j, const char *key)
{
    put_key(j, key);
    fputs("null", j->out);
}

void json_time(struct json *j, const char *key, int64_t t)
{
    char text[TIMESTAMP_TEXT_MAX];

    timestamp_format(text, t, 0);
    json_text(j, key, text);
}
