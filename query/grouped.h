/* grouped.h - `by KEY, …` of stages that keep something of each group: its
 * keys, the groups of rows, and groups in the order of their keys. One thread;
 * memory is charged to the run's budget. */
#ifndef QUERY_GROUPED_H
#define QUERY_GROUPED_H

#include "query/keytab.h"
#include "query/stage.h"

struct grouped {
    uint32_t keys; /* none: all rows are one group */
    const struct expr *key[KEYTAB_KEYS_MAX];
    enum type type[KEYTAB_KEYS_MAX];
};

/* Binds the list `by` and adds a column for each key of it. */
bool grouped_bind(struct stage_bind *b, const struct ast *by, struct stage *s,
                  struct columns *c, struct grouped *g,
                  struct err *e) MUST_CHECK;
/* group[k] becomes the number of the group of row rows->row[k]. False: over
 * the budget, or the run's error is set. */
bool grouped_rows(const struct grouped *g, struct keytab *t, struct batch *b,
                  const struct sel *rows, uint32_t *group,
                  struct run *r) MUST_CHECK;
/* The numbers of the groups, sorted; see order_rows. */
uint32_t *grouped_order(const struct grouped *g, const struct keytab *t,
                        struct run *r) MUST_CHECK;

#endif
