/* seen_order.c - sensor name, capture digest, position. */
#include "query/seen_order.h"

static uint32_t block_of(uint64_t place)
{
    return (uint32_t)(place >> 32);
}

static void drop(struct seen_order *o, struct seen_order_block *k)
{
    if (k->block)
        store_block_close(k->block);
    budget_give(o->run->budget, k->charged);
    *k = (struct seen_order_block){0};
}

void seen_order_close(struct seen_order *o)
{
    for (uint32_t i = 0; i < SEEN_ORDER_KEPT; i++)
        drop(o, &o->kept[i]);
}

static struct seen_order_block *open_block(struct seen_order *o,
                                           uint32_t number)
{
    struct seen_order_block *k;

    for (uint32_t i = 0; i < SEEN_ORDER_KEPT; i++) {
        if (o->kept[i].block && o->kept[i].number == number)
            return &o->kept[i];
    }
    k = &o->kept[o->turn++ % SEEN_ORDER_KEPT];
    drop(o, k);
    k->number = number;
    k->block = store_block_open(o->run->reader, number, o->run->e);
    return k->block ? k : NULL;
}

static bool order_of(struct seen_order *o, uint64_t place,
                     struct store_order *out)
{
    struct seen_order_block *k;

    if (o->run->e->code != ERR_NONE)
        return false;
    k = open_block(o, block_of(place));
    if (!k || !store_block_order(k->block, (uint32_t)place, out, o->run->e))
        return false;
    size_t now = store_block_memory(k->block);
    if (now > k->charged && !budget_take(o->run->budget, now - k->charged))
        return run_over(o->run, "seen", "blocks read for the order of packets");
    k->charged = now > k->charged ? now : k->charged;
    return true;
}

static int cmp(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int seen_order_cmp(struct seen_order *o, uint64_t a, uint64_t b)
{
    struct store_order x, y;

    if (block_of(a) == block_of(b))
        return cmp(a, b);
    uint32_t s = store_reader_block(o->run->reader, block_of(a)).sensor;
    uint32_t t = store_reader_block(o->run->reader, block_of(b)).sensor;
    if (s != t)
        return strtab_cmp(o->run->text, s, t);
    if (!order_of(o, a, &x) || !order_of(o, b, &y))
        return 0;
    int order = cmp(x.capture.hi, y.capture.hi);
    if (order == 0)
        order = cmp(x.capture.lo, y.capture.lo);
    return order ? order : cmp(x.position, y.position);
}
