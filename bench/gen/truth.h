/* truth.h - exact answers to fixed questions over the written packets, read
 * from their bytes as they are written, kept in tables of its own: what a
 * database's answers are compared with. One thread. */
#ifndef GEN_TRUTH_H
#define GEN_TRUTH_H

#include "base/err.h"
#include "bench/gen/frame.h"

struct truth;

/* Writes DIR/truth.tsv; the rows are listed in README.md. NULL: see e. */
struct truth *truth_open(const char *dir, struct err *e);

/* In order of time. */
void truth_packet(struct truth *t, const struct frame *frame);

/* Writes the rows that wait for the end, and frees t. */
bool truth_close(struct truth *t, struct err *e);

#endif
