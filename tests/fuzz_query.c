/* fuzz_query.c - any bytes as a text of the language: what parses is bound over
 * packets, and what binds reads rows and blocks without contradiction. */
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"
#include "grammar/parse.h"
#include "tests/batches.h"
#include "tests/random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void fill(struct batches *b)
{
    uint64_t seed = 7;

    for (int f = 0; f < FIELD_COUNT; f++) {
        for (uint32_t r = 0; r < 8; r++) {
            b->value[f][r] = (int64_t)random_below(&seed, 32);
            b->addr[f][r] = addr_from_v4(0x0a000000u + (uint32_t)r % 4);
            if (random_below(&seed, 4) == 0 && f != FIELD_TIME &&
                f != FIELD_SENSOR)
                batches_set_absent(b, f, r);
            if (schema_fields[f].type == TYPE_STRING)
                b->value[f][r] = b->sensor;
        }
    }
    batches_add_home(b, INT64_MIN, "10.0.0.0/31");
    batches_finish(b, 8);
}

static void check_error(const struct batches *b, size_t size)
{
    require(b->e.code != ERR_NONE);
    require(b->e.at.from <= b->e.at.to && b->e.at.to <= size);
    require(b->e.text[0] != '\0');
}

static void check_condition(struct batches *b, const struct ast *n, size_t size)
{
    const struct expr *x;

    if (!n)
        return;
    b->e = (struct err){0};
    x = expr_bind_condition(&b->scope, n, &b->e);
    if (!x || !expr_resolve(x, &b->scope, &b->e)) {
        check_error(b, size);
        return;
    }
    enum tri verdict = expr_prune(x, &b->zone, b->sensor);
    const struct sel *kept = batches_keep(b, x);
    if (b->e.code != ERR_NONE) {
        check_error(b, size);
        return;
    }
    require(verdict != TRI_NEVER || kept->n == 0);
    require(verdict != TRI_ALWAYS || kept->n == b->batch.rows);
}

static void check_values(struct batches *b, const struct ast *n, size_t size)
{
    struct expr_eval ev = {.tmp = &b->tmp, .text = &b->text, .e = &b->e};

    for (; n; n = n->next) {
        const struct ast *value = n->kind == AST_ASSIGN ? n->arg : n;
        b->e = (struct err){0};
        const struct expr *x = expr_bind_value(&b->scope, value, &b->e);
        if (!x || !expr_resolve(x, &b->scope, &b->e)) {
            check_error(b, size);
            continue;
        }
        batch_select_all(&b->batch);
        arena_reset(&b->tmp);
        expr_value(x, &b->batch, &b->batch.sel, &ev);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct batches *b = batches_new();
    struct ast_item *item =
        parse_text(&b->arena, (const char *)data, size, &b->e);

    fill(b);
    for (; item; item = item->next) {
        check_condition(b, item->query.filter, size);
        for (struct ast_stage *s = item->query.stages; s; s = s->next) {
            check_condition(b, s->filter, size);
            check_values(b, s->args, size);
            check_values(b, s->by, size);
        }
    }
    batches_free(b);
    return 0;
}
