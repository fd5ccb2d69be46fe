/* site.c - reads site.trawl, and writes the first one. */
#include "query/site.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "grammar/parse.h"
#include "query/bind.h"
#include "query/range.h"

enum { SITE_BYTES_MAX = 16 << 20, READ_BYTES = 65536 };

static bool fail_file(const char *path, struct err *e)
{
    char why[128];

    return err_set(e, ERR_SYSTEM, "%s: %s", path,
                   strerror_r(errno, why, sizeof why));
}

static bool read_all(int fd, const char *path, struct buf *text, struct err *e)
{
    for (;;) {
        buf_reserve(text, READ_BYTES);
        ssize_t n = read(fd, text->data + text->len, READ_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_file(path, e);
        if (n == 0)
            return true;
        text->len += (size_t)n;
        if (text->len > SITE_BYTES_MAX)
            return err_set(e, ERR_QUERY, "%s is larger than 16 MiB", path);
    }
}

/* A missing file leaves *text empty. */
static bool read_file(struct arena *a, const char *path, const char **text,
                      struct err *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct buf bytes = {0};
    bool ok = true;

    *text = "";
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || fail_file(path, e);
    ok = read_all(fd, path, &bytes, e);
    if (ok)
        *text = arena_strndup(a, (const char *)bytes.data, bytes.len);
    if (ok && strlen(*text) != bytes.len)
        ok = err_set(e, ERR_QUERY, "%s holds a NUL byte", path);
    buf_free(&bytes);
    close(fd);
    return ok;
}

/* What a statement of the site file may name: the lets before it. */
struct reader {
    struct site *site;
    struct arena *a;
    struct scope scope;
    struct strtab text;
    struct columns columns;
};

static void add_let(struct reader *r, const struct ast_item *item)
{
    struct scope_let *let = arena_new(r->a, struct scope_let);

    *let = (struct scope_let){.name = item->name,
                              .at = item->name_at,
                              .kind = LET_SET,
                              .body = item->query.filter,
                              .next = r->scope.lets};
    if (item->query.filter && !item->query.stages)
        r->scope.lets = let;
}

static bool home_nets(struct reader *r, const struct ast *value,
                      struct rangeset *out, struct err *e)
{
    const struct expr *x = expr_bind_value(&r->scope, value, e);

    if (!x)
        return false;
    if (x->kind == NODE_CONST && node_lane(x) == LANE_ADDR) {
        struct bind b = {.s = &r->scope, .a = r->a, .e = e};
        *out = bind_ranges(&b, x);
        return true;
    }
    if (x->kind != NODE_SET || !sets_is_addr(x->set->member) ||
        sets_is_listed(x->set)) {
        err_query(e, value->at, "`home` is a set of networks");
        err_hint(e, "home = {192.0.2.0/24, 2001:db8::/32};");
        return false;
    }
    if (!sets_resolve(x->set, &r->scope, e))
        return false;
    *out = x->set->ranges;
    return true;
}

static bool add_home(struct reader *r, const struct ast_item *item,
                     struct err *e)
{
    struct site *s = r->site;
    struct site_home home = {.from = INT64_MIN};

    if (item->point && !range_point(&r->scope, item->point, &home.from, e))
        return false;
    if (!home_nets(r, item->value, &home.nets, e))
        return false;
    uint32_t at = s->homes;
    while (at > 0 && s->home[at - 1].from >= home.from)
        at--;
    if (at < s->homes && s->home[at].from == home.from)
        return err_query(e, item->at,
                         "`home` is given twice for the same "
                         "time");
    memmove(&s->home[at + 1], &s->home[at],
            (s->homes - at) * sizeof s->home[0]);
    s->home[at] = home;
    s->homes++;
    return true;
}

/* The zone is needed before dates are read, wherever it stands. One that is
 * not known is refused where it is used: --tz may name another. */
static bool read_zone(struct reader *r, const struct ast_item *item,
                      struct err *e)
{
    struct site *s = r->site;
    struct err why = {0};

    if (s->zone)
        return err_query(e, item->at, "`zone` is given twice");
    s->zone = item->text;
    if (!tz_parse(&s->tz, r->a, item->text, strlen(item->text), &why)) {
        why.code = ERR_QUERY;
        why.at = item->at;
        s->zone_error = why;
    }
    return true;
}

static bool add_calendar(struct reader *r, const struct ast_item *item,
                         struct err *e)
{
    struct site *s = r->site;
    const struct calendar *c =
        calendar_bind(r->a, s->calendars, item, s->dir, e);

    if (c)
        s->calendars = c;
    return c != NULL;
}

static bool read_item(struct reader *r, const struct ast_item *item,
                      struct err *e)
{
    switch (item->kind) {
    case ITEM_LET_QUERY: add_let(r, item); return true;
    case ITEM_HOME: return add_home(r, item, e);
    case ITEM_CALENDAR: return add_calendar(r, item, e);
    case ITEM_QUERY:
        err_query(e, item->at, "a query does not stand in site.trawl");
        err_hint(e, "statements are home, zone, calendar, label, let, hunt");
        return false;
    case ITEM_HUNT:
        err_query(e, item->at, "a hunt does not stand in site.trawl");
        err_hint(e, "its parameters do: hunt NAME : tally = 12");
        return false;
    default: return true;
    }
}

static bool read_items(struct reader *r, struct err *e)
{
    uint32_t homes = 0;

    for (const struct ast_item *i = r->site->items; i; i = i->next) {
        homes += i->kind == ITEM_HOME;
        if (i->kind == ITEM_ZONE && !read_zone(r, i, e))
            return false;
    }
    r->site->home = arena_array(r->a, struct site_home, homes + 1);
    for (const struct ast_item *i = r->site->items; i; i = i->next) {
        bool dated = i->kind == ITEM_HOME && i->point;
        if (dated && !site_zone(r->site, &r->site->tz, e))
            return false;
        if (!read_item(r, i, e))
            return false;
    }
    return true;
}

bool site_zone(const struct site *s, struct tz *out, struct err *e)
{
    if (s->zone_error.code != ERR_NONE) {
        *e = s->zone_error;
        return false;
    }
    *out = s->tz;
    return true;
}

static bool site_parse(struct site *s, struct arena *a, struct err *e)
{
    struct reader r = {.site = s, .a = a};

    s->tz = (struct tz){.name = "UTC"};
    s->items = parse_text(a, s->text, strlen(s->text), e);
    if (!s->items)
        return e->code == ERR_NONE;
    r.scope = (struct scope){.arena = a,
                             .text = &r.text,
                             .site = s,
                             .tz = &s->tz,
                             .columns = &r.columns};
    bool ok = read_items(&r, e);
    strtab_free(&r.text);
    return ok;
}

bool site_read(struct site *s, struct arena *a, const char *dir, struct err *e)
{
    size_t room = strlen(dir) + sizeof "/site.trawl";
    char *path = arena_alloc(a, room);

    snprintf(path, room, "%s/site.trawl", dir);
    *s = (struct site){.path = path, .text = "", .dir = dir};
    return read_file(a, path, &s->text, e) && site_parse(s, a, e);
}

static const char template_text[] =
    "# What this site is. Statements end with `;`, comments begin with `#`.\n"
    "\n"
    "# Our own networks: what inbound, outbound, internal and transit go by.\n"
    "%s"
    "# After a change of addresses, with its date:\n"
    "# home from 2026-03-01 = {192.0.2.0/24, 198.51.100.0/24};\n"
    "\n"
    "# Days and hours are counted in this zone: a name of the time zone\n"
    "# database (\"Europe/Berlin\"), UTC, or an offset (\"+02:00\").\n"
    "%s"
    "\n"
    "calendar weekend = sat..sun;\n"
    "# calendar offhours = 18:00..08:00 on mon..fri;\n"
    "# calendar longweekend = weekend + holidays \"us.hol\";\n"
    "\n"
    "# Sets to be used by name in every query.\n"
    "# let infra = {192.0.2.1, 192.0.2.53};\n"
    "\n"
    "# label \"names.txt\";\n"
    "# hunt reset-scan : tally = 12;\n";

static bool check_template(struct arena *a, const char *text, struct err *e)
{
    struct site s = {.text = text, .dir = "."};
    struct tz tz;

    return site_parse(&s, a, e) && site_zone(&s, &tz, e);
}

bool site_template(struct arena *a, const char *home, const char *zone,
                   char **out, struct err *e)
{
    struct buf homes = {0}, zones = {0}, text = {0};
    bool braces = home && strchr(home, '{');

    if (home)
        buf_printf(&homes, "home = %s%s%s;\n", braces ? "" : "{", home,
                   braces ? "" : "}");
    else
        buf_printf(&homes, "# home = {192.0.2.0/24, 2001:db8::/32};\n");
    if (zone)
        buf_printf(&zones, "zone \"%s\";\n", zone);
    else
        buf_printf(&zones, "zone \"UTC\";\n");
    buf_printf(&text, template_text, (const char *)homes.data,
               (const char *)zones.data);
    char *copy = arena_strndup(a, (const char *)text.data, text.len);
    buf_free(&homes);
    buf_free(&zones);
    buf_free(&text);
    if (!check_template(a, copy, e))
        return false;
    *out = copy;
    return true;
}
