/* envs.c - opening each environment once, and closing those not needed. */
#include "store/envs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/timestamp.h"

enum { PATH_LEN = 4200 };

#define MAP_MONTH     ((size_t)64 << 30)
#define MAP_CATALOGUE ((size_t)4 << 30)

struct envs_slot {
    uint32_t which, users;
    struct kv *kv;
    uint64_t used; /* envs.clock when last handed out */
};

static const char *const catalogue_tables[KV_DBS] = {"meta", "captures",
                                                     "index"};
static const char *const month_tables[KV_DBS] = {"meta", "blocks", "ledger"};

void envs_init(struct envs *s, const char *dir)
{
    *s = (struct envs){.dir = dir, .month_map = MAP_MONTH};
    pthread_mutex_init(&s->lock, NULL);
}

void envs_free(struct envs *s)
{
    for (uint32_t i = 0; i < s->n; i++)
        kv_close(s->slot[i].kv);
    free(s->slot);
    pthread_mutex_destroy(&s->lock);
}

void envs_name(char out[ENVS_NAME], uint32_t which)
{
    if (which == ENVS_CATALOGUE)
        snprintf(out, ENVS_NAME, "catalogue");
    else if (which == ENVS_ODD)
        snprintf(out, ENVS_NAME, "odd");
    else
        snprintf(out, ENVS_NAME, "%04u-%02u", which / 12 % 10000,
                 which % 12 + 1);
}

uint32_t envs_month(int64_t time)
{
    struct civil c = timestamp_civil(time);

    return (uint32_t)(c.year * 12 + c.month - 1);
}

static void slot_remove(struct envs *s, uint32_t i)
{
    kv_close(s->slot[i].kv);
    s->slot[i] = s->slot[--s->n];
}

bool envs_set_write(struct envs *s, struct err *e)
{
    bool busy = false;

    pthread_mutex_lock(&s->lock);
    for (uint32_t i = s->n; i > 0; i--) {
        struct envs_slot *slot = &s->slot[i - 1];
        if (kv_writable(slot->kv))
            continue;
        if (slot->users)
            busy = true;
        else
            slot_remove(s, i - 1);
    }
    s->write = !busy;
    pthread_mutex_unlock(&s->lock);
    if (busy)
        return err_set(e, ERR_STORE, "%s is being read by this process",
                       s->dir);
    return true;
}

static struct kv *open_one(struct envs *s, uint32_t which, struct err *e)
{
    char name[ENVS_NAME], path[PATH_LEN];
    bool catalogue = which == ENVS_CATALOGUE;

    envs_name(name, which);
    int len = snprintf(path, sizeof path, "%s/%s", s->dir, name);
    if (len < 0 || len >= PATH_LEN) {
        err_set(e, ERR_STORE, "the path of the store is too long");
        return NULL;
    }
    return kv_open(path, catalogue ? catalogue_tables : month_tables, s->write,
                   catalogue ? MAP_CATALOGUE : s->month_map, e);
}

/* Makes room for one more, closing the one not used for longest. */
static void make_room(struct envs *s)
{
    uint32_t oldest = s->n;

    for (uint32_t i = 0; i < s->n && s->n >= ENVS_OPEN_MAX; i++)
        if (s->slot[i].users == 0 &&
            (oldest == s->n || s->slot[i].used < s->slot[oldest].used))
            oldest = i;
    if (oldest < s->n)
        slot_remove(s, oldest);
    if (s->n < s->cap)
        return;
    s->cap = s->cap ? s->cap * 2 : 16;
    s->slot = memory_resize(s->slot, s->cap * sizeof *s->slot);
}

static struct envs_slot *slot_find(struct envs *s, uint32_t which)
{
    for (uint32_t i = 0; i < s->n; i++)
        if (s->slot[i].which == which)
            return &s->slot[i];
    return NULL;
}

/* Whoever uses one that is gone keeps it; nobody else gets it. */
static void tidy(struct envs *s)
{
    for (uint32_t i = s->n; i > 0; i--) {
        struct envs_slot *slot = &s->slot[i - 1];
        if (slot->which != ENVS_GONE && kv_current(slot->kv))
            continue;
        slot->which = ENVS_GONE;
        if (slot->users == 0)
            slot_remove(s, i - 1);
    }
}

void envs_tidy(struct envs *s)
{
    pthread_mutex_lock(&s->lock);
    tidy(s);
    pthread_mutex_unlock(&s->lock);
}

static struct envs_slot *slot_get(struct envs *s, uint32_t which, struct err *e)
{
    struct envs_slot *slot = slot_find(s, which);

    if (slot && !kv_current(slot->kv)) {
        tidy(s);
        slot = NULL;
    }

    if (slot && s->write && !kv_writable(slot->kv) && slot->users == 0) {
        slot_remove(s, (uint32_t)(slot - s->slot));
        slot = NULL;
    }
    if (slot)
        return slot;
    make_room(s);
    struct kv *kv = open_one(s, which, e);
    if (!kv)
        return NULL;
    s->slot[s->n] = (struct envs_slot){.which = which, .kv = kv};
    return &s->slot[s->n++];
}

struct kv *envs_get(struct envs *s, uint32_t which, struct err *e)
{
    pthread_mutex_lock(&s->lock);
    struct envs_slot *slot = slot_get(s, which, e);
    if (slot) {
        slot->users++;
        slot->used = ++s->clock;
    }
    struct kv *kv = slot ? slot->kv : NULL;
    pthread_mutex_unlock(&s->lock);
    return kv;
}

void envs_put(struct envs *s, struct kv *k)
{
    if (!k)
        return;
    pthread_mutex_lock(&s->lock);
    for (uint32_t i = 0; i < s->n; i++) {
        if (s->slot[i].kv != k)
            continue;
        if (--s->slot[i].users == 0 &&
            (s->n > ENVS_OPEN_MAX || s->slot[i].which == ENVS_GONE))
            slot_remove(s, i);
        break;
    }
    pthread_mutex_unlock(&s->lock);
}

bool envs_exists(const struct envs *s, uint32_t which)
{
    char name[ENVS_NAME], path[PATH_LEN];

    envs_name(name, which);
    int len = snprintf(path, sizeof path, "%s/%s", s->dir, name);
    return len > 0 && len < PATH_LEN && kv_exists(path);
}

static bool digits(const char *s, uint32_t n, uint32_t *out)
{
    *out = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        *out = *out * 10 + (uint32_t)(s[i] - '0');
    }
    return true;
}

static bool parse_name(const char *name, uint32_t *which)
{
    uint32_t year, month;

    *which = ENVS_ODD;
    if (strcmp(name, "odd") == 0)
        return true;
    if (strlen(name) != 7 || name[4] != '-' || !digits(name, 4, &year) ||
        !digits(name + 5, 2, &month) || month < 1 || month > 12)
        return false;
    *which = year * 12 + month - 1;
    return *which != ENVS_ODD;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

bool envs_list(const struct envs *s, uint32_t **out, uint32_t *n, struct err *e)
{
    DIR *dir = opendir(s->dir);
    char path[PATH_LEN];
    uint32_t cap = 0, which;

    *out = NULL;
    *n = 0;
    if (!dir)
        return err_set(e, ERR_STORE, "cannot read %s: %m", s->dir);
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this stream */
    for (struct dirent *d; (d = readdir(dir)) != NULL;) {
        int len = snprintf(path, sizeof path, "%s/%s", s->dir, d->d_name);
        if (!parse_name(d->d_name, &which) || len >= PATH_LEN ||
            !kv_exists(path))
            continue;
        if (*n == cap)
            *out =
                memory_resize(*out, (cap = cap ? cap * 2 : 64) * sizeof **out);
        (*out)[(*n)++] = which;
    }
    closedir(dir);
    if (*n)
        qsort(*out, *n, sizeof **out, by_number);
    return true;
}
