/* grouped.c - rows without a key are the group 0. */
#include "query/grouped.h"

#include <string.h>

#include "query/order.h"

bool grouped_bind(struct stage_bind *b, const struct ast *by, struct stage *s,
                  struct columns *c, struct grouped *g, struct err *e)
{
    for (const struct ast *n = by; n; n = n->next) {
        struct stage_named item = stage_name(b, n);
        if (g->keys == KEYTAB_KEYS_MAX)
            return err_query(e, n->at, "more than %d keys", KEYTAB_KEYS_MAX);
        const struct expr *x = stage_value(b, s, item.value, e);
        if (!x || !stage_add_column(b, c, item.name, expr_type(x), item.at, e))
            return false;
        g->type[g->keys] = expr_type(x).type;
        g->key[g->keys++] = x;
    }
    return true;
}

bool grouped_rows(const struct grouped *g, struct keytab *t, struct batch *b,
                  const struct sel *rows, uint32_t *group, struct run *r)
{
    struct column key[KEYTAB_KEYS_MAX];

    for (uint32_t k = 0; k < g->keys; k++)
        key[k] = expr_value(g->key[k], b, rows, &r->eval);
    if (r->e->code != ERR_NONE)
        return false;
    if (g->keys > 0)
        return keytab_rows(t, key, rows, group, r);
    t->n = 1;
    memset(group, 0, rows->n * sizeof *group);
    return true;
}

uint32_t *grouped_order(const struct grouped *g, const struct keytab *t,
                        struct run *r)
{
    struct order_key key[KEYTAB_KEYS_MAX];

    for (uint32_t k = 0; k < g->keys; k++)
        key[k] = (struct order_key){.value = &t->key[k], .type = g->type[k]};
    return order_rows(key, g->keys, t->n, r);
}
