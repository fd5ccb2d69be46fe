/* shape.h - is a data file of LMDB 0.9 (pages of KV_PAGE bytes) so that reading
 * it stays within its pages? LMDB takes its pages at their word: one damaged
 * byte can send it anywhere. The layout is that of lmdb's mdb.c. */
#ifndef STORE_SHAPE_H
#define STORE_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

enum shape {
    SHAPE_GOOD,
    SHAPE_BAD,
    SHAPE_PASSED /* a writer has reused the root meanwhile: begin again */
};

/* Walks the trees as transaction `txn`, which a reader must hold, sees them:
 * what LMDB reads of them, and with `write` what it reads to change them. */
enum shape shape_check(int fd, uint64_t txn, bool write);

/* Is the data file sound, and has no table a row? Opens nothing of LMDB's. */
bool shape_empty(const char *path);

#endif
