/* stage_window.h - keys that are no function of one row: slide() puts a row
 * into several groups, gap() asks what came before. Each becomes a stage of its
 * own before `stats`, which adds the key as a column. */
#ifndef QUERY_STAGE_WINDOW_H
#define QUERY_STAGE_WINDOW_H

#include "query/stage.h"

enum { STAGE_WINDOW_STEPS_MAX = 60 };

/* The kind of the first key of `n` (stats, distinct) that needs a stage of its
 * own, and its call; NULL: none. A call that is the name of a column of b->in
 * is that column. */
const struct stage_kind *stage_window_find(const struct stage_bind *b,
                                           const struct ast_stage *n,
                                           const struct ast **call);

/* `n` with that call as the name of the column that its stage adds. */
const struct ast_stage *stage_window_named(const struct stage_bind *b,
                                           const struct ast_stage *n,
                                           const struct ast *call);

/* Binds the stage of `call`; `n` is the stage whose key it is. */
bool stage_window_bind(struct stage_bind *b, const struct ast_stage *n,
                       const struct ast *call, struct stage *s,
                       struct err *e) MUST_CHECK;

#endif
