/* lookup.c - label files made into disjoint ranges, and databases found by
 * name. */
#include "query/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "query/textfile.h"

/* ---- labels ---- */

struct entry {
    struct addr_range range;
    uint32_t name, place;
};

struct entries {
    struct entry *entry;
    uint32_t n, cap;
};

/* From a range's start its longest prefix comes last, and so does the last
 * line of equal ones. */
static int by_start(const void *a, const void *b)
{
    const struct entry *l = a, *r = b;
    int order = addr_cmp(l->range.lo, r->range.lo);

    if (order == 0)
        order = addr_cmp(r->range.hi, l->range.hi);
    return order ? order : (l->place > r->place) - (l->place < r->place);
}

/* Names that nest: the stack holds the ranges that are open at `next`, from
 * the widest to the longest prefix. */
struct flatten {
    struct lookup_labels *out;
    struct entry open[129];
    uint32_t depth;
    struct addr next;
    bool past_all; /* `next` would lie behind the last address */
};

static void put_range(struct flatten *f, struct addr hi, uint32_t name)
{
    struct lookup_labels *out = f->out;

    if (f->past_all || addr_cmp(f->next, hi) > 0)
        return;
    out->range[out->n] = (struct addr_range){f->next, hi};
    out->name[out->n++] = name;
    f->next = hi;
    f->past_all = !addr_next(&f->next);
}

static void close_before(struct flatten *f, struct addr at)
{
    while (f->depth > 0 && addr_cmp(f->open[f->depth - 1].range.hi, at) < 0) {
        const struct entry *top = &f->open[--f->depth];
        put_range(f, top->range.hi, top->name);
    }
}

static void open_range(struct flatten *f, const struct entry *x)
{
    struct addr before = x->range.lo;
    struct entry *top;

    close_before(f, x->range.lo);
    top = f->depth > 0 ? &f->open[f->depth - 1] : NULL;
    if (top && addr_eq(top->range.lo, x->range.lo) &&
        addr_eq(top->range.hi, x->range.hi)) {
        top->name = x->name;
        return;
    }
    if (top && addr_prev(&before))
        put_range(f, before, top->name);
    f->open[f->depth++] = *x;
    f->next = x->range.lo;
}

static struct lookup_labels *make_labels(struct lookup *l, struct entries *e)
{
    struct lookup_labels *out = arena_new(&l->arena, struct lookup_labels);
    struct flatten *f = memory_zeroed(1, sizeof *f);

    if (e->n > 0)
        qsort(e->entry, e->n, sizeof *e->entry, by_start);
    out->range = arena_array(&l->arena, struct addr_range, 2 * (size_t)e->n);
    out->name = arena_array(&l->arena, uint32_t, 2 * (size_t)e->n);
    f->out = out;
    for (uint32_t i = 0; i < e->n; i++)
        open_range(f, &e->entry[i]);
    while (f->depth > 0) {
        const struct entry *top = &f->open[--f->depth];
        put_range(f, top->range.hi, top->name);
    }
    free(f);
    return out;
}

static size_t word_length(const char *line, size_t len)
{
    size_t n = 0;

    while (n < len && line[n] != ' ' && line[n] != '\t')
        n++;
    return n;
}

static bool add_line(struct lookup *l, struct entries *all,
                     const struct textfile *t)
{
    size_t word = word_length(t->line, t->len), name = word;
    struct entry x = {.place = all->n};
    struct addr base;
    uint8_t bits = 128;

    while (name < t->len && (t->line[name] == ' ' || t->line[name] == '\t'))
        name++;
    if (name == t->len || (!addr_parse(t->line, word, &base) &&
                           !addr_parse_net(t->line, word, &base, &bits)))
        return false;
    x.range = addr_net_range(base, bits);
    x.name = strtab_intern(l->text, t->line + name, t->len - name);
    if (all->n == all->cap) {
        all->cap = all->cap ? all->cap * 2 : 256;
        all->entry = memory_resize(all->entry, all->cap * sizeof x);
    }
    all->entry[all->n++] = x;
    return true;
}

static bool add_file(struct lookup *l, struct entries *all, const char *name,
                     struct span at, struct err *e)
{
    char *text = textfile_read(l->folder, name, at, e);
    struct textfile t = {.rest = text};
    bool ok = text != NULL;

    while (ok && textfile_next(&t)) {
        ok = add_line(l, all, &t) ||
             err_query(e, at, "%s:%u: `%.*s` is no address or network and name",
                       name, t.number, t.len > 60 ? 60 : (int)t.len, t.line);
    }
    free(text);
    return ok;
}

const struct lookup_labels *lookup_labels(struct lookup *l, struct span at,
                                          struct err *e)
{
    struct entries all = {0};
    uint32_t files = 0;
    bool ok = true;

    if (l->labels)
        return l->labels;
    for (const struct ast_item *i = l->site->items; ok && i; i = i->next) {
        if (i->kind != ITEM_LABEL)
            continue;
        ok = add_file(l, &all, i->text, at, e);
        files++;
    }
    if (ok && files == 0) {
        err_query(e, at, "no labels are declared");
        err_hint(e, "write label \"names.txt\"; in site.trawl: an address or "
                    "network and a name a line");
    } else if (ok) {
        l->labels = make_labels(l, &all);
    }
    free(all.entry);
    return l->labels;
}

bool lookup_label(const struct lookup_labels *l, struct addr a, uint32_t *name)
{
    uint32_t lo = 0, hi = l->n;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (addr_cmp(l->range[mid].hi, a) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == l->n || addr_cmp(l->range[lo].lo, a) > 0)
        return false;
    *name = l->name[lo];
    return true;
}

/* ---- databases ---- */

/* By content: the first that is there is used. */
static const char *const asn_files[] = {"asn.mmdb", "GeoLite2-ASN.mmdb",
                                        "GeoIP2-ISP.mmdb", "dbip-asn-lite.mmdb",
                                        NULL};
static const char *const cc_files[] = {"country.mmdb",
                                       "GeoIP2-Country.mmdb",
                                       "GeoLite2-Country.mmdb",
                                       "GeoIP2-City.mmdb",
                                       "GeoLite2-City.mmdb",
                                       "dbip-country-lite.mmdb",
                                       NULL};
static const char *const folders[] = {NULL, /* the store's */
                                      "/var/lib/GeoIP", "/usr/share/GeoIP"};

enum { FOLDERS = sizeof folders / sizeof folders[0], PATH_ROOM = 4096 };

static bool is_file(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool find_file(const struct lookup *l, const char *const *name,
                      char path[PATH_ROOM])
{
    for (int d = 0; d < FOLDERS; d++) {
        const char *folder = folders[d] ? folders[d] : l->folder;
        for (int i = 0; folder && name[i]; i++) {
            int n = snprintf(path, PATH_ROOM, "%s/%s", folder, name[i]);
            if (n < PATH_ROOM && is_file(path))
                return true;
        }
    }
    return false;
}

/* The bytes live in the lookup's arena. */
static const uint8_t *read_file(struct lookup *l, const char *path, size_t *len)
{
    FILE *f = fopen(path, "re");
    struct stat st;
    uint8_t *data = NULL;

    *len = 0;
    if (!f)
        return NULL;
    if (fstat(fileno(f), &st) == 0 && st.st_size > 0) {
        data = arena_alloc_raw(&l->arena, (size_t)st.st_size);
        *len = fread(data, 1, (size_t)st.st_size, f);
    }
    (void)fclose(f);
    return data;
}

static bool open_database(struct lookup *l, struct lookup_database *d,
                          const char *const *names, struct span at,
                          struct err *e)
{
    char path[PATH_ROOM];
    size_t len;

    if (d->tried)
        return true;
    if (!find_file(l, names, path)) {
        d->tried = true;
        return true;
    }
    const uint8_t *data = read_file(l, path, &len);
    if (!data)
        return err_query(e, at, "%s cannot be read", path);
    if (!mmdb_open(&d->db, data, len))
        return err_query(e, at, "%s is no whole MaxMind database", path);
    d->tried = d->found = true;
    return true;
}

const struct lookup_database *lookup_asn(struct lookup *l, struct span at,
                                         struct err *e)
{
    return open_database(l, &l->asn, asn_files, at, e) ? &l->asn : NULL;
}

const struct lookup_database *lookup_cc(struct lookup *l, struct span at,
                                        struct err *e)
{
    bool fresh = !l->cc.tried;

    if (!open_database(l, &l->cc, cc_files, at, e))
        return NULL;
    for (int i = 0; fresh && l->cc.found && i < LOOKUP_COUNTRIES; i++) {
        char code[2] = {(char)('A' + i / LOOKUP_LETTERS),
                        (char)('A' + i % LOOKUP_LETTERS)};
        l->cc.country[i] = strtab_intern(l->text, code, sizeof code);
    }
    return &l->cc;
}

bool lookup_asn_of(const struct lookup_database *d, struct addr a, int64_t *asn)
{
    static const char *const paths[][2] = {
        {"autonomous_system_number", NULL},
        {"asn",                      NULL}
    };
    size_t place;
    uint32_t number;

    if (!d->found || !mmdb_find(&d->db, a, &place))
        return false;
    if (!mmdb_number(&d->db, place, paths[0], &number) &&
        !mmdb_number(&d->db, place, paths[1], &number))
        return false;
    *asn = number;
    return true;
}

static bool is_letter(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool lookup_cc_of(const struct lookup_database *d, struct addr a, uint32_t *cc)
{
    static const char *const paths[][3] = {
        {"country", "iso_code", NULL},
        {"country_code",         NULL     }
    };
    const char *code;
    size_t place, len;

    if (!d->found || !mmdb_find(&d->db, a, &place))
        return false;
    if (!mmdb_text(&d->db, place, paths[0], &code, &len) &&
        !mmdb_text(&d->db, place, paths[1], &code, &len))
        return false;
    if (len != 2 || !is_letter(code[0]) || !is_letter(code[1]))
        return false;
    *cc = d->country[(code[0] - 'A') * LOOKUP_LETTERS + (code[1] - 'A')];
    return true;
}

void lookup_close(struct lookup *l)
{
    arena_free(&l->arena);
    *l = (struct lookup){0};
}
