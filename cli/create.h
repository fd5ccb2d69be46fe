/* create.h - making a store with its site file, for init and ingest. */
#ifndef CLI_CREATE_H
#define CLI_CREATE_H

#include "store/store.h"

/* Refuses a store that exists. `home` and `zone` may be NULL; both are checked
 * before anything is made. */
bool create_store(const char *dir, const struct store_options *o,
                  const char *home, const char *zone, struct err *e) MUST_CHECK;

/* Says on stderr what was made and what to do next. */
void create_report(const char *dir, bool has_home);

#endif
