/* format.h - rows as text: one row a format in one table, one file a family of
 * formats. Output streams as the rows come. */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include "cli/render.h"

struct format;

/* A format: its name, help, and what it does at each step. */
struct format_kind {
    const char *name, *help;
    enum render_style style;
    void (*begin)(struct format *f, const struct columns *c);
    /* The rows b->sel of b. False: f->error is set. */
    bool (*rows)(struct format *f, struct batch *b);
    void (*end)(struct format *f);
};

extern const struct format_kind format_kinds[];
extern const uint32_t format_kind_count;
/* Those of `write` alone, and how rows of `chart` show in place of a table. */
extern const struct format_kind format_pcap, format_html, format_svg,
    format_chart;
extern const char *const format_names[]; /* the same order; NULL ends */
const struct format_kind *format_find(const char *name); /* or NULL */

struct format_options {
    FILE *out;
    FILE *notes; /* footers; NULL: none */
    bool no_header, epoch, csv_safe;
    size_t mem; /* what `text` may hold to group by source; 0: 1 GiB */
    const struct tz *tz;
    const struct strtab *text;
};

/* One column as it is shown. */
struct format_column {
    uint32_t at; /* in the batch */
    enum lane lane;
    const struct column_def *def;
    render_fn show;
};

/* The output of one text of queries. One thread. The families below read and
 * write its members; others use the functions only. */
struct format {
    const struct format_kind *kind;
    const struct format_kind *active; /* text: table for rows of no packets */
    struct format_options o;
    struct render render;
    struct buf out;
    uint32_t index; /* of the query */
    uint64_t rows;  /* of the query */
    const struct columns *columns;
    struct format_column *col;
    uint32_t cols;
    void *state;          /* the family's own, freed by its end */
    bool begun;           /* between begin and end */
    size_t begun_at;      /* where in `out` */
    bool broken;          /* the query failed: what there is, is not all */
    bool closed;          /* the reader went away */
    uint64_t left_out;    /* rows that the format could not take */
    const char *left_why; /* says which these are */
    struct err error;     /* writing failed, or over o.mem */
};

void format_open(struct format *f, const struct format_kind *kind,
                 const struct format_options *o);
/* A query begins; `index` counts from 0, `c` lives until format_end. */
void format_begin(struct format *f, uint32_t index, const struct columns *c);
/* False: write no more; f->error says whether something failed. */
bool format_rows(struct format *f, struct batch *b);
void format_end(struct format *f);
/* Ends a query that failed, too: rows that are there are written, without a
 * footer; of a query without rows nothing is. Writes what is left. False with
 * *e set when something was not written; a reader that went away is no error.
 */
bool format_close(struct format *f, struct err *e) MUST_CHECK;

/* ---- for the families ---- */

/* Writes f->out when it holds much. */
void format_flush(struct format *f, bool all);
/* Value of a column in a row; false: absent. */
bool format_cell(const struct format_column *c, struct batch *b, uint32_t row,
                 union cell *out);

void format_csv_begin(struct format *f, const struct columns *c);
bool format_csv_rows(struct format *f, struct batch *b);
void format_csv_end(struct format *f);
void format_tsv_begin(struct format *f, const struct columns *c);
bool format_tsv_rows(struct format *f, struct batch *b);
void format_json_begin(struct format *f, const struct columns *c);
bool format_json_rows(struct format *f, struct batch *b);
void format_json_end(struct format *f);
void format_ndjson_begin(struct format *f, const struct columns *c);
bool format_ndjson_rows(struct format *f, struct batch *b);
void format_table_begin(struct format *f, const struct columns *c);
bool format_table_rows(struct format *f, struct batch *b);
void format_table_end(struct format *f);
void format_text_begin(struct format *f, const struct columns *c);
bool format_text_rows(struct format *f, struct batch *b);
void format_text_end(struct format *f);

#endif
