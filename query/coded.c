/* coded.c - the third reading of a filter: what of it can codes answer? */
#include "query/coded.h"

#include <string.h>

#include "query/node.h"

void coded_start(struct coded *c)
{
    c->asks = c->rests = 0;
    memset(c->pass, true, sizeof c->pass);
}

void coded_rest(struct coded *c, const struct expr *x)
{
    c->rest[c->rests++] = x;
}

/* All that x reads follows from this code. */
static bool code_of(const struct expr *x, const uint64_t fields[BATCH_CODES],
                    enum batch_code *by)
{
    uint64_t need = 0;

    expr_needs(x, &need, 1);
    *by = need & ~fields[BATCH_SHAPE] ? BATCH_FLOW : BATCH_SHAPE;
    return !(need & ~fields[*by]);
}

static bool is_logic(const struct expr *x)
{
    return x->kind == NODE_AND || x->kind == NODE_OR || x->kind == NODE_NOT;
}

static bool collect(struct coded *c, const struct expr *x,
                    const uint64_t fields[BATCH_CODES])
{
    enum batch_code by;

    if (code_of(x, fields, &by)) {
        if (c->asks == CODED_ASKS)
            return false;
        c->by[c->asks] = by;
        c->ask[c->asks++] = x;
        return true;
    }
    if (!is_logic(x))
        return false;
    for (uint32_t i = 0; i < x->args; i++)
        if (!collect(c, x->arg[i], fields))
            return false;
    return true;
}

/* What x comes to. */
static bool holds(const struct coded *c, const struct expr *x, uint32_t answers)
{
    for (uint32_t i = 0; i < c->asks; i++)
        if (c->ask[i] == x)
            return answers >> i & 1;
    if (x->kind == NODE_NOT)
        return !holds(c, x->arg[0], answers);
    for (uint32_t i = 0; i < x->args; i++)
        if (holds(c, x->arg[i], answers) == (x->kind == NODE_OR))
            return x->kind == NODE_OR;
    return x->kind == NODE_AND;
}

static void require(struct coded *c, const struct expr *x)
{
    for (uint32_t v = 0; v < UINT32_C(1) << c->asks; v++)
        c->pass[v] = c->pass[v] && holds(c, x, v);
}

/* A part: questions, if they suffice for it. */
static bool take(struct coded *c, const struct expr *x,
                 const uint64_t fields[BATCH_CODES])
{
    uint32_t before = c->asks;
    bool good = collect(c, x, fields);

    if (!good)
        c->asks = before;
    return good;
}

void coded_split(struct coded *c, const struct expr *x,
                 const uint64_t fields[BATCH_CODES])
{
    uint32_t parts = x->kind == NODE_AND ? x->args : 1, rests = c->rests;
    bool asked[CODED_RESTS];

    if (parts + rests > CODED_RESTS) {
        coded_rest(c, x);
        return;
    }
    for (uint32_t i = 0; i < parts; i++) {
        const struct expr *part = x->kind == NODE_AND ? x->arg[i] : x;
        asked[i] = take(c, part, fields);
        if (!asked[i])
            coded_rest(c, part);
    }
    for (uint32_t i = 0; i < parts; i++)
        if (asked[i])
            require(c, x->kind == NODE_AND ? x->arg[i] : x);
}
