/* options.c - see options.h. */
#include "bench/gen/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"

enum type { FLAG, WHOLE, SHARE, TEXT };

static const struct option {
    const char *name, *value, *help;
    enum type type;
    size_t at;          /* in struct options */
    double least, most; /* of WHOLE */
} options[] = {
#define AT(field) offsetof(struct options, field)
    {"packets",   "N",          "about so many packets; 2e6 works too",                    WHOLE, AT(packets),
                                                     1,                                                                                                              4e9 },
    {"days",      "N",          "days of traffic",                                         WHOLE, AT(days),       1, 3660},
    {"start",     "YYYY-MM-DD", "the first day",                                           TEXT,  AT(start_text), 0, 0   },
    {"seed",      "N",          "the same seed gives the same bytes",                      WHOLE, AT(seed),       0,
                                                     9e15                                                                                                                },
    {"out",       "DIR",        "where to write; made if missing",                         TEXT,  AT(dir),        0, 0   },
    {"sensor",    "NAME",       "first part of the file names",                            TEXT,  AT(sensor),     0, 0   },
    {"daily",     "",           "a file a day, not an hour",                               FLAG,  AT(daily),      0, 0   },
    {"nsec",      "",           "nanosecond times in all files",                           FLAG,  AT(nsec),       0, 0   },
    {"mixed",     "",           "plain, gz and zst files take turns, some in nanoseconds",
                                                     FLAG,                                                                                        AT(mixed),      0, 0   },
    {"campaigns", "REPS",       "repetitions of the planted campaigns",                    WHOLE,
                                                     AT(campaigns),                                                                                               0, 100 },
    {"v6-share",  "X",          "share of IPv6 where a flow can have it, 0 to 1",          SHARE,
                                                     AT(v6_share),                                                                                                0, 0   },
    {"help",      "",           "this text",                                               FLAG,  AT(help),       0, 0   },
#undef AT
};

enum { COUNT = sizeof options / sizeof *options };

static const struct option *find(const char *name)
{
    for (int i = 0; i < COUNT; i++) {
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    }
    return NULL;
}

static bool number(const char *s, double least, double most, double *out)
{
    char *end;

    *out = strtod(s, &end);
    return end != s && !*end && *out >= least && *out <= most;
}

static bool set(const struct option *opt, const char *value, void *field,
                struct err *e)
{
    double n;

    switch (opt->type) {
    case FLAG: *(bool *)field = true; return true;
    case TEXT: *(const char **)field = value; return true;
    case SHARE:
        if (number(value, 0, 1, field))
            return true;
        return err_set(e, ERR_USAGE, "--%s takes a number from 0 to 1, not %s",
                       opt->name, value);
    case WHOLE:
        if (number(value, opt->least, opt->most, &n)) {
            *(uint64_t *)field = (uint64_t)n;
            return true;
        }
    }
    return err_set(e, ERR_USAGE,
                   "--%s takes a number from %.0f to %.0f, not %s", opt->name,
                   opt->least, opt->most, value);
}

static bool read_start(struct options *o, struct err *e)
{
    struct tm tm = {0};
    const char *end = strptime(o->start_text, "%Y-%m-%d", &tm);
    int day = tm.tm_mday;
    int64_t seconds = timegm(&tm); /* makes 30 February a day of March */

    if (!end || *end || tm.tm_mday != day || seconds < 0 ||
        seconds > 4000000000)
        return err_set(e, ERR_USAGE,
                       "--start takes a day as YYYY-MM-DD from 1970, not %s",
                       o->start_text);
    o->start = seconds * TIMESTAMP_SECOND;
    return true;
}

bool options_parse(int argc, char **argv, struct options *o, struct err *e)
{
    *o = (struct options){.packets = 2000000,
                          .days = 60,
                          .seed = 1,
                          .campaigns = 3,
                          .v6_share = 0.04,
                          .start_text = "2026-09-01",
                          .dir = "out",
                          .sensor = "sensor"};
    for (int i = 1; i < argc; i++) {
        bool named = strncmp(argv[i], "--", 2) == 0;
        const struct option *opt = named ? find(argv[i] + 2) : NULL;

        if (!opt)
            return err_set(e, ERR_USAGE, "no option %s; see --help", argv[i]);
        if (opt->type != FLAG && i + 1 == argc)
            return err_set(e, ERR_USAGE, "--%s needs %s", opt->name,
                           opt->value);
        if (!set(opt, opt->type == FLAG ? "" : argv[++i], (char *)o + opt->at,
                 e))
            return false;
    }
    if (!*o->sensor || strchr(o->sensor, '/'))
        return err_set(e, ERR_USAGE, "--sensor takes a name without /");
    return read_start(o, e);
}

void options_help(FILE *out)
{
    fputs("usage: gen [OPTION]...\n"
          "writes captures of synthetic traffic with planted campaigns, and "
          "their truth\n",
          out);
    for (int i = 0; i < COUNT; i++)
        fprintf(out, "  --%-9s %-10s  %s\n", options[i].name, options[i].value,
                options[i].help);
}
