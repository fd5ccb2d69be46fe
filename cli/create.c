/* create.c - making a store with its site file. */
#include "cli/create.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "query/site.h"

bool create_store(const char *dir, const struct store_options *o,
                  const char *home, const char *zone, struct err *e)
{
    struct arena a = {0};
    char *text = NULL;
    bool ok = site_template(&a, home, zone, &text, e) &&
              store_create_site(dir, o, text, e);

    /* Places of an error lie in the template, which nobody wrote. */
    if (!ok && e->code == ERR_QUERY)
        e->code = ERR_USAGE;
    arena_free(&a);
    return ok;
}

void create_report(const char *dir, bool has_home)
{
    fputs("made a store at ", stderr);
    text_print(stderr, dir, strlen(dir));
    fputc('\n', stderr);
    if (has_home)
        return;
    fputs("no home networks yet: inbound and outbound need them; write them "
          "in ",
          stderr);
    text_print(stderr, dir, strlen(dir));
    fputs("/site.trawl\n", stderr);
}
