/* report.h - what a syntax error says. */
#ifndef GRAMMAR_REPORT_H
#define GRAMMAR_REPORT_H

#include "grammar/parse_int.h"

enum { REPORT_WANTED_MAX = 6 };

/* A token that does not fit, and what would have, if that is not much. */
struct report {
    struct parse *ps;
    struct span at;
    const char *wanted[REPORT_WANTED_MAX];
    uint32_t wanted_count;
};

void report_syntax(const struct report *r);

#endif
