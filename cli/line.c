/* line.c - lines through libedit, or plain ones. */
#include "cli/line.h"

#include <errno.h>
#include <fcntl.h>
#include <histedit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "base/err.h"
#include "base/memory.h"
#include "cli/stop.h"

enum { HISTORY_MAX = 2000, NAMES_MAX = 400, PROMPT_MAX = 32 };

struct line {
    EditLine *edit; /* NULL: a pipe */
    History *history;
    char *file; /* of the history, or NULL */
    char prompt[PROMPT_MAX];
    char *text; /* of a pipe: getline's */
    size_t cap;
    line_completer complete;
    void *ctx;
};

/* The names that begin as the word does. */
struct matches {
    const char *word;
    size_t len;    /* of the word */
    size_t common; /* bytes that all names share */
    uint32_t n;
    const char *name[NAMES_MAX];
};

static char *prompt_of(EditLine *e)
{
    struct line *l;

    el_get(e, EL_CLIENTDATA, &l);
    return l->prompt;
}

/* libedit's own goes on reading after Ctrl-C. */
static int read_char(EditLine *e, wchar_t *out)
{
    mbstate_t state = {0};
    char byte;

    (void)e;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && errno == EINTR && !stop_flag)
            continue;
        if (n <= 0)
            return (int)n;
        size_t used = mbrtowc(out, &byte, 1, &state); /* NOLINT: one thread */
        if (used == (size_t)-1) {
            *out = L'?';
            return 1;
        }
        if (used != (size_t)-2)
            return 1;
    }
}

static void match(void *ctx, const char *name)
{
    struct matches *m = ctx;

    if (strncmp(name, m->word, m->len) != 0 || m->n == NAMES_MAX)
        return;
    for (uint32_t i = 0; i < m->n; i++)
        if (strcmp(m->name[i], name) == 0)
            return;
    if (m->n == 0)
        m->common = strlen(name);
    while (m->n > 0 && strncmp(m->name[0], name, m->common) != 0)
        m->common--;
    m->name[m->n++] = name;
}

static void list_matches(const struct matches *m)
{
    size_t width = 0, at = 0;

    for (uint32_t i = 0; i < m->n; i++)
        width = strlen(m->name[i]) > width ? strlen(m->name[i]) : width;
    fputc('\n', stderr);
    for (uint32_t i = 0; i < m->n; i++) {
        if (at > 0 && at + width + 2 > 78) {
            fputc('\n', stderr);
            at = 0;
        }
        fprintf(stderr, "%-*s", (int)width + 2, m->name[i]);
        at += width + 2;
    }
    fputc('\n', stderr);
}

static unsigned char on_tab(EditLine *e, int ch)
{
    const LineInfo *info = el_line(e);
    size_t len = (size_t)(info->cursor - info->buffer), word = 0;
    char *before = strndup(info->buffer, len);
    struct matches m = {0};
    unsigned char result = CC_REFRESH;
    struct line *l;

    (void)ch;
    if (!before)
        err_no_memory();
    el_get(e, EL_CLIENTDATA, &l);
    /* How long the word is comes out of a first, empty round. */
    l->complete(l->ctx, before, len, &word, NULL, NULL);
    m.word = before + len - word;
    m.len = word;
    l->complete(l->ctx, before, len, &word, match, &m);
    if (m.n > 0 && m.common > word) {
        char *rest = strndup(m.name[0] + word, m.common - word);
        if (rest)
            el_insertstr(e, rest);
        free(rest);
    } else if (m.n > 1) {
        list_matches(&m);
        result = CC_REDISPLAY;
    } else if (m.n == 0) {
        result = CC_REFRESH_BEEP;
    }
    free(before);
    return result;
}

static void open_history(struct line *l, const char *file)
{
    HistEvent ev;

    l->history = history_init();
    if (!l->history)
        err_no_memory();
    history(l->history, &ev, H_SETSIZE, HISTORY_MAX);
    history(l->history, &ev, H_SETUNIQUE, 1);
    if (!file)
        return;
    /* The library would make it readable for a moment. */
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    close(fd);
    l->file = strdup(file);
    history(l->history, &ev, H_LOAD, file);
}

static void open_editor(struct line *l)
{
    l->edit = el_init("trawl", stdin, stderr, stderr);
    if (!l->edit)
        err_no_memory();
    el_set(l->edit, EL_CLIENTDATA, l);
    el_set(l->edit, EL_PROMPT, prompt_of);
    el_set(l->edit, EL_EDITOR, "emacs");
    el_set(l->edit, EL_SIGNAL, 0);
    el_set(l->edit, EL_GETCFN, read_char);
    el_set(l->edit, EL_HIST, history, l->history);
    el_set(l->edit, EL_ADDFN, "trawl-complete", "complete a name", on_tab);
    el_source(l->edit, NULL);
    el_set(l->edit, EL_BIND, "^I", "trawl-complete", NULL);
    el_set(l->edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
}

struct line *line_open(const char *history_file, line_completer complete,
                       void *ctx)
{
    struct line *l = memory_zeroed(1, sizeof *l);

    l->complete = complete;
    l->ctx = ctx;
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
        open_history(l, history_file);
        open_editor(l);
    }
    return l;
}

void line_close(struct line *l)
{
    if (l->edit)
        el_end(l->edit);
    if (l->history)
        history_end(l->history);
    free(l->file);
    free(l->text);
    free(l);
}

bool line_is_edited(const struct line *l)
{
    return l->edit != NULL;
}

static enum line_result read_plain(struct line *l, const char **text)
{
    errno = 0;
    ssize_t n = getline(&l->text, &l->cap, stdin);
    if (n < 0)
        return stop_flag ? LINE_INTERRUPTED : LINE_END;
    if (n > 0 && l->text[n - 1] == '\n')
        l->text[n - 1] = '\0';
    *text = l->text;
    return LINE_TEXT;
}

enum line_result line_read(struct line *l, const char *prompt,
                           const char **text)
{
    int n = 0;

    if (!l->edit)
        return read_plain(l, text);
    snprintf(l->prompt, sizeof l->prompt, "%s", prompt);
    el_resize(l->edit);
    const char *got = el_gets(l->edit, &n);
    if (stop_flag)
        return LINE_INTERRUPTED;
    if (!got || n <= 0)
        return LINE_END;
    free(l->text);
    l->text = strndup(got, (size_t)n - (got[n - 1] == '\n'));
    if (!l->text)
        err_no_memory();
    *text = l->text;
    return LINE_TEXT;
}

void line_remember(struct line *l, const char *text)
{
    HistEvent ev;

    if (!l->history)
        return;
    history(l->history, &ev, H_ENTER, text);
    if (l->file)
        history(l->history, &ev, H_SAVE, l->file);
}
