/* render.h - single values as text, appended to a buffer. Text from outside is
 * escaped here. */
#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include <signal.h>

#include "base/buf.h"
#include "base/tz.h"
#include "query/value.h"

enum render_style {
    RENDER_PLAIN, /* csv, tsv: exact, for programs */
    RENDER_TABLE, /* for people: short durations, few digits */
    RENDER_JSON
};

/* How values are shown. Borrowed pointers outlive it. One thread. */
struct render {
    enum render_style style;
    bool epoch; /* times, but no dates, as Unix seconds */
    const struct tz *tz;
    const struct strtab *text;
    const volatile sig_atomic_t *stop; /* large sets end early; may be NULL */
};

/* A value that is present. */
typedef void (*render_fn)(struct buf *out, const struct render *r,
                          const struct vtype *t, union cell c);

/* The one for values of that type, to be looked up once a column. */
render_fn render_for(const struct render *r, const struct vtype *t);

void render_int(struct buf *out, int64_t v);
void render_text(struct buf *out, const char *s);
/* Escaped as text_print does. */
void render_outside(struct buf *out, const char *s, size_t len);
/* A JSON string with its quotes. */
void render_json_string(struct buf *out, const char *s, size_t len);
/* Columns that the rendered bytes fill on a terminal. */
size_t render_width(const uint8_t *s, size_t len);

#endif
