/* query.c - `trawl query`: one text, from the command line or a file. */
#include <string.h>

#include "cli/files.h"
#include "cli/session.h"
#include "cli/stop.h"

/* Some editors begin a file with the mark of a byte order. */
static void skip_mark(struct buf *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t n = sizeof mark - 1;

    if (text->len < n || memcmp(text->data, mark, n) != 0)
        return;
    text->len -= n;
    memmove(text->data, text->data + n, text->len);
}

static bool read_text(const struct command_call *c,
                      const struct session_args *a, struct buf *text,
                      struct err *e)
{
    bool word = c->words.n > 0;

    if (word && a->file)
        return err_set(e, ERR_USAGE,
                       "a query on the command line and one with -F: which?");
    if (!word && !a->file) {
        err_set(e, ERR_USAGE, "`trawl query` needs a query");
        err_hint(e, "trawl query 'last 7d inbound | top 10 by len', -F FILE, "
                    "or - for standard input");
        return false;
    }
    if (c->words.n > 1) {
        err_set(e, ERR_USAGE, "the query must be one argument, not %u",
                c->words.n);
        err_hint(e, "put it between single quotes");
        return false;
    }
    if (a->file || strcmp(c->words.word[0], "-") == 0)
        return files_read(a->file ? a->file : "-", text, e);
    buf_put(text, c->words.word[0], strlen(c->words.word[0]) + 1);
    text->len--;
    return true;
}

static int ask(struct command_call *c, const struct session_args *a,
               const struct buf *text)
{
    struct session s;
    int status = session_open(&s, c, a);

    if (status != 0)
        return status;
    status = session_run(&s, (const char *)text->data, text->len, a->file);
    session_close(&s);
    return status;
}

static int run_query(struct command_call *c)
{
    const struct session_args *a = c->args;
    struct buf text = {0};
    struct err e = {0};

    stop_install(true);
    bool ok = read_text(c, a, &text, &e);
    skip_mark(&text);
    int status = ok ? ask(c, a, &text) : command_fail(&e);
    buf_free(&text);
    return status;
}

const struct command command_query = {
    .name = "query",
    .usage = "'TEXT' | -F FILE | -",
    .help = "run a query",
    .word = "TEXT",
    .about = "The text is a time range, a filter as tcpdump's, and stages\n"
             "joined by `|`; several queries are separated by `;`.\n"
             "\n"
             "  trawl query 'last 7d inbound and syn | stats n = count() by "
             "src | top 10 by n'\n"
             "\n"
             "Rows go to stdout, all else to stderr. Exit status: 0 done, 2 "
             "the query is\n"
             "wrong, 3 no data in its range, rows that coverage does not "
             "support, or\n--skip-damaged left something out, 5 the store, 6 "
             "over a limit, 130 interrupted.",
    .options = session_options,
    .n_options = SESSION_OPTIONS,
    .args_size = sizeof(struct session_args),
    .max_words = UINT32_MAX,
    .run = run_query};
