/* keytab.h - tuples of values to numbers 0, 1, 2 … in order of appearance: the
 * groups of `stats`, the values of distinct() and set(). Absent is a value of
 * its own. Hashed with the process's secret. */
#ifndef QUERY_KEYTAB_H
#define QUERY_KEYTAB_H

#include "query/run.h"
#include "query/vec.h"

struct keytab_slot {
    uint32_t tag; /* low half of the hash */
    uint32_t id;  /* + 1; 0: empty */
};

struct keytab {
    uint32_t keys;
    enum type type[64];
    struct vec *key; /* key[k] holds value k of each tuple */
    uint32_t n;
    struct keytab_slot *slot; /* a power of two of them, at most 7 in 10 used */
    size_t slots;
    /* By places in a block's dictionary: numbers of its values + 1; 0: they
     * were not looked up yet. */
    uint32_t *memo;
    uint32_t memos;
    uint64_t dictionary; /* that the memo is of */
    struct arena sets;   /* sets among the values */
    size_t sets_charged;
};

enum { KEYTAB_KEYS_MAX = 64 };

void keytab_open(struct keytab *t, const enum type *type, uint32_t keys);
void keytab_close(struct keytab *t, struct budget *b);

/* Room for the rows of the columns, so that keytab_rows of them that follows
 * cannot go over the budget. False: as below. */
bool keytab_reserve(struct keytab *t, const struct column *c,
                    const struct sel *rows, struct run *r) MUST_CHECK;
/* Room for n more tuples without sets. */
bool keytab_room(struct keytab *t, uint32_t n, struct run *r) MUST_CHECK;
/* What is charged for it. */
size_t keytab_bytes(const struct keytab *t);
/* h[j] becomes the hash of row rows->row[j] of the columns. */
void keytab_hash(const enum type *type, uint32_t keys, const struct column *c,
                 const struct sel *rows, uint64_t seed, uint64_t *h);
/* id[k] becomes the number of the tuple in row rows->row[k] of the columns.
 * False: over
 * the budget, or the run's error is set. */
bool keytab_rows(struct keytab *t, const struct column *c,
                 const struct sel *rows, uint32_t *id,
                 struct run *r) MUST_CHECK;
/* The same, but tuples that are not there get UINT32_MAX. */
void keytab_find(const struct keytab *t, const struct column *c,
                 const struct sel *rows, uint32_t *id);
/* Forgets all tuples and keeps the room. */
void keytab_clear(struct keytab *t, struct budget *b);
/* The number of one tuple of t->keys values. */
bool keytab_tuple(struct keytab *t, const struct value *tuple, uint32_t *id,
                  struct run *r) MUST_CHECK;

/* Sorts numbers of tuples by the tuples' values, absent last. False: over the
 * budget, or the run's error is set. */
bool keytab_sort(const struct keytab *t, uint32_t *id, uint32_t n,
                 struct run *r) MUST_CHECK;

#endif
