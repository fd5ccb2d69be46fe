/* stage_write.c - `write "FILE"`: the rows go to a file, and on. Formats and
 * folders are those of the writer of the settings. */
#include <stdlib.h>

#include "base/memory.h"
#include "query/stage.h"

struct bound {
    const struct query_writer *writer;
    struct query_file file;
};

struct state {
    void *file;   /* NULL: it could not be made, or is closed */
    bool ignored; /* later stages want no more rows; the file wants all */
};

static bool bind(struct stage_bind *b, const struct ast_stage *n,
                 struct stage *s, struct err *e)
{
    struct bound *bound = arena_new(b->scope->arena, struct bound);

    if (!b->writer)
        return err_query(e, n->at, "nothing can be written here");
    bound->writer = b->writer;
    bound->file = (struct query_file){n->file, n->format, n->file_at, b->in};
    s->bound = bound;
    s->out = s->in;
    s->passes = true;
    s->ordered = true;
    for (uint32_t i = 0; i < b->in->n; i++)
        stage_reads(b, s, expr_column(b->scope->arena, b->in, i));
    return b->writer->check(b->writer->ctx, &bound->file, e);
}

static void begin(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = memory_zeroed(1, sizeof *s);

    s->file = bound->writer->open(bound->writer->ctx, &bound->file, r->run->e);
    r->state = s;
}

static bool push(struct stage_run *r, struct batch *b)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;

    if (!s->file || !bound->writer->rows(s->file, b, r->run->e))
        return false;
    s->ignored = s->ignored || !stage_push(r->next, b);
    return r->run->e->code == ERR_NONE;
}

static void finish(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    char note[QUERY_NOTE_MAX];

    if (!s->file)
        return;
    if (bound->writer->close(s->file, true, note, r->run->e))
        run_foot(r->run, "%s", note);
    s->file = NULL;
}

static void end(struct stage_run *r)
{
    const struct bound *bound = r->stage->bound;
    struct state *s = r->state;
    struct err ignored = {0};
    char note[QUERY_NOTE_MAX];

    if (s->file)
        (void)!bound->writer->close(s->file, false, note, &ignored);
    free(s);
}

const struct stage_kind stage_write = {.name = "write",
                                       .bind = bind,
                                       .open = begin,
                                       .push = push,
                                       .finish = finish,
                                       .close = end};
