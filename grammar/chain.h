/* chain.h - conditions joined by `and` or `or`, and tcpdump's primitives, whose
 * qualifiers pass from one condition of a chain to a bare value after it. */
#ifndef GRAMMAR_CHAIN_H
#define GRAMMAR_CHAIN_H

#include "grammar/tree.h"

struct tree_list chain_begin(struct parse *ps, struct ast *a, struct ast *b);
void chain_add(struct parse *ps, struct tree_list *chain, struct ast *x);
struct ast *chain_end(struct parse *ps, const struct tree_list *chain);

/* Refuses values that the kind does not take. */
struct ast *chain_primitive(struct parse *ps, struct span at,
                            enum ast_primitive_kind kind, struct ast *values);
/* The value after a lone `src` or `dst`: a host or a network. */
struct ast *chain_place(struct parse *ps, struct span at, struct ast *value);

#endif
