/* retention.c - which months go, the commit that makes them go, and their
 * folders behind it. */
#include "store/retention.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "store/reader.h"
#include "store/writer.h"

enum { PATH_LEN = 4200 };

/* "DIR/2026-09" and the suffix. */
static bool month_path(char out[PATH_LEN], const struct store *s,
                       uint32_t month, const char *suffix)
{
    char name[ENVS_NAME];

    envs_name(name, month);
    int n = snprintf(out, PATH_LEN, "%s/%s%s", s->dir, name, suffix);
    return n > 0 && n < PATH_LEN;
}

/* ---- which months ---- */

struct counting {
    const struct store_reader *r;
    uint64_t packets;
};

static bool count_row(void *ctx, const struct month_row *row, struct err *e)
{
    struct counting *c = ctx;

    (void)e;
    c->packets +=
        row->sequence <= c->r->sequence ? row->now.kept : row->before.kept;
    return true;
}

static uint64_t month_bytes(const struct store *s, uint32_t month)
{
    static const char *const files[] = {"/data.mdb", "/lock.mdb"};
    char path[PATH_LEN];
    struct stat st;
    uint64_t n = 0;

    for (uint32_t i = 0; i < 2; i++)
        if (month_path(path, s, month, files[i]) && stat(path, &st) == 0)
            n += (uint64_t)st.st_blocks * 512;
    return n;
}

static void add_month(struct retention_plan *p, struct retention_month m)
{
    p->month = memory_grow(p->month, p->n, sizeof *p->month);
    p->month[p->n++] = m;
}

static void look_at(const struct store_reader *r, uint32_t i,
                    struct retention_plan *p)
{
    struct counting c = {r, 0};
    struct err ignored = {0};
    uint32_t month = r->month[i].month;
    struct kv_txn *t = reader_txn(r, i, &ignored);
    bool lost = !t || !month_rows_each(t, count_row, &c, &ignored);

    add_month(p, (struct retention_month){month, month_bytes(r->s, month),
                                          lost ? 0 : c.packets, lost});
}

static bool has(const struct retention_plan *p, uint32_t month)
{
    for (uint32_t i = 0; i < p->n; i++)
        if (p->month[i].month == month)
            return true;
    return false;
}

static void add_lost(const struct store_reader *r, uint32_t month,
                     struct retention_plan *p)
{
    if (month != ENVS_ODD && !has(p, month))
        add_month(p, (struct retention_month){month, month_bytes(r->s, month),
                                              0, true});
}

/* Those that the catalogue knows, or, where it keeps no list, that have a
 * folder, and that did not open. */
static bool list_lost(const struct store_reader *r, struct retention_plan *p,
                      struct err *e)
{
    uint32_t *month, n;

    for (uint32_t i = 0; i < r->listed.n; i++)
        if (months_expected(&r->listed, i, &r->pruned))
            add_lost(r, r->listed.entry[i].month, p);
    if (r->listed.known)
        return true;
    if (!envs_list(&r->s->envs, &month, &n, e))
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (pruned_when(&r->pruned, month[i]) == 0)
            add_lost(r, month[i], p);
    free(month);
    return true;
}

static int by_month(const void *a, const void *b)
{
    const struct retention_month *x = a, *y = b;

    return x->month < y->month ? -1 : x->month > y->month;
}

static void pass_over(void *ctx, const struct store_left_out *what)
{
    (void)ctx;
    (void)what;
}

/* All months of the store, without odd times. */
static bool list_all(struct store *s, struct retention_plan *p, struct err *e)
{
    struct store_reader r = {.s = s, .left = pass_over};
    bool good = reader_snapshot(&r, false, e);

    *p = (struct retention_plan){.bytes = store_bytes_on_disk(s)};
    for (uint32_t i = 0; good && i < r.months; i++)
        look_at(&r, i, p);
    good = good && list_lost(&r, p, e);
    if (p->n)
        qsort(p->month, p->n, sizeof *p->month, by_month);
    reader_snapshot_drop(&r);
    if (good)
        *e = (struct err){0};
    return good;
}

bool retention_one(struct store *s, uint32_t month, struct retention_plan *p,
                   struct err *e)
{
    uint32_t kept = 0;

    if (!list_all(s, p, e))
        return false;
    for (uint32_t i = 0; i < p->n; i++)
        if (p->month[i].month == month)
            p->month[kept++] = p->month[i];
    p->n = kept;
    return true;
}

bool retention_before(struct store *s, uint32_t month, struct retention_plan *p,
                      struct err *e)
{
    if (!list_all(s, p, e))
        return false;
    while (p->n > 0 && p->month[p->n - 1].month >= month)
        p->n--;
    return true;
}

bool retention_down_to(struct store *s, uint64_t bytes,
                       struct retention_plan *p, struct err *e)
{
    uint32_t n = 0;

    if (!list_all(s, p, e))
        return false;
    for (uint64_t left = p->bytes; left > bytes && n + 1 < p->n; n++)
        left -= p->month[n].bytes < left ? p->month[n].bytes : left;
    p->n = n;
    return true;
}

void retention_plan_free(struct retention_plan *p)
{
    free(p->month);
    *p = (struct retention_plan){0};
}

/* ---- what stays of the captures ---- */

struct tally {
    const struct store_reader *r;
    struct pruned *pruned;
    uint32_t month;            /* in hand */
    struct month_count *count; /* one a capture: what stays */
};

static int by_id(const void *key, const void *capture)
{
    uint64_t x = *(const uint64_t *)key;
    uint64_t y = ((const struct store_capture *)capture)->id;

    return x < y ? -1 : x > y;
}

static const struct store_capture *find_capture(const struct store_reader *r,
                                                uint64_t id)
{
    return r->capture ? bsearch(&id, r->capture, r->captures,
                                sizeof *r->capture, by_id)
                      : NULL;
}

static bool tally_row(void *ctx, const struct month_row *row, struct err *e)
{
    const struct tally *t = ctx;
    const struct store_capture *c = find_capture(t->r, row->capture);

    (void)e;
    if (!c || row->now.kept == 0)
        return true;
    struct month_count *sum = &t->count[c - t->r->capture];
    if (sum->kept == 0 || row->now.first_time < sum->first_time)
        sum->first_time = row->now.first_time;
    if (sum->kept == 0 || row->now.last_time > sum->last_time)
        sum->last_time = row->now.last_time;
    sum->kept += row->now.kept;
    return true;
}

/* A commit may happen before the capture's packet is counted: then only the
 * ledger that goes knows it. */
static bool claim_row(void *ctx, const struct month_row *row, struct err *e)
{
    struct tally *t = ctx;
    const struct store_capture *c = find_capture(t->r, row->capture);

    (void)e;
    if (c && row->now.next > c->packets)
        pruned_add_claim(t->pruned, t->month, row->capture, row->now.next);
    return true;
}

static bool tally_all(struct tally *t, const struct retention_plan *p,
                      struct err *e)
{
    for (uint32_t i = 0; i < t->r->months; i++) {
        struct kv_txn *txn = reader_txn(t->r, i, e);
        t->month = t->r->month[i].month;
        if (!txn || !month_rows_each(
                        txn, has(p, t->month) ? claim_row : tally_row, t, e))
            return false;
    }
    return true;
}

/* Claims that the catalogue makes needless since. */
static void drop_claims(const struct store_reader *r, struct pruned *p)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < p->claims; i++) {
        const struct store_capture *c = find_capture(r, p->claim[i].capture);
        if (c && p->claim[i].next > c->packets)
            p->claim[kept++] = p->claim[i];
    }
    p->claims = kept;
}

/* ---- the commit ---- */

static bool put_captures(struct kv_txn *t, const struct tally *tally,
                         struct err *e)
{
    for (uint32_t i = 0; i < tally->r->captures; i++) {
        struct store_capture c = tally->r->capture[i];
        const struct month_count *left = &tally->count[i];
        if (c.kept == left->kept)
            continue;
        c.kept = left->kept;
        c.first_time = left->first_time;
        c.last_time = left->last_time;
        if (!catalogue_put(t, &c, e))
            return false;
    }
    return true;
}

static bool commit(struct store_writer *w, const struct tally *tally,
                   struct err *e)
{
    struct catalogue_head h = w->head;
    struct kv *k = envs_get(&w->s->envs, ENVS_CATALOGUE, e);
    uint64_t bytes = tally->r->captures * sizeof(struct store_capture) +
                     tally->pruned->claims * sizeof(struct pruned_claim);
    struct kv_txn *t = k && kv_room(k, bytes, e) ? kv_begin(k, true, e) : NULL;

    h.sequence++;
    bool good = t && put_captures(t, tally, e) &&
                pruned_write(t, tally->pruned, e) &&
                months_write(t, &w->listed, e) && catalogue_write(t, &h, e);
    if (good)
        good = kv_commit(t, e);
    else
        kv_abort(t);
    envs_put(&w->s->envs, k);
    w->head.sequence += good;
    return good;
}

/* What stays of a capture is counted from the months that stay. */
static bool none_stays(const struct store_writer *w,
                       const struct retention_plan *p, struct err *e)
{
    for (uint32_t i = 0; i < w->lost.n; i++) {
        if (has(p, w->lost.entry[i].month))
            continue;
        *e = w->why;
        err_hint(e,
                 "`trawl prune --month` removes a month that cannot be read; "
                 "with one that stays nothing else can be removed");
        return false;
    }
    return true;
}

static bool commit_plan(struct store_writer *w, const struct retention_plan *p,
                        struct err *e)
{
    struct store_reader r = {.s = w->s, .left = w->lenient ? pass_over : NULL};
    struct pruned *pruned = &w->pruned;
    bool good = none_stays(w, p, e) && reader_snapshot(&r, true, e);
    struct tally t = {&r, pruned, 0,
                      memory_zeroed(r.captures, sizeof *t.count)};

    drop_claims(&r, pruned);
    for (uint32_t i = 0; i < p->n; i++) {
        pruned_add_month(pruned, p->month[i].month, w->head.sequence + 1);
        months_drop(&w->listed, p->month[i].month);
    }
    good = good && tally_all(&t, p, e) && commit(w, &t, e);
    reader_snapshot_drop(&r);
    free(t.count);
    return good;
}

/* ---- folders ---- */

static bool sync_folder(const struct store *s, struct err *e)
{
    int fd = open(s->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (!good)
        err_set(e, ERR_STORE, "cannot sync %s: %m", s->dir);
    if (fd >= 0)
        close(fd);
    return good;
}

/* Whatever lies in a folder that was put aside. */
static bool empty_aside(const struct store *s, uint32_t month, struct err *e)
{
    static const char *const files[] = {".pruned/data.mdb", ".pruned/lock.mdb",
                                        ".pruned"};
    char path[PATH_LEN];

    for (uint32_t i = 0; i < 3; i++)
        if (!month_path(path, s, month, files[i]) ||
            (remove(path) != 0 && errno != ENOENT))
            return err_set(e, ERR_STORE, "cannot remove %s: %m", path);
    return true;
}

/* Put aside first: nobody may find one file of two. */
static bool remove_folder(const struct store *s, uint32_t month, struct err *e)
{
    char path[PATH_LEN], aside[PATH_LEN];

    if (!empty_aside(s, month, e))
        return false;
    if (!month_path(path, s, month, "") ||
        !month_path(aside, s, month, ".pruned") ||
        (rename(path, aside) != 0 && errno != ENOENT))
        return err_set(e, ERR_STORE, "cannot remove %s: %m", path);
    return sync_folder(s, e) && empty_aside(s, month, e);
}

/* Is what lies there what was pruned, not what came later? */
static bool is_leftover(struct store_writer *w, const struct pruned_month *m,
                        bool *left, struct err *e)
{
    struct month_head h = {0};
    char path[PATH_LEN];

    *left = false;
    if (!month_path(path, w->s, m->month, "") || !kv_exists(path))
        return true;
    struct kv *k = envs_get(&w->s->envs, m->month, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    bool good = t && month_head_read(t, &h, e);
    *left = good && h.sequence <= m->sequence;
    month_head_free(&h);
    kv_abort(t);
    envs_put(&w->s->envs, k);
    if (good || !w->listed.known)
        return good ? true : writer_context(m->month, e);
    /* It cannot be opened. Where it came again the writer is told later. */
    *left = months_when(&w->listed, m->month) == 0;
    *e = (struct err){0};
    return true;
}

static bool finish_month(struct store_writer *w, const struct pruned_month *m,
                         struct err *e)
{
    bool left;

    return empty_aside(w->s, m->month, e) && is_leftover(w, m, &left, e) &&
           (!left || remove_folder(w->s, m->month, e));
}

static bool read_pruned(struct store_writer *w, struct err *e)
{
    struct kv *k = envs_get(&w->s->envs, ENVS_CATALOGUE, e);
    struct kv_txn *t = k ? kv_begin(k, false, e) : NULL;
    bool good = t && pruned_read(t, &w->pruned, e) &&
                months_read(t, &w->listed, e) && catalogue_index_whole(t, e);

    kv_abort(t);
    envs_put(&w->s->envs, k);
    return good;
}

bool retention_finish(struct store_writer *w, struct err *e)
{
    bool good = read_pruned(w, e);

    for (uint32_t i = 0; good && i < w->pruned.months; i++)
        good = finish_month(w, &w->pruned.month[i], e);
    return good;
}

bool retention_apply(struct store_writer *w, const struct retention_plan *p,
                     struct err *e)
{
    if (w->captures || w->builders)
        return err_set(e, ERR_USAGE, "the writer holds packets");
    if (p->n == 0)
        return true;
    bool good = commit_plan(w, p, e);
    for (uint32_t i = 0; good && i < p->n; i++)
        good = remove_folder(w->s, p->month[i].month, e);
    if (!good) {
        w->failed = true;
        w->why = *e;
    }
    envs_tidy(&w->s->envs);
    return good;
}
