/* rows.c - what a query puts out, as text to compare with. */
#include "tests/rows.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tests/packets.h"

struct sink {
    FILE *csv, *notes, *explain;
    struct query_session *session;
    struct query_counts counts;
};

/* ---- cells ---- */

static void put_time(FILE *f, const struct sink *s, int64_t t, bool date)
{
    int32_t offset = tz_offset(query_session_tz(s->session), t);
    char text[TIMESTAMP_TEXT_MAX];

    if (date)
        timestamp_format_date(text, t, offset);
    else
        timestamp_format(text, t, offset);
    (void)fputs(text, f);
}

static void put_net(FILE *f, const struct vtype *type, struct addr a)
{
    char text[ADDR_TEXT_MAX];

    addr_format(text, a);
    (void)fprintf(f, "%s/%u", text, addr_is_v4(a) ? type->bits4 : type->bits6);
}

static void put_string(FILE *f, const struct sink *s, int64_t id, bool quoted)
{
    const char *q = quoted ? "\"" : "";
    const char *text =
        strtab_text(query_session_text(s->session), (uint32_t)id, NULL);

    (void)fprintf(f, "%s%s%s", q, text, q);
}

static void put_cell(FILE *f, const struct sink *s, const struct vtype *type,
                     union cell c, bool in_set)
{
    char text[ADDR_TEXT_MAX]; /* the longest of all */

    switch (type->type) {
    case TYPE_BOOL: (void)fputs(c.i ? "true" : "false", f); break;
    case TYPE_INT: (void)fprintf(f, "%" PRId64, c.i); break;
    case TYPE_REAL: (void)fprintf(f, "%.10g", c.r); break;
    case TYPE_ADDR:
        addr_format(text, c.a);
        (void)fputs(text, f);
        break;
    case TYPE_NET: put_net(f, type, c.a); break;
    case TYPE_MAC: (void)fprintf(f, "%012" PRIx64, (uint64_t)c.i); break;
    case TYPE_TIME: put_time(f, s, c.i, type->date); break;
    case TYPE_DURATION:
        timestamp_format_seconds(text, c.i);
        (void)fputs(text, f);
        break;
    case TYPE_STRING: put_string(f, s, c.i, in_set); break;
    case TYPE_FLAGS:
        schema_flags_text(text, (uint16_t)c.i);
        (void)fputs(text, f);
        break;
    case TYPE_SET:
    case TYPE_COUNT: break;
    }
}

static void put_tuple(FILE *f, const struct sink *s, const struct vtype *type,
                      const union cell *member)
{
    (void)fputs(type->members > 1 ? "(" : "", f);
    for (uint32_t m = 0; m < type->members; m++) {
        struct vtype one = {.type = type->member[m],
                            .date = type->date,
                            .bits4 = type->bits4,
                            .bits6 = type->bits6};
        (void)fputs(m ? ", " : "", f);
        put_cell(f, s, &one, member[m], true);
    }
    (void)fputs(type->members > 1 ? ")" : "", f);
}

static void put_set(FILE *f, const struct sink *s, const struct set *set)
{
    (void)fputs("{", f);
    for (size_t i = 0; i < set->n; i++) {
        (void)fputs(i ? ", " : "", f);
        put_tuple(f, s, &set->type, &set->member[i * set->type.members]);
    }
    (void)fputs("}", f);
}

static void put_csv(FILE *f, const char *text)
{
    bool quote = strpbrk(text, ",\"\n") != NULL;

    (void)fputs(quote ? "\"" : "", f);
    for (; *text; text++)
        (void)fprintf(f, quote && *text == '"' ? "\"%c" : "%c", *text);
    (void)fputs(quote ? "\"" : "", f);
}

/* ---- the sink ---- */

/* Packets are shown by what the notation gives. */
static bool is_shown(const struct columns *c, uint32_t i)
{
    return !c->packets || i >= FIELD_COUNT || i == FIELD_TIME ||
           i == FIELD_SENSOR || i == FIELD_SRC || i == FIELD_DST ||
           i == FIELD_SPORT || i == FIELD_DPORT || i == FIELD_PROTO ||
           i == FIELD_FLAGS;
}

static bool begin(void *ctx, uint32_t index, const struct columns *c)
{
    struct sink *s = ctx;
    bool more = false;

    (void)fputs(index ? "\n" : "", s->csv);
    for (uint32_t i = 0; i < c->n; i++) {
        if (!is_shown(c, i))
            continue;
        (void)fputs(more ? "," : "", s->csv);
        put_csv(s->csv, c->col[i].name);
        more = true;
    }
    (void)fputs("\n", s->csv);
    return true;
}

static void put_value(struct sink *s, const struct vtype *type,
                      const struct column *c, uint32_t row)
{
    struct value v = value_at(c, schema_types[type->type].lane, row);
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        err_no_memory();
    if (!v.absent && type->type == TYPE_SET)
        put_set(f, s, v.cell.set);
    else if (!v.absent)
        put_cell(f, s, type, v.cell, false);
    else
        (void)fputs("-", f);
    (void)fclose(f);
    put_csv(s->csv, text);
    free(text);
}

static bool rows(void *ctx, struct batch *b, const struct columns *c)
{
    struct sink *s = ctx;

    for (uint32_t k = 0; k < b->sel.n; k++) {
        bool more = false;
        for (uint32_t i = 0; i < c->n; i++) {
            if (!is_shown(c, i))
                continue;
            (void)fputs(more ? "," : "", s->csv);
            put_value(s, &c->col[i].type, batch_column(b, i), b->sel.row[k]);
            more = true;
        }
        (void)fputs("\n", s->csv);
    }
    return true;
}

static void end(void *ctx, uint32_t index, const struct query_counts *n)
{
    struct sink *s = ctx;

    (void)index;
    s->counts = *n;
}

static void note(void *ctx, struct span at, const char *text)
{
    struct sink *s = ctx;

    if (at.from < at.to)
        (void)fprintf(s->notes, "%u-%u: ", at.from, at.to);
    (void)fprintf(s->notes, "%s\n", text);
}

static void explain(void *ctx, const char *line)
{
    struct sink *s = ctx;
    const char *disk = strstr(line, " on disk");
    size_t len = strlen(line);

    /* Bytes on disk are the business of the store's tests. */
    while (disk && len > 0 && line[len] != ',')
        len--;
    (void)fprintf(s->explain, "%.*s\n", (int)len, line);
}

/* ---- running ---- */

static bool set_params(struct query_session *q, const char *const *params,
                       struct err *e)
{
    for (; params && *params; params++) {
        char name[64];
        const char *value = strchr(*params, '=');
        snprintf(name, sizeof name, "%.*s", (int)(value - *params), *params);
        if (!query_session_param(q, name, value + 1, e))
            return false;
    }
    return true;
}

static void run(struct store *s, const char *text,
                const struct query_settings *o, const char *const *params,
                struct sink *sink, struct err *e)
{
    struct query_sink calls = {.ctx = sink,
                               .begin = begin,
                               .rows = rows,
                               .end = end,
                               .note = note,
                               .explain = explain};
    struct query_session *q = query_session_open(s, o, e);

    if (!q)
        return;
    sink->session = q;
    if (set_params(q, params, e)) {
        bool ok = query_run(q, text, strlen(text), &calls, e);
        packets_must(ok == (e->code == ERR_NONE), e, "result and error differ");
    }
    query_session_close(q);
}

static FILE *memory(char **text, size_t *size)
{
    FILE *f = open_memstream(text, size);

    if (!f)
        err_no_memory();
    return f;
}

void rows_of(const char *dir, const char *text, const struct query_settings *o,
             const char *const *params, struct rows *out)
{
    struct err e = {.code = ERR_NONE};
    struct sink sink = {.csv = NULL};
    size_t size[4];
    char path[256];

    *out = (struct rows){0};
    snprintf(path, sizeof path, "%s/db", dir);
    struct store *s = store_open(path, &e);
    packets_must(s != NULL, &e, "open");
    sink.csv = memory(&out->csv, &size[0]);
    sink.notes = memory(&out->notes, &size[1]);
    sink.explain = memory(&out->explain, &size[2]);
    FILE *error = memory(&out->error, &size[3]);
    run(s, text, o, params, &sink, &e);
    if (e.code != ERR_NONE)
        err_print(error, &e, text, NULL);
    out->status = err_exit_status(&e);
    out->counts = sink.counts;
    (void)fclose(sink.csv);
    (void)fclose(sink.notes);
    (void)fclose(sink.explain);
    (void)fclose(error);
    store_close(s);
}

void rows_free(struct rows *r)
{
    free(r->csv);
    free(r->notes);
    free(r->explain);
    free(r->error);
    *r = (struct rows){0};
}
