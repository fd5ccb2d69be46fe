/* shell.c - `trawl shell`: queries and dot commands, line by line. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/suggest.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "cli/complete.h"
#include "cli/files.h"
#include "cli/line.h"
#include "cli/session.h"
#include "cli/stop.h"
#include "cli/topics.h"
#include "grammar/parse.h"

enum { SETTING_MAX = 256 };

struct shell {
    struct session s;
    const struct command_call *call;
    struct line *line;
    struct buf text; /* lines of a query that is not complete yet */
    char tz[SETTING_MAX], range[SETTING_MAX]; /* what the settings point to */
    bool done;
    int status; /* of the last thing that failed */
};

/* One command that begins with a dot: a row gives help and completion too. */
struct dot {
    const char *name, *usage, *help;
    int (*run)(struct shell *sh, const char *arg);
    void (*offer)(struct shell *sh, line_offer offer, void *ctx);
};

static int fail(const struct err *e)
{
    return command_fail(e);
}

static int run_text(struct shell *sh, const char *text, size_t len,
                    const char *file)
{
    stop_flag = 0;
    int status = session_run(&sh->s, text, len, file);
    stop_flag = 0;
    return status;
}

/* Changes one setting for the time of a text. */
static int dot_explain(struct shell *sh, const char *arg)
{
    struct query_settings before = sh->s.settings;
    struct err e = {0};

    if (*arg == '\0') {
        err_set(&e, ERR_USAGE, "`.explain` needs a query");
        return fail(&e);
    }
    sh->s.settings.explain = true;
    int status = query_session_set(sh->s.query, &sh->s.settings, &e)
                     ? run_text(sh, arg, strlen(arg), NULL)
                     : fail(&e);
    sh->s.settings = before;
    return query_session_set(sh->s.query, &before, &e) ? status : fail(&e);
}

static int dot_format(struct shell *sh, const char *arg)
{
    struct suggest s = {.wrong = arg};
    struct err e = {0};

    if (*arg == '\0') {
        fprintf(stderr, "%s\n", sh->s.format ? sh->s.format->name : "auto");
        return 0;
    }
    const struct format_kind *kind = format_find(arg);
    if (kind) {
        sh->s.format = kind;
        return 0;
    }
    for (uint32_t i = 0; i < format_kind_count; i++)
        suggest_try(&s, format_kinds[i].name);
    err_set(&e, ERR_USAGE, "there is no format `%s`", arg);
    err_hint(&e, "%s%s%s", s.best ? "did you mean `" : "`.help formats`",
             s.best ? s.best : "", s.best ? "`?" : " lists them");
    return fail(&e);
}

static void offer_formats(struct shell *sh, line_offer offer, void *ctx)
{
    (void)sh;
    for (uint32_t i = 0; i < format_kind_count; i++)
        offer(ctx, format_kinds[i].name);
}

static int dot_help(struct shell *sh, const char *arg);
static void offer_topics(struct shell *sh, line_offer offer, void *ctx)
{
    (void)sh;
    topics_names(offer, ctx);
}

static int dot_info(struct shell *sh, const char *arg)
{
    struct command_call c = *sh->call;

    (void)arg;
    c.command = &command_info;
    c.args = memory_zeroed(1, command_info.args_size);
    int status = command_info.run(&c);
    free(c.args);
    return status;
}

static void print_now(const struct shell *sh)
{
    static const char *const words[] = {[QUERY_NOW_AUTO] = "auto",
                                        [QUERY_NOW_LATEST] = "latest",
                                        [QUERY_NOW_CLOCK] = "clock"};
    const struct query_settings *o = &sh->s.settings;
    const struct tz *tz = query_session_tz(sh->s.query);
    char at[TIMESTAMP_TEXT_MAX];

    if (o->now == QUERY_NOW_AT)
        timestamp_format(at, o->now_at, tz_offset(tz, o->now_at));
    fprintf(stderr, "%s\n", o->now == QUERY_NOW_AT ? at : words[o->now]);
}

static int dot_now(struct shell *sh, const char *arg)
{
    struct err e = {0};

    if (*arg == '\0') {
        print_now(sh);
        return 0;
    }
    return session_set_now(&sh->s, arg, &e) ? 0 : fail(&e);
}

static int too_long(struct err *e, const char *arg)
{
    err_set(e, ERR_USAGE, "`%.40s` is too long", arg);
    return fail(e);
}

static int dot_tz(struct shell *sh, const char *arg)
{
    struct err e = {0};

    if (strlen(arg) >= sizeof sh->tz)
        return too_long(&e, arg);
    if (*arg == '\0') {
        fprintf(stderr, "%s\n", query_session_tz(sh->s.query)->name);
        return 0;
    }
    /* The text now in use stays until the new one is taken. */
    if (!session_set_tz(&sh->s, arg, &e))
        return fail(&e);
    snprintf(sh->tz, sizeof sh->tz, "%s", arg);
    return session_set_tz(&sh->s, sh->tz, &e) ? 0 : fail(&e);
}

/* Is the text a range and nothing more? */
static bool is_range(const char *text, struct err *e)
{
    struct arena a = {0};
    const struct ast_item *item = parse_text(&a, text, strlen(text), e);
    bool ok = item && !item->next && item->kind == ITEM_QUERY &&
              item->query.range.kind != RANGE_NONE && !item->query.filter &&
              !item->query.stages;

    if (!ok && e->code == ERR_NONE)
        err_set(e, ERR_USAGE, "`%s` is no range", text);
    arena_free(&a);
    return ok;
}

static int dot_range(struct shell *sh, const char *arg)
{
    struct err e = {0};

    if (strlen(arg) >= sizeof sh->range)
        return too_long(&e, arg);
    if (*arg == '\0') {
        fprintf(stderr, "%s\n", sh->range[0] ? sh->range : "all");
        return 0;
    }
    if (!is_range(arg, &e)) {
        err_print(stderr, &e, arg, NULL);
        return err_exit_status(&e);
    }
    memmove(sh->range, arg, strlen(arg) + 1);
    sh->s.settings.range = sh->range;
    return query_session_set(sh->s.query, &sh->s.settings, &e) ? 0 : fail(&e);
}

static int dot_source(struct shell *sh, const char *arg)
{
    struct buf text = {0};
    struct err e = {0};

    if (*arg == '\0')
        err_set(&e, ERR_USAGE, "`.source` needs a file");
    int status = *arg && files_read(arg, &text, &e)
                     ? run_text(sh, (const char *)text.data, text.len, arg)
                     : fail(&e);
    buf_free(&text);
    return status;
}

static int dot_quit(struct shell *sh, const char *arg)
{
    (void)arg;
    sh->done = true;
    return 0;
}

static const struct dot dots[] = {
#define DOT(name, usage, offer, help)                                          \
    {"." #name, usage, help, dot_##name, offer},
#include "cli/shell.def"
#undef DOT
};

enum { DOTS = sizeof dots / sizeof *dots };

static int dot_help(struct shell *sh, const char *arg)
{
    struct err e = {0};

    (void)sh;
    if (*arg)
        return topics_print(stdout, arg, &e) ? 0 : fail(&e);
    for (uint32_t i = 0; i < DOTS; i++)
        printf("  %-9s%-10s%s\n", dots[i].name, dots[i].usage, dots[i].help);
    fputs("topics of .help TOPIC\n", stdout);
    topics_list(stdout);
    return 0;
}

static int unknown_dot(const char *name)
{
    struct suggest s = {.wrong = name};
    struct err e = {0};

    for (uint32_t i = 0; i < DOTS; i++)
        suggest_try(&s, dots[i].name);
    err_set(&e, ERR_USAGE, "there is no command `%s`", name);
    if (s.best)
        err_hint(&e, "did you mean `%s`?", s.best);
    else
        err_hint(&e, "`.help` lists them");
    return fail(&e);
}

/* Cuts the line into name and argument; both lie in it. */
static int run_dot(struct shell *sh, char *line)
{
    size_t len = strcspn(line, " \t");
    char *arg = line + len + strspn(line + len, " \t");
    size_t end = strlen(arg);

    while (end > 0 && isspace((unsigned char)arg[end - 1]))
        arg[--end] = '\0';
    line[len] = '\0';
    for (uint32_t i = 0; i < DOTS; i++)
        if (strcmp(dots[i].name, line) == 0) {
            int status = dots[i].run(sh, arg);
            fflush(stdout);
            return status;
        }
    return unknown_dot(line);
}

static void offer_dots(struct shell *sh, const char *line, line_offer offer,
                       void *ctx)
{
    size_t len = strcspn(line, " \t");

    for (uint32_t i = 0; i < DOTS; i++) {
        bool here = strncmp(dots[i].name, line, len) == 0 &&
                    dots[i].name[len] == '\0' && line[len];
        if (!line[len])
            offer(ctx, dots[i].name);
        else if (here && dots[i].offer)
            dots[i].offer(sh, offer, ctx);
    }
}

/* Called twice by the editor: without `offer` only for the word. */
static void on_complete(void *ctx, const char *before, size_t len, size_t *word,
                        line_offer offer, void *offer_ctx)
{
    struct shell *sh = ctx;
    struct buf all = {0};

    *word = complete_word(before, len);
    if (!offer)
        return;
    if (sh->text.len == 0 && before[0] == '.') {
        offer_dots(sh, before, offer, offer_ctx);
        return;
    }
    buf_put(&all, sh->text.data, sh->text.len);
    buf_put(&all, before, len);
    complete_offer((const char *)all.data, all.len, sh->s.query, offer,
                   offer_ctx);
    buf_free(&all);
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\r\n")] == '\0';
}

/* One line in the history, so that it can be edited as one; comments need
 * their line ends. */
static void remember(struct shell *sh)
{
    char *text = strndup((const char *)sh->text.data, sh->text.len);

    if (!text)
        err_no_memory();
    bool comment = strchr(text, '#') != NULL;
    for (char *s = text; *s && !comment; s++)
        if (*s == '\n')
            *s = ' ';
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    line_remember(sh->line, text);
    free(text);
}

static int flush_text(struct shell *sh)
{
    int status = 0;

    buf_u8(&sh->text, 0);
    sh->text.len--;
    if (sh->text.len > 0 && !is_blank((const char *)sh->text.data)) {
        remember(sh);
        status = run_text(sh, (const char *)sh->text.data, sh->text.len, NULL);
    }
    sh->text.len = 0;
    return status;
}

static int take_dot(struct shell *sh, const char *line)
{
    char *copy = strdup(line);

    if (!copy)
        err_no_memory();
    line_remember(sh->line, line);
    int status = run_dot(sh, copy);
    free(copy);
    return status;
}

static bool is_dot(const char *line)
{
    return line[0] == '.' && isalpha((unsigned char)line[1]);
}

/* In a pipe, a line that begins with `|` goes on with the query above. */
static bool goes_on(const char *line)
{
    return line[strspn(line, " \t")] == '|';
}

static int take_line(struct shell *sh, const char *line)
{
    bool edited = line_is_edited(sh->line);
    bool pending = sh->text.len > 0;
    int status = 0;

    if (!edited && pending && !goes_on(line) &&
        (is_dot(line) ||
         parse_complete((const char *)sh->text.data, sh->text.len)))
        status = flush_text(sh);
    pending = sh->text.len > 0;
    /* In the middle of a query too, which goes on after it. */
    if (is_dot(line) || (!pending && line[0] == '.')) {
        int dot = take_dot(sh, line);
        return dot ? dot : status;
    }
    if (is_blank(line))
        return pending ? flush_text(sh) : status;
    buf_put(&sh->text, line, strlen(line));
    buf_u8(&sh->text, '\n');
    if (edited && parse_complete((const char *)sh->text.data, sh->text.len))
        status = flush_text(sh);
    return status;
}

static void loop(struct shell *sh)
{
    const char *text;

    while (!sh->done) {
        const char *prompt = sh->text.len ? "   ...> " : "trawl> ";
        enum line_result got = line_read(sh->line, prompt, &text);
        int status = 0;
        if (got == LINE_TEXT)
            status = take_line(sh, text);
        else if (got == LINE_INTERRUPTED && line_is_edited(sh->line)) {
            stop_flag = 0;
            sh->text.len = 0;
            fputc('\n', stderr);
        } else {
            status = got == LINE_INTERRUPTED ? 130 : flush_text(sh);
            sh->done = true;
        }
        sh->status = status ? status : sh->status;
        if (status == 130 && !line_is_edited(sh->line))
            sh->done = true;
    }
}

static bool make_folder(const char *path)
{
    struct stat st;

    return mkdir(path, 0700) == 0 || stat(path, &st) == 0;
}

/* XDG Base Directory: the state folder. NULL: no place for it. */
static char *history_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"); /* NOLINT: one thread */
    const char *home = getenv("HOME");            /* NOLINT: one thread */
    char *path, *file;

    if (state && *state == '/') {
        make_folder(state);
        path = files_join(state, "trawl");
    } else if (home && *home) {
        char *local = files_join(home, ".local");
        char *base = files_join(local, "state");
        make_folder(local);
        make_folder(base);
        path = files_join(base, "trawl");
        free(base);
        free(local);
    } else {
        return NULL;
    }
    file = make_folder(path) ? files_join(path, "history") : NULL;
    free(path);
    return file;
}

static int run_shell(struct command_call *c)
{
    struct shell sh = {.call = c};

    int status = session_open(&sh.s, c, c->args);
    if (status != 0)
        return status;
    stop_install(false);
    char *history = history_path();
    sh.line = line_open(history, on_complete, &sh);
    bool edited = line_is_edited(sh.line);
    if (edited && !c->globals.quiet)
        fputs("trawl " VERSION ": .help for help, Ctrl-D to leave\n", stderr);
    loop(&sh);
    if (edited)
        fputc('\n', stderr);
    line_close(sh.line);
    free(history);
    buf_free(&sh.text);
    session_close(&sh.s);
    return edited ? 0 : sh.status;
}

const struct command command_shell = {
    .name = "shell",
    .usage = "",
    .help = "ask one query after another",
    .about = "Queries and commands from a terminal, or from a pipe. `.help` "
             "lists the commands.",
    .options = session_options,
    .n_options = SESSION_SHARED,
    .args_size = sizeof(struct session_args),
    .run = run_shell};
