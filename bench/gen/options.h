/* options.h - the command line. */
#ifndef GEN_OPTIONS_H
#define GEN_OPTIONS_H

#include "base/err.h"

/* Texts are borrowed from argv. */
struct options {
    uint64_t packets; /* about so many are made */
    uint64_t days, seed, campaigns;
    double v6_share;
    const char *start_text, *dir, *sensor;
    bool daily, nsec, mixed, help;
    int64_t start; /* ns since 1970, a midnight UTC */
};

bool options_parse(int argc, char **argv, struct options *o, struct err *e);
void options_help(FILE *out);

#endif
