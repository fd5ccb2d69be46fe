/* packet_key.c - keys of packets, from the columns of a batch. */
#include "query/packet_key.h"

void packet_key_columns(const struct packet_key_fields *f, struct batch *b,
                        struct packet_key_columns *c)
{
    *c = (struct packet_key_columns){0};
    for (; f->addr[c->addrs] != FIELD_TIME; c->addrs++)
        c->addr[c->addrs] = batch_column(b, f->addr[c->addrs]);
    for (; f->value[c->values] != FIELD_TIME; c->values++)
        c->value[c->values] = batch_column(b, f->value[c->values]);
}

void packet_key_row(const struct packet_key_columns *c, uint32_t row,
                    struct packet_key *key)
{
    *key = (struct packet_key){0};
    for (uint32_t i = 0; i < c->addrs; i++) {
        if (column_absent(c->addr[i], row))
            continue;
        key->addr[i] = c->addr[i]->a[row];
        key->present |= UINT64_C(1) << i;
    }
    for (uint32_t i = 0; i < c->values; i++) {
        if (column_absent(c->value[i], row))
            continue;
        key->value[i] = c->value[i]->i[row];
        key->present |= UINT64_C(1) << (PACKET_KEY_ADDRS + i);
    }
}
