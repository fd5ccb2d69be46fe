/* span.h - spanof(CALENDAR): its two kernels, over rows and over bounds. */
#ifndef QUERY_SPAN_H
#define QUERY_SPAN_H

#include "query/func.h"

/* The start of the span that holds the time; absent outside of spans. */
void span_eval(struct func_frame *f);
void span_bounds(const struct expr *call, const struct func_bounds *arg,
                 struct func_bounds *out);

#endif
