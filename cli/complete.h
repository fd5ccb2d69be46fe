/* complete.h - which names may stand at a place of a query. */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

#include <stddef.h>

#include "query/query.h"

/* How many bytes at the end of the text are the beginning of a name. */
size_t complete_word(const char *text, size_t len);

/* Offers all names for the place where that word begins: stages after `|`,
 * else fields, functions, aggregates, words and lets by the stage they stand
 * in. `q` may be NULL: no lets. */
void complete_offer(const char *text, size_t len, const struct query_session *q,
                    void (*offer)(void *ctx, const char *name), void *ctx);

#endif
