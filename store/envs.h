/* envs.h - the environments of one store: the catalogue and one a month. Each
 * is open at most once in a process and counted; those nobody uses are kept up
 * to a number and closed beyond. May be shared by threads. */
#ifndef STORE_ENVS_H
#define STORE_ENVS_H

#include <pthread.h>

#include "store/kv.h"

/* A month is year * 12 + month - 1. These two are none. */
#define ENVS_ODD       0u
#define ENVS_CATALOGUE UINT32_MAX
/* Open still, but its folder was removed or replaced. */
#define ENVS_GONE (UINT32_MAX - 1)

/* LMDB takes 3 MiB for an environment open for writing. */
enum { ENVS_OPEN_MAX = 16, ENVS_NAME = 16 };

/* Tables: of every environment, of the catalogue, of a month. */
enum {
    ENVS_META = 0,
    ENVS_CAPTURES = 1,
    ENVS_INDEX = 2,
    ENVS_BLOCKS = 1,
    ENVS_LEDGER = 2
};

struct envs {
    pthread_mutex_t lock;
    const char *dir; /* the store's */
    bool write;
    size_t month_map; /* largest size of a month, bytes */
    struct envs_slot *slot;
    uint32_t n, cap;
    uint64_t clock;
};

void envs_init(struct envs *s, const char *dir);
void envs_free(struct envs *s); /* nothing may be in use */

/* From now on environments open for writing too. Fails while this process
 * reads one that is open for reading only. */
bool envs_set_write(struct envs *s, struct err *e) MUST_CHECK;

/* Opens, or counts one more user. Without `write` it must exist. */
struct kv *envs_get(struct envs *s, uint32_t which, struct err *e) MUST_CHECK;
void envs_put(struct envs *s, struct kv *k); /* NULL: nothing */
/* Closes those whose folder is gone, when their last user is. */
void envs_tidy(struct envs *s);

/* Folder name of an environment: "2026-09", "odd", "catalogue". */
void envs_name(char out[ENVS_NAME], uint32_t which);
/* The month that holds a time. */
uint32_t envs_month(int64_t time);

/* Is there an environment of that name? */
bool envs_exists(const struct envs *s, uint32_t which);

/* All months of the store that hold an environment, ascending, odd first; the
 * caller frees *out. */
bool envs_list(const struct envs *s, uint32_t **out, uint32_t *n,
               struct err *e) MUST_CHECK;

#endif
