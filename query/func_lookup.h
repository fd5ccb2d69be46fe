/* func_lookup.h - kernels of the functions that look an address up, and what
 * each is given when it is bound; for the table in func.c. */
#ifndef QUERY_FUNC_LOOKUP_H
#define QUERY_FUNC_LOOKUP_H

#include "query/func.h"

struct bind;

/* Sets call->lookup. False: error. */
bool func_prepare_label(struct bind *b, struct expr *call);
bool func_prepare_asn(struct bind *b, struct expr *call);
bool func_prepare_cc(struct bind *b, struct expr *call);

void func_eval_label(struct func_frame *f);
void func_eval_asn(struct func_frame *f);
void func_eval_cc(struct func_frame *f);

/* func_op.c */
void func_eval_jaccard(struct func_frame *f);
/* Both sets hold the same. */
bool func_prepare_jaccard(struct bind *b, struct expr *call);

#endif
