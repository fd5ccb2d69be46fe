/* test_spec.c - runs the files of tests/spec: data, a query, and the rows,
 * notes or error text that it must give, to the letter. tests/README.md says
 * how they are written. SPEC=name runs one file; SPEC_WRITE=1 prints what came
 * out. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "tests/packets.h"
#include "tests/rows.h"
#include "tests/test.h"

enum { PARAMS_MAX = 16 };

enum section {
    DATA,
    SITE,
    SETTINGS,
    QUERY,
    EXPECT,
    ERROR,
    NOTE,
    PLAN,
    SECTIONS
};

static const char *const words[SECTIONS] = {
    "data", "site", "settings", "query", "expect", "error", "note", "plan"};

/* A case; `data`, `site` and `settings` hold for those after it too. */
struct spec {
    const char *file;
    char name[200];
    uint32_t line;
    struct buf part[SECTIONS];
    bool has[SECTIONS];
};

struct runner {
    struct spec spec;
    char *dir; /* the store made of the data in hand */
    uint32_t cases, failed;
};

/* ---- settings ---- */

struct settings {
    struct query_settings o;
    const char *param[PARAMS_MAX + 1];
    uint32_t params;
    char *copy;
};

static void setting(struct settings *s, char *line)
{
    char *value = strchr(line, ' ');
    uint64_t size;

    if (value)
        *value++ = '\0';
    if (strcmp(line, "explain") == 0)
        s->o.explain = true;
    else if (strcmp(line, "profile") == 0)
        s->o.profile = true;
    else if (strcmp(line, "keep-unknown") == 0)
        s->o.keep_unknown = true;
    else if (value && strcmp(line, "tz") == 0)
        s->o.tz = value;
    else if (value && strcmp(line, "range") == 0)
        s->o.range = value;
    else if (value && strcmp(line, "mem") == 0 && text_parse_size(value, &size))
        s->o.mem = size;
    else if (value && strcmp(line, "set") == 0 && s->params < PARAMS_MAX)
        s->param[s->params++] = value;
    else
        fail_msg("unknown setting: %s", line);
}

static struct settings read_settings(const struct spec *t)
{
    struct settings s = {.o = {.now = QUERY_NOW_LATEST}};
    char *save = NULL;

    s.copy = strdup((const char *)t->part[SETTINGS].data
                        ? (const char *)t->part[SETTINGS].data
                        : "");
    for (char *line = strtok_r(s.copy, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save))
        setting(&s, line);
    return s;
}

/* ---- running a case ---- */

static const char *text_of(const struct spec *t, enum section s)
{
    return t->part[s].data ? (const char *)t->part[s].data : "";
}

static void make_store(struct runner *r)
{
    struct arena a = {0};
    uint32_t n;
    struct packet_line *p = packets_parse(&a, text_of(&r->spec, DATA), &n);

    if (!r->dir)
        r->dir = packets_store(
            p, n, r->spec.has[SITE] ? text_of(&r->spec, SITE) : NULL);
    arena_free(&a);
}

static bool same(struct runner *r, enum section s, const char *got)
{
    const char *want = text_of(&r->spec, s);

    if (!r->spec.has[s] || strcmp(want, got) == 0)
        return true;
    fprintf(stderr, "%s:%u: %s\n--- wanted %s\n%s--- got\n%s---\n",
            r->spec.file, r->spec.line, r->spec.name, words[s], want, got);
    return false;
}

static bool as_expected(struct runner *r, const struct rows *got)
{
    struct spec *t = &r->spec;

    if (!t->has[ERROR] && got->error[0]) {
        fprintf(stderr, "%s:%u: %s\n--- failed\n%s---\n", t->file, t->line,
                t->name, got->error);
        return false;
    }
    return same(r, EXPECT, got->csv) && same(r, ERROR, got->error) &&
           same(r, NOTE, got->notes) && same(r, PLAN, got->explain);
}

static void run_case(struct runner *r)
{
    struct settings s = read_settings(&r->spec);
    char *query = strdup(text_of(&r->spec, QUERY));
    struct rows got;

    make_store(r);
    if (query && query[0])
        query[strlen(query) - 1] = '\0';
    rows_of(r->dir, query, &s.o, s.param, &got);
    r->cases++;
    r->failed += !as_expected(r, &got);
    if (getenv("SPEC_WRITE"))
        printf("# %s\nquery\n%s\n%s%s%s%s\n", r->spec.name, query,
               got.error[0] ? "error\n" : "expect\n",
               got.error[0] ? got.error : got.csv,
               got.explain[0] ? "plan\n" : "", got.explain);
    rows_free(&got);
    free(s.copy);
    free(query);
}

/* Blank lines before the next case belong to no section. */
static void trim(struct buf *b)
{
    while (b->len > 1 && b->data[b->len - 1] == '\n' &&
           b->data[b->len - 2] == '\n')
        b->data[--b->len] = '\0';
}

static void end_case(struct runner *r)
{
    struct spec *t = &r->spec;

    for (int s = QUERY; s < SECTIONS; s++)
        trim(&t->part[s]);
    if (t->has[QUERY])
        run_case(r);
    for (int s = QUERY; s < SECTIONS; s++) {
        buf_free(&t->part[s]);
        t->has[s] = false;
    }
}

static void drop_store(struct runner *r)
{
    if (r->dir)
        packets_remove(r->dir);
    r->dir = NULL;
}

/* ---- reading a file ---- */

static bool begin_section(struct runner *r, const char *line, int *now)
{
    struct spec *t = &r->spec;

    for (int s = 0; s < SECTIONS; s++) {
        if (strcmp(line, words[s]) != 0)
            continue;
        if (s < QUERY)
            end_case(r);
        buf_free(&t->part[s]);
        t->has[s] = true;
        if (s == DATA || s == SITE)
            drop_store(r);
        *now = s;
        return true;
    }
    return false;
}

static void add_line(struct buf *b, const char *line)
{
    buf_printf(b, "%s\n", line);
    buf_u8(b, 0);
    b->len--;
}

static void read_line(struct runner *r, const char *line, int *now)
{
    struct spec *t = &r->spec;

    t->line += !t->has[QUERY];
    if (strncmp(line, "# ", 2) == 0 && *now != QUERY) {
        end_case(r);
        snprintf(t->name, sizeof t->name, "%.*s", (int)sizeof t->name - 1,
                 line + 2);
        *now = SECTIONS;
    } else if (!begin_section(r, line, now) && *now != SECTIONS &&
               (line[0] || *now == QUERY || *now == EXPECT || *now == ERROR)) {
        add_line(&t->part[*now], line);
    }
}

static char *next_line(FILE *f, char *line, int size)
{
    if (!fgets(line, size, f))
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return line;
}

/* Returns how many cases failed; a file without cases is one. */
static uint32_t run_file(const char *path)
{
    struct runner r = {.spec = {.file = path}};
    FILE *f = fopen(path, "r");
    char line[2000];
    int now = SECTIONS;
    uint32_t number = 0;

    assert_non_null(f);
    while (next_line(f, line, sizeof line)) {
        number++;
        if (strncmp(line, "# ", 2) == 0)
            r.spec.line = number;
        read_line(&r, line, &now);
    }
    end_case(&r);
    (void)fclose(f);
    drop_store(&r);
    for (int s = 0; s < SECTIONS; s++)
        buf_free(&r.spec.part[s]);
    printf("%s: %u cases\n", path, r.cases);
    return r.failed + (r.cases == 0);
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

static void specs_hold(void **state)
{
    char *path[64];
    uint32_t n = 0, failed = 0;
    DIR *d = opendir("tests/spec");
    const char *only = getenv("SPEC");

    (void)state;
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e && n < 64; e = readdir(d)) {
        const char *dot = strrchr(e->d_name, '.');
        if (!dot || strcmp(dot, ".t") != 0 ||
            (only && !strstr(e->d_name, only)))
            continue;
        if (asprintf(&path[n], "tests/spec/%s", e->d_name) > 0)
            n++;
    }
    closedir(d);
    qsort(path, n, sizeof path[0], by_name);
    for (uint32_t i = 0; i < n; i++) {
        failed += run_file(path[i]);
        free(path[i]);
    }
    assert_int_equal(failed, 0);
    assert_true(n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(specs_hold)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
