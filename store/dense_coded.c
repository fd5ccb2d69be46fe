/* dense_coded.c - fields that follow from the shape or the flow of a row, as a
 * value for each of these. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/dense_reader.h"

/* Keys are neighbours, so that those of a flow fit into a byte. */
enum { KEY_FIRST = FIELD_SRC, KEY_LAST = FIELD_PROTO };

_Static_assert((int)KEY_LAST - (int)KEY_FIRST < 8, "keys fit into a byte");

static void lane_free(struct lane_out *l)
{
    if (!l)
        return;
    if (!l->borrowed)
        free(l->value);
    free(l->present);
    free(l->batch);
    free(l->code);
    free(l);
}

void dense_coded_free(struct dense_reader *d)
{
    for (uint32_t by = 0; by < BATCH_CODES; by++)
        for (uint32_t f = 0; f < FIELD_COUNT; f++)
            lane_free(d->coded[by][f]);
    free(d->keyed);
}

/* ---- which rows of a flow have a key ---- */

static bool is_zero(const struct zone_field *z, uint32_t field)
{
    if (schema_fields[field].width == WIDTH_ADDR)
        return !(z->addr.lo.hi | z->addr.lo.lo);
    return z->range.lo <= 0;
}

/* A key that rows do not have is 0. Is one that is 0 surely such a key? */
static bool is_told(const struct block *b, uint32_t field)
{
    const struct zone_field *z = &b->head.zone.field[field];

    return !z->absent || !is_zero(z, field);
}

/* Where both occur only the rows themselves know. */
static bool look_at_rows(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (d->looked)
        return true;
    if (!dense_flows_load(b, e) || !dense_shapes_load(b, e))
        return false;
    d->keyed = block_room(b, d->flows, 1);
    uint8_t *every = memory_alloc(d->flows + 1), mixed = 0;
    memset(every, UINT8_MAX, d->flows + 1);
    for (uint32_t i = 0; i < b->head.rows; i++) {
        uint8_t keys = (uint8_t)(d->present[d->shape[i]] >> KEY_FIRST);
        d->keyed[d->flow[i]] |= keys;
        every[d->flow[i]] &= keys;
    }
    for (uint32_t f = 0; f < d->flows; f++)
        mixed |= d->keyed[f] ^ every[f];
    free(every);
    d->mixed = (uint64_t)mixed << KEY_FIRST;
    d->looked = true;
    return true;
}

/* ---- which fields ---- */

static bool follows(struct block *b, enum batch_code by, uint32_t field,
                    bool *out, struct err *e)
{
    *out = true;
    if (field == FIELD_SENSOR || !b->head.zone.field[field].any)
        return true;
    *out = dense_place[field] ==
           (by == BATCH_SHAPE ? (int)PLACE_SHAPED : (int)PLACE_KEY);
    if (!*out || by == BATCH_SHAPE || is_told(b, field))
        return true;
    if (!look_at_rows(b, e))
        return false;
    *out = !(b->dense->mixed >> field & 1);
    return true;
}

bool dense_coded(struct block *b, enum batch_code by, uint64_t of,
                 uint64_t *out, struct err *e)
{
    *out = 0;
    for (uint64_t rest = of; rest; rest &= rest - 1) {
        uint32_t f = (uint32_t)__builtin_ctzll(rest);
        bool it;
        if (!follows(b, by, f, &it, e))
            return false;
        *out |= (uint64_t)it << f;
    }
    return true;
}

/* ---- lanes ---- */

/* Bit i of the lane: does code i have a value? */
static uint64_t *take_present(struct block *b, struct lane_out *l, uint32_t n)
{
    l->present = block_room(b, n / 64 + 1, sizeof *l->present);
    return l->present;
}

/* Whether all codes, or none, have a value. */
static void count_present(struct lane_out *l, uint32_t n)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i * 64 < n; i++)
        count += (uint32_t)__builtin_popcountll(l->present[i]);
    l->none = count == 0;
    if (count < n)
        return;
    free(l->present);
    l->present = NULL;
}

static void present_by_shape(struct block *b, uint32_t field,
                             struct lane_out *l)
{
    const struct dense_reader *d = b->dense;
    uint64_t *out = take_present(b, l, d->shapes);

    for (uint32_t i = 0; i < d->shapes; i++)
        out[i / 64] |= (d->present[i] >> field & 1) << (i % 64);
    count_present(l, d->shapes);
}

static bool load_shaped(struct block *b, uint32_t field, struct lane_out *l,
                        struct err *e)
{
    uint32_t size = UINT32_MAX, top = 0, n;

    if (!dense_shapes_load(b, e) ||
        (field == FIELD_OPTSIG &&
         !block_dictionary_load(b, WIDTH_OPTS, &size, e)))
        return false;
    n = b->dense->shapes;
    uint32_t *table = dense_table_load(b, (uint8_t)field, KIND_SHAPED, n, e);
    if (!table)
        return false;
    l->value = (uint8_t *)table;
    for (uint32_t i = 0; i < n; i++)
        top = table[i] > top ? table[i] : top;
    if (top >= size)
        return err_set(e, ERR_STORE, "stream %s is incomplete",
                       block_stream_name((uint8_t)field));
    present_by_shape(b, field, l);
    return true;
}

/* The number that stands for 0: an address' place; UINT32_MAX: none does. */
static uint32_t zero_of(const struct block *b, uint32_t field)
{
    if (schema_fields[field].width != WIDTH_ADDR)
        return 0;
    return b->addr[0].hi | b->addr[0].lo ? UINT32_MAX : 0;
}

static void present_by_flow(struct block *b, uint32_t field, struct lane_out *l)
{
    const struct dense_reader *d = b->dense;
    const uint32_t *key = dense_key(d, field);
    uint64_t *out = take_present(b, l, d->flows);
    uint32_t zero = zero_of(b, field);

    if (is_told(b, field))
        for (uint32_t i = 0; i < d->flows; i++)
            out[i / 64] |= (uint64_t)(key[i] != zero) << (i % 64);
    else
        for (uint32_t i = 0; i < d->flows; i++)
            out[i / 64] |= (uint64_t)(d->keyed[i] >> (field - KEY_FIRST) & 1)
                           << (i % 64);
    count_present(l, d->flows);
}

static bool load_flowed(struct block *b, uint32_t field, struct lane_out *l,
                        struct err *e)
{
    if (!dense_keys_load(b, field, e))
        return false;
    l->value = (uint8_t *)dense_key(b->dense, field);
    l->borrowed = true;
    if (b->head.zone.field[field].absent)
        present_by_flow(b, field, l);
    return true;
}

bool dense_coded_load(struct block *b, enum batch_code by, uint32_t field,
                      struct lane_out **out, struct err *e)
{
    struct lane_out **l = &b->dense->coded[by][field];

    if (!*l) {
        *l = memory_zeroed(1, sizeof **l);
        b->memory += sizeof **l;
        (*l)->width = sizeof(uint32_t);
        if (by == BATCH_SHAPE ? !load_shaped(b, field, *l, e)
                              : !load_flowed(b, field, *l, e)) {
            lane_free(*l);
            *l = NULL;
            return false;
        }
    }
    *out = *l;
    return true;
}
