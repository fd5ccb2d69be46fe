/* dense_rebuild.c - guessed fields from what rows say of them. Each pass is the
 * twin of one in dense_guess.c. Whatever the streams hold, indexes stay within
 * the tables of flows and hosts, and numbers within their field. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/dense_reader.h"

/* A field on its way back. */
struct pass {
    struct block *b;
    const struct dense_reader *d;
    const uint64_t *present, *classes; /* of each shape */
    const uint16_t *shape, *flow;      /* of each row */
    uint32_t field, rows;
    enum dense_slot slot;
    struct dense_told near, far;
    uint32_t *out;  /* the lane where it is 4 bytes wide */
    uint32_t *last; /* of each flow */
    const struct dense_pick *pick;
    uint32_t at;        /* rows of `pick` that were passed */
    uint32_t next;      /* row behind them */
    uint64_t *skipping; /* of each shape: 1 for near, 1 << 32 for far */
};

/* How rows that are not wanted move on in the lists; none where there are no
 * lists. */
static void begin_skipping(struct pass *p)
{
    if (!p->pick || (!p->near.v && !p->far.v))
        return;
    p->skipping = memory_alloc(p->d->shapes * sizeof *p->skipping);
    for (uint32_t i = 0; i < p->d->shapes; i++) {
        enum dense_class c = dense_class_of(p->classes[i], p->slot);
        p->skipping[i] = c == CLASS_NEAR  ? 1
                         : c == CLASS_FAR ? UINT64_C(1) << 32
                                          : 0;
    }
}

/* The next row that is wanted; `rows` after the last. */
static uint32_t next_wanted(struct pass *p)
{
    uint64_t skipped = 0;

    if (p->at == p->pick->n)
        return p->rows;
    uint32_t row = p->pick->row[p->at++];
    for (uint32_t i = p->next; i < row && p->skipping; i++)
        skipped += p->skipping[p->shape[i]];
    p->near.at += (uint32_t)skipped;
    p->far.at += (uint32_t)(skipped >> 32);
    p->next = row + 1;
    return row;
}

static inline uint32_t row_after(struct pass *p, uint32_t i)
{
    return p->pick ? next_wanted(p) : i + 1;
}

static inline uint32_t first_row(struct pass *p)
{
    return p->pick ? next_wanted(p) : 0;
}

static bool begin(struct block *b, enum dense_slot s, struct pass *p,
                  struct err *e)
{
    *p = (struct pass){.b = b};
    if (!dense_classes_load(b, e))
        return false;
    *p = (struct pass){.b = b,
                       .d = b->dense,
                       .present = b->dense->present,
                       .classes = b->dense->classes,
                       .shape = b->dense->shape,
                       .field = dense_slot_field[s],
                       .rows = b->head.rows,
                       .slot = s,
                       .pick = b->dense->pick};
    if (!dense_told_load(b, (uint8_t)p->field, KIND_NEAR, &p->near, e) ||
        !dense_told_load(b, (uint8_t)p->field, KIND_FAR, &p->far, e))
        return false;
    begin_skipping(p);
    p->out = memory_zeroed(p->rows + SLACK, sizeof *p->out);
    return true;
}

static bool with_flows(struct pass *p, struct err *e)
{
    if (!dense_flows_load(p->b, e))
        return false;
    p->flow = p->d->flow;
    p->last = memory_zeroed(p->d->flows, sizeof *p->last);
    return true;
}

static void narrow_lane(struct pass *p, struct lane_out *l)
{
    static const uint8_t bytes[] = {
        [WIDTH_U8] = 1, [WIDTH_U16] = 2, [WIDTH_U32] = 4};

    l->width = p->pick ? 4 : bytes[schema_fields[p->field].width];
    if (l->width == 4) {
        l->value = (uint8_t *)p->out;
        p->b->memory += (p->rows + SLACK) * sizeof *p->out;
        p->out = NULL;
        return;
    }
    l->value = block_room(p->b, p->rows, l->width);
    for (uint32_t i = 0; l->width == 1 && i < p->rows; i++)
        l->value[i] = (uint8_t)p->out[i];
    for (uint32_t i = 0; l->width == 2 && i < p->rows; i++) {
        uint16_t v = (uint16_t)p->out[i];
        memcpy(l->value + (size_t)i * 2, &v, 2);
    }
}

/* Hands the lane over, where all went well, and frees the rest. */
static bool finish(struct pass *p, bool good, struct err *e)
{
    if (good && (p->near.missing || p->far.missing))
        good = err_set(e, ERR_STORE, "stream %s is incomplete",
                       block_stream_name((uint8_t)p->field));
    if (good)
        narrow_lane(p, &p->b->lane[p->field]);
    free(p->near.v);
    free(p->far.v);
    free(p->last);
    free(p->skipping);
    free(p->out);
    return good;
}

static inline bool has(const struct pass *p, uint32_t i)
{
    return p->present[p->shape[i]] >> p->field & 1;
}

static inline enum dense_class class_of(const struct pass *p, uint32_t i)
{
    return dense_class_of(p->classes[p->shape[i]], p->slot);
}

/* Values of another field, which must be 4 bytes wide; NULL: no row has it. */
static bool beside(struct block *b, uint32_t field, const uint32_t **v,
                   struct err *e)
{
    if (!block_lane_load(b, field, e))
        return false;
    *v = b->lane[field].none
             ? NULL
             : (const uint32_t *)(const void *)b->lane[field].value;
    return true;
}

/* That of a row, or 0 where it has none. */
static inline uint32_t value_or_0(const struct pass *p, const uint32_t *v,
                                  uint32_t field, uint32_t i)
{
    return v && (p->present[p->shape[i]] >> field & 1) ? v[i] : 0;
}

/* ---- lengths ---- */

static bool rebuild_iplen(struct pass *p, struct err *e)
{
    if (!with_flows(p, e))
        return false;
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        uint32_t *last = &p->last[p->flow[i]];
        switch (class_of(p, i)) {
        case CLASS_GUESS: p->out[i] = p->d->lengths[p->shape[i]].over; break;
        case CLASS_AGAIN: p->out[i] = *last; break;
        default: p->out[i] = *last = dense_told_next(&p->far);
        }
    }
    return true;
}

static bool load_basis(struct pass *p, uint32_t *out, struct err *e)
{
    uint32_t *v = dense_table_load(p->b, (uint8_t)p->field, KIND_BASIS, 1, e);

    if (!v)
        return false;
    *out = v[0];
    free(v);
    return true;
}

static bool rebuild_len(struct pass *p, struct err *e)
{
    const uint32_t *iplen;
    uint32_t overhead;

    if (!beside(p->b, FIELD_IPLEN, &iplen, e) || !load_basis(p, &overhead, e))
        return false;
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        uint32_t guess = value_or_0(p, iplen, FIELD_IPLEN, i) + overhead +
                         p->d->lengths[p->shape[i]].tags;
        switch (class_of(p, i)) {
        case CLASS_GUESS:
            p->out[i] = guess < DENSE_PAD ? DENSE_PAD : guess;
            break;
        case CLASS_AGAIN: p->out[i] = guess; break;
        default: p->out[i] = dense_told_next(&p->far);
        }
    }
    return true;
}

static bool rebuild_caplen(struct pass *p, struct err *e)
{
    const uint32_t *len;
    uint32_t snap;

    if (!beside(p->b, FIELD_LEN, &len, e) || !load_basis(p, &snap, e))
        return false;
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        uint32_t guess = value_or_0(p, len, FIELD_LEN, i);
        p->out[i] = class_of(p, i) ? dense_told_next(&p->far)
                    : guess < snap ? guess
                                   : snap;
    }
    return true;
}

static bool rebuild_rest(struct pass *p, struct err *e)
{
    const uint32_t *iplen;

    if (!beside(p->b, FIELD_IPLEN, &iplen, e))
        return false;
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        const struct dense_lengths *l = &p->d->lengths[p->shape[i]];
        uint32_t less = p->slot == SLOT_PAYLEN ? l->over : l->ip;
        p->out[i] =
            class_of(p, i)
                ? dense_told_next(&p->far)
                : dense_less(value_or_0(p, iplen, FIELD_IPLEN, i), less);
    }
    return true;
}

static bool rebuild_zero(struct pass *p, struct err *e)
{
    (void)e;
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i))
        if (has(p, i) && class_of(p, i))
            p->out[i] = dense_told_next(&p->far);
    return true;
}

/* ---- numbers that go on ---- */

static const struct dense_tcp no_tcp;
static const struct dense_clock no_clock;

static uint32_t take_seq(struct pass *p, uint32_t i, const struct dense_tcp *f,
                         const struct dense_tcp *back)
{
    uint32_t guess = dense_seq_guess(f, back);

    switch (class_of(p, i)) {
    case CLASS_GUESS: return guess;
    case CLASS_NEAR: return dense_unzigzag(guess, dense_told_next(&p->near));
    case CLASS_AGAIN: return f->seq;
    default: return dense_told_next(&p->far);
    }
}

static uint32_t take_ack(struct pass *p, uint32_t i, const struct dense_tcp *f,
                         const struct dense_tcp *back, uint32_t flags)
{
    uint32_t guess = dense_ack_guess(back, flags);

    switch (class_of(p, i)) {
    case CLASS_GUESS: return guess;
    case CLASS_NEAR: return guess - dense_told_next(&p->near);
    case CLASS_AGAIN: return f->ack;
    default: return dense_told_next(&p->far);
    }
}

static void rebuild_tcp(struct pass *seq, struct pass *ack,
                        const uint32_t *paylen, const uint32_t *flags)
{
    const struct dense_reader *d = seq->d;
    struct dense_tcp *tcp = memory_zeroed(d->flows, sizeof *tcp);

    for (uint32_t i = first_row(seq); i < seq->rows; i = row_after(seq, i)) {
        struct dense_tcp *f = &tcp[d->flow[i]];
        uint32_t other = d->back[d->flow[i]];
        const struct dense_tcp *back = other ? &tcp[other - 1] : &no_tcp;
        uint32_t set = DENSE_HAS(d->present[d->shape[i]], FIELD_FLAGS)
                           ? flags[d->shape[i]]
                           : 0;
        if (ack->pick)
            (void)next_wanted(ack);
        if (has(seq, i)) {
            seq->out[i] = take_seq(seq, i, f, back);
            dense_tcp_sent(f, seq->out[i],
                           value_or_0(seq, paylen, FIELD_PAYLEN, i), set);
        }
        if (has(ack, i))
            ack->out[i] = f->ack = take_ack(ack, i, f, back, set);
    }
    free(tcp);
}

/* Hands over the lane that was not asked for, unless it is there. */
static bool finish_other(struct pass *p, bool good, struct err *e)
{
    struct lane_out *l = &p->b->lane[p->field];

    if (l->ready) {
        (void)finish(p, false, e);
        return good;
    }
    (void)dense_presence(p->b, p->field, l);
    l->ready = finish(p, good, e);
    if (!l->ready) {
        free(l->present);
        *l = (struct lane_out){0};
    }
    return good && l->ready;
}

/* Both at once: each is expected from the other. */
static bool load_tcp(struct block *b, enum dense_slot wanted, struct err *e)
{
    struct pass seq, ack;
    const uint32_t *paylen;
    uint32_t *flags = NULL;
    bool good = begin(b, SLOT_SEQ, &seq, e);

    good = begin(b, SLOT_ACKNO, &ack, e) && good;
    good = good && dense_flows_load(b, e) &&
           beside(b, FIELD_PAYLEN, &paylen, e) &&
           (flags = dense_table_load(b, FIELD_FLAGS, KIND_SHAPED,
                                     b->dense->shapes, e)) != NULL;
    if (good)
        rebuild_tcp(&seq, &ack, paylen, flags);
    free(flags);
    good = finish(wanted == SLOT_SEQ ? &seq : &ack, good, e);
    return finish_other(wanted == SLOT_SEQ ? &ack : &seq, good, e);
}

static bool rebuild_win(struct pass *p, struct err *e)
{
    if (!with_flows(p, e) || !dense_hosts_load(p->b, e))
        return false;
    uint32_t *hosts = memory_zeroed(p->d->hosts, sizeof *hosts);
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        uint32_t *last = &p->last[p->flow[i]];
        uint32_t *host = &hosts[p->d->host[p->flow[i]]];
        switch (class_of(p, i)) {
        case CLASS_GUESS: break;
        case CLASS_NEAR:
            *last = dense_unzigzag(*last, dense_told_next(&p->near));
            break;
        case CLASS_AGAIN: *last = *host; break;
        default: *last = dense_told_next(&p->far);
        }
        p->out[i] = *host = *last;
    }
    free(hosts);
    return true;
}

static bool rebuild_ipid(struct pass *p, struct err *e)
{
    if (!with_flows(p, e) || !dense_hosts_load(p->b, e))
        return false;
    uint32_t *hosts = memory_zeroed(p->d->hosts, sizeof *hosts);
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        enum dense_class k = class_of(p, i);
        if (!has(p, i) || k == CLASS_AGAIN)
            continue;
        uint32_t *last = &p->last[p->flow[i]];
        uint32_t *host = &hosts[p->d->host[p->flow[i]]];
        if (k == CLASS_GUESS)
            *last = (*last + 1) & UINT16_MAX;
        else if (k == CLASS_NEAR)
            *last = (*host + 1 + dense_told_next(&p->near)) & UINT16_MAX;
        else
            *last = dense_told_next(&p->far);
        p->out[i] = *host = *last;
    }
    free(hosts);
    return true;
}

static bool rebuild_icmp_seq(struct pass *p, struct err *e)
{
    if (!with_flows(p, e))
        return false;
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        uint32_t *last = &p->last[p->flow[i]];
        uint32_t back = p->d->back[p->flow[i]];
        switch (class_of(p, i)) {
        case CLASS_GUESS: *last = (*last + 1) & UINT16_MAX; break;
        case CLASS_AGAIN: *last = back ? p->last[back - 1] : 0; break;
        default: *last = dense_told_next(&p->far);
        }
        p->out[i] = *last;
    }
    return true;
}

static uint32_t take_clock(struct pass *p, uint32_t i, uint32_t guess,
                           uint32_t again, bool zigzag)
{
    switch (class_of(p, i)) {
    case CLASS_GUESS: return guess;
    case CLASS_NEAR: {
        uint32_t step = dense_told_next(&p->near);
        return zigzag ? dense_unzigzag(guess, step) : guess - step;
    }
    case CLASS_AGAIN: return again;
    default: return dense_told_next(&p->far);
    }
}

static void rebuild_tsval(struct pass *p, const int64_t *time)
{
    struct dense_clock *clock = memory_zeroed(p->d->flows, sizeof *clock);

    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        struct dense_clock *c = &clock[p->d->flow[i]];
        if (!has(p, i))
            continue;
        c->value =
            take_clock(p, i, dense_tick_guess(c, time[i]), c->value, true);
        c->time = time[i];
        p->out[i] = c->value;
    }
    free(clock);
}

static bool load_tsval(struct pass *p, struct err *e)
{
    if (!block_lane_load(p->b, FIELD_TIME, e) || !dense_flows_load(p->b, e))
        return false;
    rebuild_tsval(p,
                  (const int64_t *)(const void *)p->b->lane[FIELD_TIME].value);
    return true;
}

static bool rebuild_tsecr(struct pass *p, struct err *e)
{
    const uint32_t *tsval;

    if (!with_flows(p, e) || !beside(p->b, FIELD_TSVAL, &tsval, e))
        return false;
    struct dense_clock *clock = memory_zeroed(p->d->flows, sizeof *clock);
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        struct dense_clock *c = &clock[p->flow[i]];
        uint32_t other = p->d->back[p->flow[i]];
        const struct dense_clock *back = other ? &clock[other - 1] : &no_clock;
        if (tsval && DENSE_HAS(p->present[p->shape[i]], FIELD_TSVAL))
            c->value = tsval[i];
        if (has(p, i))
            p->out[i] = c->echo = take_clock(p, i, back->value, c->echo, false);
    }
    free(clock);
    return true;
}

/* ---- what stays the same in a flow ---- */

static bool rebuild_flowed(struct pass *p, struct err *e)
{
    if (!dense_hosts_load(p->b, e))
        return false;
    p->flow = p->d->flow;
    p->last =
        dense_table_load(p->b, (uint8_t)p->field, KIND_FLOWED, p->d->flows, e);
    if (!p->last)
        return false;
    uint32_t *hosts = memory_zeroed(p->d->hosts, sizeof *hosts);
    for (uint32_t f = 0; f < p->d->flows; f++) {
        uint32_t *host = &hosts[p->d->host[f]];
        *host = p->last[f] ^= *host;
    }
    free(hosts);
    for (uint32_t i = first_row(p); i < p->rows; i = row_after(p, i)) {
        if (!has(p, i))
            continue;
        if (class_of(p, i))
            p->last[p->flow[i]] = dense_told_next(&p->far);
        p->out[i] = p->last[p->flow[i]];
    }
    return true;
}

static bool (*const rebuild[SLOTS])(struct pass *p, struct err *e) = {
    [SLOT_WIN] = rebuild_win,       [SLOT_IPID] = rebuild_ipid,
    [SLOT_IPLEN] = rebuild_iplen,   [SLOT_LEN] = rebuild_len,
    [SLOT_CAPLEN] = rebuild_caplen, [SLOT_PAYLEN] = rebuild_rest,
    [SLOT_UDPLEN] = rebuild_rest,   [SLOT_FRAGOFF] = rebuild_zero,
    [SLOT_URG] = rebuild_zero,      [SLOT_ICMP_SEQ] = rebuild_icmp_seq,
    [SLOT_TSVAL] = load_tsval,      [SLOT_TSECR] = rebuild_tsecr,
    [SLOT_TTL] = rebuild_flowed,    [SLOT_TOS] = rebuild_flowed,
    [SLOT_VLAN] = rebuild_flowed,   [SLOT_FLOWLABEL] = rebuild_flowed,
    [SLOT_ICMP_ID] = rebuild_flowed};

bool dense_rebuild(struct block *b, enum dense_slot s, struct err *e)
{
    struct pass p;

    if (s == SLOT_SEQ || s == SLOT_ACKNO)
        return load_tcp(b, s, e);
    bool good = begin(b, s, &p, e) && rebuild[s](&p, e);
    return finish(&p, good, e);
}
