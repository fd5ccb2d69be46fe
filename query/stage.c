/* stage.c - the table of stages, and how rows pass from one to the next. */
#include "query/stage.h"

#include <string.h>

static const struct stage_kind *const built[] = {
#define STAGE(id) &stage_##id,
#include "query/stages.def"
#undef STAGE
};

const struct stage_kind *stage_find(const char *name)
{
    for (uint32_t i = 0; i < sizeof built / sizeof built[0]; i++) {
        if (strcmp(built[i]->name, name) == 0)
            return built[i];
    }
    return NULL;
}

bool query_stage_built(const char *name)
{
    return stage_find(name) != NULL;
}

/* The time since `start` is the stage's, less what later stages took of it. */
static void account(struct stage_run *r, int64_t start, int64_t inside)
{
    int64_t took = run_clock() - start;

    r->ns += took - r->run->inside;
    r->run->inside = inside + took;
}

static uint64_t packets_of(const struct batch *b)
{
    uint64_t n = 0;

    if (!b->weight)
        return b->sel.n;
    for (uint32_t k = 0; k < b->sel.n; k++)
        n += b->weight[b->sel.row[k]];
    return n;
}

bool stage_push(struct stage_run *r, struct batch *b)
{
    struct run *run = r->run;
    int64_t start, inside;
    bool more;

    if (b->sel.n == 0)
        return true;
    r->rows_in += packets_of(b);
    if (!run->profile)
        return r->stage->kind->push(r, b);
    start = run_clock();
    inside = run->inside;
    run->inside = 0;
    more = r->stage->kind->push(r, b);
    account(r, start, inside);
    return more;
}

bool stage_finish(struct stage_run *r)
{
    int64_t start = r->run->profile ? run_clock() : 0;

    r->run->inside = 0;
    if (r->stage->kind->finish)
        r->stage->kind->finish(r);
    if (r->run->profile)
        account(r, start, 0);
    return r->run->e->code == ERR_NONE;
}

size_t stage_kept(const struct stage_run *r)
{
    size_t limit = r->run->budget->limit, kept = limit / 8;

    for (const struct stage_run *later = r->next; later; later = later->next) {
        if (later->stage->holds || later->stage->waits)
            kept += limit / 4;
    }
    return kept < limit / 4 * 3 ? kept : limit / 4 * 3;
}
