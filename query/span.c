/* span.c - rows and blocks against the spans of a calendar. */
#include "query/span.h"

#include "query/calendar.h"
#include "query/node.h"

static struct calendar_stretch stretch_at(const struct expr *call, int64_t t)
{
    return calendar_at(call->lookup, call->tz, t);
}

/* Neighbouring rows mostly share a span. */
void span_eval(struct func_frame *f)
{
    const struct func_arg *time = &f->arg[0];
    struct calendar_stretch now = {false, 0, 0};

    for (uint32_t i = 0; i < f->rows->n; i++) {
        uint32_t row = f->rows->row[i];
        int64_t t = time->column.i[row & time->mask];
        if (f->absent[row / 64] >> (row % 64) & 1)
            continue;
        if (t < now.from || t >= now.to)
            now = stretch_at(f->call, t);
        f->out.i[row] = now.from;
        if (!now.in)
            f->absent[row / 64] |= UINT64_C(1) << (row % 64);
    }
}

enum { STRETCHES_MAX = 4096 };

/* Walks from the first time to the last one. */
void span_bounds(const struct expr *call, const struct func_bounds *arg,
                 struct func_bounds *out)
{
    struct range times = arg[0].range, starts = {0, 0};
    bool in = false, outside = false;
    int64_t t = times.lo;

    for (int i = 0; i < STRETCHES_MAX; i++) {
        struct calendar_stretch s = stretch_at(call, t);
        if (s.in) {
            starts.lo = in ? starts.lo : s.from;
            starts.hi = s.from;
        }
        in = in || s.in;
        outside = outside || !s.in;
        if (s.to > times.hi || s.to == INT64_MAX) {
            out->any = in;
            out->absent = out->absent || outside;
            if (in)
                func_bounds_range(out, starts.lo, starts.hi);
            return;
        }
        t = s.to;
    }
    out->absent = true;
}
