/* dense_flows.c - the table of flows of a dense block, with what both
 * directions of a flow share. */
#include <stdlib.h>

#include "base/memory.h"
#include "store/dense_reader.h"

/* Distances into places of flows: 0 is a new one. */
static bool number_flows(struct block *b)
{
    struct dense_reader *d = b->dense;
    uint16_t *flow = d->flow;
    uint32_t flows = 0, rows = b->head.rows;
    bool bad = false;

    for (uint32_t i = 0; i < rows; i++) {
        uint32_t back = flow[i];
        bad |= back > flows;
        flow[i] = (uint16_t)(flows - back);
        flows += back == 0;
    }
    d->flows = flows;
    return !bad;
}

/* A flow is in one pair at most, so that `asked` is how many are not the second
 * of one. */
static bool link_flows(struct dense_reader *d, const uint32_t *step)
{
    uint32_t *back = d->back, flows = d->flows, asked = 0;
    bool bad = false;

    for (uint32_t f = 0; f < flows; f++) {
        bool alone = step[f] == 0, ahead = step[f] > f;
        uint32_t paired = (uint32_t)alone - 1; /* all bits, or none */
        uint32_t other = (f - step[f]) & ((uint32_t)ahead - 1);
        bad |= ahead | ((paired & back[other]) != 0);
        back[other] = (f + 1) & paired;
        back[f] = (other + 1) & paired;
        asked += alone;
    }
    d->asked = asked;
    return !bad;
}

static bool load_flows(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (!dense_codes_load(b, STREAM_FLOW, &d->flow, e))
        return false;
    if (!number_flows(b))
        return dense_missing(STREAM_FLOW, e);
    uint32_t *step = dense_table_load(b, STREAM_FLOW, KIND_BACK, d->flows, e);
    if (!step)
        return false;
    d->back = block_room(b, d->flows, sizeof *d->back);
    bool good = link_flows(d, step) || dense_missing(STREAM_FLOW, e);
    free(step);
    return good;
}

bool dense_flows_load(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (d->back || load_flows(b, e))
        return true;
    free(d->flow);
    free(d->back);
    d->flow = NULL;
    d->back = NULL;
    d->flows = d->asked = 0;
    return false;
}

/* Is a flow the second one of two directions? */
static bool answers(const struct dense_reader *d, uint32_t f)
{
    return d->back[f] - 1 < f; /* 0 - 1 is less than none */
}

/* Keys of all flows from those of flows that have keys of their own. */
static void turn_pairs(const struct dense_reader *d, uint32_t *const v[2],
                       uint32_t *const out[2])
{
    uint32_t *one = out[0], *two = out[1], flows = d->flows, k = 0;

    for (uint32_t f = 0; f < flows; f++) {
        bool second = answers(d, f);
        uint32_t from = second ? d->back[f] - 1 : f;
        uint32_t turned = (uint32_t)second - 1; /* no bits, or all */
        one[f] = v[0][k];
        two[f] = v[1][k];
        uint32_t x = (two[from] & ~turned) | (one[f] & turned);
        uint32_t y = (one[from] & ~turned) | (two[f] & turned);
        one[f] = x;
        two[f] = y;
        k += !second;
    }
}

/* A pair of keys that directions swap; `max` bounds both. */
static bool load_pair(struct block *b, uint8_t one, uint32_t max,
                      uint32_t *out[2], struct err *e)
{
    struct dense_reader *d = b->dense;
    uint32_t *v[2] = {0};
    bool good = true;

    for (uint8_t i = 0; i < 2 && good; i++)
        good = (v[i] = dense_table_load(b, (uint8_t)(one + i), KIND_FLOWED,
                                        d->asked, e)) != NULL;
    for (uint32_t i = 0; i < d->asked && good; i++)
        good = (v[0][i] <= max && v[1][i] <= max) || dense_missing(one, e);
    for (uint32_t i = 0; i < 2 && good; i++)
        out[i] = block_room(b, d->flows, sizeof **out);
    if (good)
        turn_pairs(d, v, out);
    free(v[0]);
    free(v[1]);
    return good;
}

static bool load_proto(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;
    uint32_t k = 0;
    uint32_t *v = dense_table_load(b, FIELD_PROTO, KIND_FLOWED, d->asked, e);

    if (!v)
        return false;
    d->proto = block_room(b, d->flows, sizeof *d->proto);
    for (uint32_t f = 0; f < d->flows; f++)
        d->proto[f] = answers(d, f) ? d->proto[d->back[f] - 1] : v[k++];
    free(v);
    return true;
}

_Static_assert(FIELD_DST == FIELD_SRC + 1 && FIELD_DPORT == FIELD_SPORT + 1,
               "pairs are neighbours");

static bool load_addr_keys(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;
    uint32_t size, *pair[2];

    if (d->src)
        return true;
    if (!block_dictionary_load(b, WIDTH_ADDR, &size, e))
        return false;
    if (size == 0)
        return dense_missing(STREAM_ADDRS, e);
    if (!load_pair(b, FIELD_SRC, size - 1, pair, e))
        return false;
    d->src = pair[0];
    d->dst = pair[1];
    return true;
}

bool dense_keys_load(struct block *b, uint32_t field, struct err *e)
{
    struct dense_reader *d = b->dense;
    uint32_t *pair[2];

    if (!dense_flows_load(b, e))
        return false;
    if (field == FIELD_PROTO)
        return d->proto || load_proto(b, e);
    if (field == FIELD_SRC || field == FIELD_DST)
        return load_addr_keys(b, e);
    if (d->sport)
        return true;
    if (!load_pair(b, FIELD_SPORT, UINT16_MAX, pair, e))
        return false;
    d->sport = pair[0];
    d->dport = pair[1];
    return true;
}

bool dense_hosts_load(struct block *b, struct err *e)
{
    struct dense_reader *d = b->dense;

    if (!dense_flows_load(b, e))
        return false;
    if (d->host)
        return true;
    if (block_stream_find(b, FIELD_SRC, KIND_FLOWED)) {
        if (!load_addr_keys(b, e))
            return false;
        d->hosts = b->addrs;
        d->host = d->src;
        return true;
    }
    d->hosts = 1;
    d->host = d->no_host = block_room(b, d->flows, sizeof *d->no_host);
    return true;
}
