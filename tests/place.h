/* place.h - a folder with a store and captures to be read into it, for tests of
 * the ingester. */
#ifndef TESTS_PLACE_H
#define TESTS_PLACE_H

#include "ingest/ingest.h"
#include "tests/pcapfile.h"

enum { PLACE_SEC = 1788220826 }; /* 2026-09-01 */

/* A folder with a store and what is to be read. */
struct place {
    char *dir;
    char *path[8]; /* the last names made */
    uint32_t n;
    struct ingest_options o;
    struct ingest_report r;
    struct err e;
};

/* Of the tests that run next. */
extern uint32_t place_jobs;

/* Around each test, which finds its place in *state. */
int place_make(void **state);
int place_remove(void **state);
#define PLACE_TEST(f)                                                          \
    cmocka_unit_test_setup_teardown(f, place_make, place_remove)

/* The path of a file of the place; good for the next seven calls. */
const char *place_name(struct place *p, const char *file);
/* To be closed by the caller. */
struct store *place_store(struct place *p);

bool place_run(struct place *p, const char *path);
/* Ingests and holds the report against itself. */
void place_ingest(struct place *p, const char *path);
/* The same; standard input of the test program is that file meanwhile. */
void place_ingest_stdin(struct place *p, const char *path);

uint64_t place_skipped(const struct ingest_report *r, const char *reason);
/* All files of the last run came out so, and none in another way. */
void place_assert_outcome(const struct place *p, enum ingest_outcome o,
                          uint64_t files, uint64_t kept);

/* Rows of the store; each position of each capture must be there once. */
uint64_t place_rows(struct place *p, uint64_t *captures);
struct store_capture place_capture(struct place *p, uint32_t i);

/* `packets` from the second `sec` on; its bytes are freed by the caller. */
struct pcapfile place_traffic(uint32_t sec, uint32_t packets);
/* The first `packets` of a traffic, in a file. */
const char *place_save(struct place *p, const char *file, uint32_t packets,
                       enum pcapfile_filter filter);

#endif
