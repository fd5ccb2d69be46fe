/* seen_keys.c - what must be equal, of rows and of packets, as numbers: looked
 * up once a flow of a block where it follows from the flow. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "query/eval.h"
#include "query/seen.h"

/* ---- which fields ---- */

static uint64_t fields_of(const struct seen *seen, bool others)
{
    uint64_t need = 0;

    for (uint32_t k = 0; k < seen->keys; k++)
        expr_needs(others ? seen->key[k].other : seen->key[k].row, &need, 1);
    if (seen->row && !others)
        expr_needs(seen->row, &need, 1);
    return need >> FIELD_COUNT ? 0 : need;
}

_Static_assert(FIELD_COUNT < 64, "a word holds all fields");

void seen_keys_open(struct seen_keys *k, const struct seen *seen, bool others)
{
    *k = (struct seen_keys){.others = others,
                            .fields = fields_of(seen, others),
                            .block = SEEN_NONE};
}

void seen_keys_close(struct seen_keys *k)
{
    free(k->memo);
    k->memo = NULL;
}

void seen_keys_use(struct seen_keys *k, struct keytab *in, bool adds)
{
    k->in = in;
    k->adds = adds;
    k->block = SEEN_NONE;
}

/* ---- looking up ---- */

/* Takes rows out that nothing could match. */
static void values(struct seen_state *s, bool others, struct batch *b,
                   struct sel *rows, struct column *key)
{
    const struct seen *seen = s->seen;
    struct expr_eval *ev = others ? &s->run.eval : &s->stage->run->eval;

    if (seen->row && !others)
        expr_filter(seen->row, b, rows, ev);
    for (uint32_t k = 0; k < seen->keys; k++) {
        key[k] = expr_value(others ? seen->key[k].other : seen->key[k].row, b,
                            rows, ev);
        if (!seen->key[k].absent)
            eval_drop_absent(rows, key[k].absent);
    }
}

static bool look_up(struct seen_state *s, struct seen_keys *k, struct batch *b,
                    struct sel *rows, uint32_t *id)
{
    struct column key[KEYTAB_KEYS_MAX];
    struct run *r = k->others ? &s->run : s->stage->run;

    values(s, k->others, b, rows, key);
    if (r->e->code != ERR_NONE)
        return false;
    if (k->adds)
        return keytab_rows(k->in, key, rows, id, r);
    keytab_find(k->in, key, rows, id);
    return true;
}

/* ---- by flow ---- */

static void start_block(struct seen_keys *k, const struct batch_flows *f)
{
    if (k->block == f->block)
        return;
    if (k->room < f->n) {
        k->memo = memory_resize(k->memo, f->n * sizeof *k->memo);
        k->room = f->n;
    }
    memset(k->memo, 0, f->n * sizeof *k->memo);
    k->block = f->block;
}

/* Looks up the flows that were not. */
static bool learn(struct seen_state *s, struct seen_keys *k, struct batch *b,
                  const struct sel *rows, const uint16_t *flow)
{
    uint32_t id[BATCH_ROWS];
    struct sel first = {.n = 0}; /* of each such flow */

    for (uint32_t j = 0; j < rows->n; j++) {
        uint32_t *known = &k->memo[flow[rows->row[j]]];
        first.row[first.n] = rows->row[j];
        first.n += *known == 0;
        *known += *known == 0;
    }
    if (first.n == 0)
        return true;
    if (!look_up(s, k, b, &first, id))
        return false;
    for (uint32_t j = 0; j < first.n; j++)
        k->memo[flow[first.row[j]]] = id[j] == SEEN_NONE ? 1 : id[j] + 2;
    return true;
}

static void recall(const struct seen_keys *k, const uint16_t *flow,
                   struct sel *rows, uint32_t *id)
{
    uint32_t n = 0;

    for (uint32_t j = 0; j < rows->n; j++) {
        uint32_t known = k->memo[flow[rows->row[j]]];
        id[n] = known - 2;
        rows->row[n] = rows->row[j];
        n += known > 1;
    }
    rows->n = n;
}

bool seen_keys_find(struct seen_state *s, struct seen_keys *k, struct batch *b,
                    struct sel *rows, uint32_t *id)
{
    struct batch_flows f;

    if (!k->fields || !b->flows || !b->flows(b, k->fields, &f))
        return look_up(s, k, b, rows, id);
    start_block(k, &f);
    if (!learn(s, k, b, rows, f.code)) {
        k->block = SEEN_NONE;
        return false;
    }
    recall(k, f.code, rows, id);
    return true;
}
