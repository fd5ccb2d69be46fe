/* query_bind.c - a text against a snapshot: what `now` is, the default range,
 * lets and plans. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "grammar/parse.h"
#include "query/query_parts.h"

enum { ARCHIVE_DAYS = 2 };

bool query_times(struct store_reader *r, int64_t *first, int64_t *last)
{
    uint32_t n = store_reader_blocks(r);
    bool any = false;

    for (uint32_t i = 0; i < n; i++) {
        struct store_block_info b = store_reader_block(r, i);
        struct range t = b.zone->field[FIELD_TIME].range;
        if (b.zone->rows == 0 || b.month == 0)
            continue;
        if (!any || t.lo < *first)
            *first = t.lo;
        if (!any || t.hi > *last)
            *last = t.hi;
        any = true;
    }
    return any;
}

static int64_t clock_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * TIMESTAMP_SECOND + now.tv_nsec;
}

static int64_t find_now(const struct query_work *w)
{
    const struct query_settings *o = &w->session->settings;
    int64_t clock = clock_now(), first, newest = clock;
    bool any = query_times(w->reader, &first, &newest);

    switch (o->now) {
    case QUERY_NOW_AT: return o->now_at;
    case QUERY_NOW_CLOCK: return clock;
    case QUERY_NOW_LATEST: return newest;
    case QUERY_NOW_AUTO: break;
    }
    return any && newest < clock - ARCHIVE_DAYS * TIMESTAMP_DAY ? newest
                                                                : clock;
}

void query_note(struct query_work *w, struct span at, const char *fmt, ...)
{
    char text[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (w->sink->note)
        w->sink->note(w->sink->ctx, at, text);
}

static void warn(void *ctx, struct span at, const char *text)
{
    struct query_work *w = ctx;

    query_note(w, at, "%s", text);
}

/* `last 7d` and the like, from the settings. */
static bool default_range(struct query_work *w, struct time_range *out,
                          struct err *e)
{
    const char *text = w->session->settings.range;
    const struct ast_item *item;

    *out = (struct time_range){INT64_MIN, INT64_MAX};
    if (!text)
        return true;
    item = parse_text(&w->arena, text, strlen(text), e);
    if (item && !item->next && item->kind == ITEM_QUERY &&
        item->query.range.kind != RANGE_NONE && !item->query.filter &&
        !item->query.stages &&
        range_resolve(&w->scope, &item->query.range, out, e))
        return true;
    char why[sizeof e->text];
    memcpy(why, e->text, sizeof why);
    *e = (struct err){.code = ERR_NONE};
    err_set(e, ERR_USAGE, "`%s` is no time range%s%s", text, why[0] ? ": " : "",
            why);
    err_hint(e, "last 7d, on 2026-08-15, from 2026-08-01 to 2026-08-15, all");
    return false;
}

static void init_run(struct query_work *w)
{
    const struct query_settings *o = &w->session->settings;

    w->budget.limit = o->mem ? o->mem : (size_t)1 << 30;
    w->run = (struct run){.arena = &w->arena,
                          .text = &w->session->text,
                          .budget = &w->budget,
                          .stop = o->stop,
                          .limit = o->limit_time,
                          .tmp = o->tmp,
                          .profile = o->profile,
                          .tz = &w->session->tz,
                          .e = w->e};
    w->run.eval = (struct expr_eval){
        .tmp = &w->tmp, .text = &w->session->text, .e = w->e, .run = &w->run};
}

static void on_left_out(void *ctx, const struct store_left_out *what)
{
    struct query_work *w = ctx;
    struct span nowhere = {0, 0};

    w->left_out++;
    if (what->rows)
        query_note(w, nowhere, "left out %s (%llu packets)", what->what,
                   (unsigned long long)what->rows);
    else
        query_note(w, nowhere, "left out %s (packets unknown)", what->what);
}

static struct store_reader *open_reader(struct query_work *w, struct err *e)
{
    struct query_session *q = w->session;
    bool odd = q->settings.odd;

    return q->settings.skip_damaged
               ? store_reader_open_damaged(q->store, &q->text, odd, on_left_out,
                                           w, e)
               : store_reader_open(q->store, &q->text, odd, e);
}

bool query_work_open(struct query_work *w, struct query_session *q,
                     const struct query_sink *sink, struct err *e)
{
    *w = (struct query_work){.session = q, .sink = sink, .e = e};
    w->scope = (struct scope){.arena = &w->arena,
                              .text = &q->text,
                              .site = &q->site,
                              .tz = &q->tz,
                              .lets = q->lets,
                              .params = q->params,
                              .lookup = &q->lookup,
                              .warn = warn,
                              .warn_ctx = w,
                              .run = &w->run};
    w->planner.scope = &w->scope;
    w->planner.packets = plan_packets(&w->arena);
    w->planner.keep_unknown = q->settings.keep_unknown;
    w->planner.writer = q->settings.writer;
    init_run(w);
    w->reader = open_reader(w, e);
    if (!w->reader)
        return false;
    w->run.reader = w->reader;
    w->scope.now = find_now(w);
    return default_range(w, &w->planner.range, e);
}

void query_work_close(struct query_work *w)
{
    if (w->reader)
        store_reader_close(w->reader);
    /* Slots die with this text; names get new ones in the next. */
    for (struct scope_let *l = w->session->lets; l; l = l->next) {
        if (l->query)
            l->slot = NULL;
    }
    free((void *)w->plan);
    arena_free(&w->tmp);
    arena_free(&w->arena);
}

static bool add_plan(struct query_work *w, const struct ast_query *q)
{
    struct plan *plan = plan_bind(&w->planner, q, w->e);

    if (!plan)
        return false;
    if (plan->stages && plan->stage[plan->stages - 1].kind == &stage_set) {
        err_query(w->e, plan->stage[plan->stages - 1].at,
                  "`set` can only end a `let`");
        err_hint(w->e, "write let NAME = ... | set COLUMN");
        return false;
    }
    w->plan = (struct plan **)memory_resize(
        (void *)w->plan, (w->plans + 1) * sizeof(struct plan *));
    w->plan[w->plans++] = plan;
    return true;
}

static bool refuse(struct query_work *w, const struct ast_item *i)
{
    static const char *const words[] = {[ITEM_HOME] = "home",
                                        [ITEM_ZONE] = "zone",
                                        [ITEM_CALENDAR] = "calendar",
                                        [ITEM_LABEL] = "label",
                                        [ITEM_OVERRIDE] = "hunt"};

    const char *word = i->kind == ITEM_HUNT ? "hunt" : words[i->kind];
    struct span at = {i->at.from, i->at.from + (uint32_t)strlen(word)};

    if (i->kind == ITEM_HUNT) {
        err_query(w->e, at, "a hunt is a file of its own, not part of a query");
        err_hint(w->e, "`trawl hunt run NAME` runs those of the folder hunts");
        return false;
    }
    err_query(w->e, at, "`%s` stands in the site file only", word);
    err_hint(w->e, "edit site.trawl in the store's folder");
    return false;
}

bool query_bind(struct query_work *w, const struct ast_item *items)
{
    for (const struct ast_item *i = items; i; i = i->next) {
        bool ok;
        switch (i->kind) {
        case ITEM_QUERY: ok = add_plan(w, &i->query); break;
        case ITEM_LET_QUERY:
        case ITEM_LET_PIECE:
        case ITEM_LET_FILE: ok = plan_let(&w->planner, i, w->e); break;
        default: ok = refuse(w, i); break;
        }
        if (!ok)
            return false;
    }
    return true;
}
