/* expr_warn.h - conditions that no packet can meet. */
#ifndef QUERY_EXPR_WARN_H
#define QUERY_EXPR_WARN_H

#include "query/expr.h"

/* Says so through s->warn, where it can be told without looking at packets. */
void expr_warn_never(struct scope *s, const struct expr *x);

#endif
