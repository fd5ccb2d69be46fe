/* tree.h - building nodes; everything lives in the arena of the parse. */
#ifndef GRAMMAR_TREE_H
#define GRAMMAR_TREE_H

#include "grammar/parse_int.h"

/* Lists under construction: appending takes the same time at any length. */
struct tree_list {
    struct ast *first, *last;
};
struct tree_stages {
    struct ast_stage *first, *last;
};
struct tree_items {
    struct ast_item *first, *last;
};
struct tree_params {
    struct ast_param *first, *last;
};
struct tree_spans {
    struct ast_calendar_span *first, *last;
};

/* x may be NULL: nothing is appended. */
#define TREE_APPEND(list, x)                                                   \
    do {                                                                       \
        if ((x) != NULL) {                                                     \
            if ((list)->last)                                                  \
                (list)->last->next = (x);                                      \
            else                                                               \
                (list)->first = (x);                                           \
            (list)->last = (x);                                                \
        }                                                                      \
    } while (0)

/* A leaf. */
struct ast *tree_leaf(struct parse *ps, enum ast_kind kind, struct span at);
struct ast *tree_word(struct parse *ps, enum ast_kind kind, struct span at,
                      const char *text);
/* A node over the list that begins at `arg`. */
struct ast *tree_over(struct parse *ps, enum ast_kind kind, struct span at,
                      struct ast *arg);
/* A node over two operands. */
struct ast *tree_pair(struct parse *ps, enum ast_kind kind, struct span at,
                      struct ast *a, struct ast *b);
struct ast *tree_arith(struct parse *ps, struct span at, enum ast_op op,
                       struct ast *a, struct ast *b);
struct ast *tree_compare(struct parse *ps, struct span at, enum ast_op op,
                         struct ast *a, struct ast *b);
struct ast *tree_in(struct parse *ps, enum ast_kind kind, struct span at,
                    struct ast *a, struct ast *set);
/* The parts of an expression that end here: refuses what libpcap would read
 * with another precedence. Returns a. */
struct ast *tree_settle(struct parse *ps, struct ast *a, const struct ast *b);
struct ast *tree_named(struct parse *ps, enum ast_kind kind, struct span at,
                       const char *name, struct span name_at, struct ast *arg);
struct ast *tree_accessor(struct parse *ps, struct span at, const char *header,
                          struct ast *offset, struct ast *bytes);

struct ast_stage *tree_stage(struct parse *ps, struct span at);
/* What stands after `on`, for a stage that is named later. */
struct ast_stage *tree_match(struct parse *ps, struct span at,
                             enum ast_match match);
struct ast_item *tree_item(struct parse *ps, enum ast_item_kind kind,
                           struct span at);
struct ast_range *tree_range(struct parse *ps, enum ast_range_kind kind,
                             struct span at, struct ast *a, struct ast *b);
struct ast_query *tree_query(struct parse *ps, struct span at,
                             const struct ast_range *range, struct ast *filter,
                             struct ast_stage *stages);
struct ast_calendar_span *tree_span(struct parse *ps, enum ast_span_kind kind,
                                    struct span at);

#endif
