/* eval.h - the loops over rows; between eval.c and eval_rows.c. */
#ifndef QUERY_EVAL_H
#define QUERY_EVAL_H

#include "query/node.h"

/* x over `rows`, a constant without a column of its own. */
struct func_arg eval_arg(const struct expr *x, struct batch *b,
                         const struct sel *rows, struct expr_eval *ev);

/* Removes rows whose bit is set; `absent` may be NULL. */
void eval_drop_absent(struct sel *rows, const uint64_t *absent);

/* Removes rows whose bit is not set. */
void eval_keep_marked(struct sel *rows, const uint64_t *bits);

/* The leaves of expr_filter. */
void eval_in(const struct expr *x, struct batch *b, struct sel *rows,
             struct expr_eval *ev);
void eval_compare(const struct expr *x, struct batch *b, struct sel *rows,
                  struct expr_eval *ev);
void eval_compare_sets(const struct expr *x, struct batch *b, struct sel *rows,
                       struct expr_eval *ev);
void eval_member(const struct expr *x, struct batch *b, struct sel *rows,
                 struct expr_eval *ev);

#endif
