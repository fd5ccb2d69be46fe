/* func_lookup.c - label, asn, cc: functions that look an address up, and what
 * they are given when they are bound. */
#include "query/func_lookup.h"

#include "query/bind.h"
#include "query/lookup.h"

static struct lookup *lookup_of(struct bind *b, const struct expr *call)
{
    if (!b->s->lookup)
        bind_fail(b, call->at, "`%s` cannot be used here", call->func->name);
    return b->s->lookup;
}

bool func_prepare_label(struct bind *b, struct expr *call)
{
    struct lookup *l = lookup_of(b, call);

    call->lookup = l ? lookup_labels(l, call->at, b->e) : NULL;
    return call->lookup != NULL;
}

static bool note_missing(struct bind *b, const struct expr *call,
                         const struct lookup_database *d, const char *file)
{
    char text[160];

    if (!d)
        return false;
    if (!d->found && b->s->warn) {
        snprintf(text, sizeof text,
                 "`%s` is absent: there is no %s in the store's folder, "
                 "/var/lib/GeoIP or /usr/share/GeoIP",
                 call->func->name, file);
        b->s->warn(b->s->warn_ctx, call->at, text);
    }
    return true;
}

bool func_prepare_asn(struct bind *b, struct expr *call)
{
    struct lookup *l = lookup_of(b, call);
    const struct lookup_database *d = l ? lookup_asn(l, call->at, b->e) : NULL;

    call->lookup = d;
    return note_missing(b, call, d, "asn.mmdb or GeoLite2-ASN.mmdb");
}

bool func_prepare_cc(struct bind *b, struct expr *call)
{
    struct lookup *l = lookup_of(b, call);
    const struct lookup_database *d = l ? lookup_cc(l, call->at, b->e) : NULL;

    call->lookup = d;
    return note_missing(b, call, d, "country.mmdb or GeoLite2-Country.mmdb");
}

/* ---- rows ---- */

typedef bool look_up(const void *table, struct addr a, int64_t *out);

static bool look_up_label(const void *table, struct addr a, int64_t *out)
{
    uint32_t name;

    if (!lookup_label(table, a, &name))
        return false;
    *out = name;
    return true;
}

static bool look_up_asn(const void *table, struct addr a, int64_t *out)
{
    return lookup_asn_of(table, a, out);
}

static bool look_up_cc(const void *table, struct addr a, int64_t *out)
{
    uint32_t name;

    if (!lookup_cc_of(table, a, &name))
        return false;
    *out = name;
    return true;
}

/* Neighbouring rows often have the same address. */
static void eval_rows(struct func_frame *f, look_up *find)
{
    struct addr last = {0, 0};
    int64_t value = 0;
    bool known = false, found = false;

    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        struct addr a = f->arg[0].column.a[row & f->arg[0].mask];
        if (f->absent[row / 64] >> (row % 64) & 1)
            continue;
        if (!known || !addr_eq(a, last))
            found = find(f->call->lookup, a, &value);
        known = true;
        last = a;
        f->out.i[row] = value;
        if (!found)
            f->absent[row / 64] |= UINT64_C(1) << (row % 64);
    }
}

void func_eval_label(struct func_frame *f)
{
    eval_rows(f, look_up_label);
}

void func_eval_asn(struct func_frame *f)
{
    eval_rows(f, look_up_asn);
}

void func_eval_cc(struct func_frame *f)
{
    eval_rows(f, look_up_cc);
}
