/* backup.h - a copy of a store while others read and write it. */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <signal.h>

#include "store/store.h"

/* What a copy holds. */
struct backup_counts {
    uint64_t sequence; /* of the commit that it is */
    uint64_t blocks, rows, months;
    uint64_t bytes; /* on disk */
};

/* Copies one commit of `s` to the new folder `dest`, which must not exist; the
 * checksum of every block and stream is verified on the way. Nothing is at
 * `dest` until all is there and synced: until then it is made beside it, as
 * `dest`.partial, which a failure removes again. `stop` (or NULL) non-zero
 * ends it. Blocks nobody. */
bool backup_write(struct store *s, const char *dest,
                  const volatile sig_atomic_t *stop, struct backup_counts *n,
                  struct err *e) MUST_CHECK;

#endif
