/* scope.c - names that a text has been given: lets and parameters. */
#include "query/scope.h"

#include <string.h>

struct scope_let *scope_find_let(const struct scope *s, const char *name)
{
    for (struct scope_let *l = s->lets; l; l = l->next)
        if (strcmp(l->name, name) == 0)
            return l;
    return NULL;
}

const struct ast *scope_find_param(struct scope *s, const char *name)
{
    for (struct scope_param *p = s->params; p; p = p->next) {
        if (strcmp(p->name, name) == 0) {
            p->used = true;
            return p->value;
        }
    }
    return NULL;
}
