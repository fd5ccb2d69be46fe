/* func_bounds.h - what an operator makes of what is known of its operands.
 * Each leaves *out as it is where nothing is known. */
#ifndef QUERY_FUNC_BOUNDS_H
#define QUERY_FUNC_BOUNDS_H

#include "query/func.h"

#define FUNC_BOUNDS(name)                                                      \
    void func_bounds_##name(const struct expr *call,                           \
                            const struct func_bounds *arg,                     \
                            struct func_bounds *out)

FUNC_BOUNDS(add);
FUNC_BOUNDS(sub);
FUNC_BOUNDS(mul);
FUNC_BOUNDS(div);
FUNC_BOUNDS(mod);
FUNC_BOUNDS(and);
FUNC_BOUNDS(or);
FUNC_BOUNDS(xor);
FUNC_BOUNDS(shl);
FUNC_BOUNDS(shr);
/* Modulo 2^32. */
FUNC_BOUNDS(add32);
FUNC_BOUNDS(sub32);
FUNC_BOUNDS(mul32);
FUNC_BOUNDS(shl32);

#endif
