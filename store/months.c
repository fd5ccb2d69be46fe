/* months.c - the list of months, in the catalogue. */
#include "store/months.h"

#include <stdlib.h>

#include "base/memory.h"
#include "store/envs.h"
#include "store/sealed.h"

enum { ENTRY_BYTES = 12 };

static const char key_months[] = "months";

static struct kv_bytes key(void)
{
    return (struct kv_bytes){(const uint8_t *)key_months,
                             sizeof key_months - 1};
}

void months_free(struct months *m)
{
    free(m->entry);
    *m = (struct months){0};
}

static struct months_entry *find(const struct months *m, uint32_t month)
{
    for (uint32_t i = 0; i < m->n; i++)
        if (m->entry[i].month == month)
            return &m->entry[i];
    return NULL;
}

uint64_t months_when(const struct months *m, uint32_t month)
{
    const struct months_entry *x = find(m, month);

    return x ? x->sequence : 0;
}

void months_note(struct months *m, uint32_t month, uint64_t sequence)
{
    struct months_entry *x = find(m, month);

    if (!x) {
        m->entry = memory_grow(m->entry, m->n, sizeof *m->entry);
        x = &m->entry[m->n++];
    }
    *x = (struct months_entry){month, sequence};
}

void months_drop(struct months *m, uint32_t month)
{
    struct months_entry *x = find(m, month);

    if (x)
        *x = m->entry[--m->n];
}

bool months_read(struct kv_txn *t, struct months *m, struct err *e)
{
    struct kv_bytes v;

    *m = (struct months){0};
    if (!kv_get(t, ENVS_META, key(), &v, e))
        return false;
    if (!v.data)
        return true;
    struct cursor c = {v.data, v.data + v.len, false};
    m->known = true;
    for (uint32_t n = cursor_u32(&c); n > 0 && !c.bad; n--) {
        uint32_t month = cursor_u32(&c);
        uint64_t sequence = cursor_u64(&c);
        if (!c.bad)
            months_note(m, month, sequence);
    }
    return !c.bad && c.at != c.end && sealed_good(&c, key(), v)
               ? true
               : err_set(e, ERR_STORE, "the list of months is damaged");
}

bool months_write(struct kv_txn *t, const struct months *m, struct err *e)
{
    struct buf b = {0};

    if (!m->known)
        return true;
    buf_u32(&b, m->n);
    for (uint32_t i = 0; i < m->n; i++) {
        buf_u32(&b, m->entry[i].month);
        buf_u64(&b, m->entry[i].sequence);
    }
    sealed_end(&b, key());
    bool good =
        kv_put(t, ENVS_META, key(), (struct kv_bytes){b.data, b.len}, false, e);
    buf_free(&b);
    return good;
}

static bool wrong(struct err *e, const char *what)
{
    err_set(e, ERR_STORE, "%s", what);
    err_hint(e, "bring its folder back from a copy, or remove the month with "
                "`trawl prune`");
    return false;
}

bool months_hold(const struct months *m, uint32_t month, uint64_t sequence,
                 struct err *e)
{
    return sequence >= months_when(m, month) ||
           wrong(e, "is older than the catalogue: packets of it are missing");
}

bool months_expected(const struct months *m, uint32_t i, const struct pruned *p)
{
    return pruned_when(p, m->entry[i].month) <= m->entry[i].sequence;
}

bool months_missing(struct err *e)
{
    return wrong(e, "its folder is missing, and with it its packets");
}
