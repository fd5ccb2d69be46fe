/* options.c - one parser for every command line. */
#include "cli/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/suggest.h"
#include "base/text.h"
#include "base/timestamp.h"

/* Where the reading stands. `kept` words have been moved to the front. */
struct reading {
    const struct options_table *tables;
    uint32_t n;
    struct options_words *words;
    uint32_t at, kept;
};

/* An option as found: its row and the member for its value. */
struct found {
    const struct option_row *row;
    void *member;
};

static struct found find_in(const struct options_table *t, const char *name,
                            size_t len, char letter)
{
    for (uint32_t i = 0; i < t->n; i++) {
        const struct option_row *row = &t->row[i];
        bool same = letter ? row->letter == letter
                           : strlen(row->name) == len &&
                                 memcmp(row->name, name, len) == 0;
        if (same)
            return (struct found){row, (char *)t->into + row->offset};
    }
    return (struct found){NULL, NULL};
}

static struct found find(const struct reading *r, const char *name, size_t len,
                         char letter)
{
    struct found f = {NULL, NULL};

    for (uint32_t i = 0; i < r->n && !f.row; i++)
        f = find_in(&r->tables[i], name, len, letter);
    return f;
}

static bool unknown(const struct reading *r, const char *name, size_t len,
                    struct err *e)
{
    char wrong[64];

    snprintf(wrong, sizeof wrong, "%.*s", (int)(len < 60 ? len : 60), name);
    struct suggest s = {.wrong = wrong};
    for (uint32_t t = 0; t < r->n; t++)
        for (uint32_t i = 0; i < r->tables[t].n; i++)
            suggest_try(&s, r->tables[t].row[i].name);
    err_set(e, ERR_USAGE, "there is no option `--%s`", wrong);
    if (s.best)
        err_hint(e, "did you mean `--%s`?", s.best);
    return false;
}

static bool take_count(void *member, const struct option_row *row,
                       const char *value, struct err *e)
{
    char *end;
    unsigned long n = strtoul(value, &end, 10);

    if (*value < '0' || *value > '9' || *end || n < 1 || n > UINT32_MAX)
        return err_set(e, ERR_USAGE,
                       "`--%s` takes a whole number from 1, not `%s`",
                       row->name, value);
    *(uint32_t *)member = (uint32_t)n;
    return true;
}

static bool take_size(void *member, const struct option_row *row,
                      const char *value, struct err *e)
{
    if (text_parse_size(value, member) && *(uint64_t *)member > 0)
        return true;
    return err_set(e, ERR_USAGE, "`--%s` takes a size as 512M or 2G, not `%s`",
                   row->name, value);
}

static bool take_length(void *member, const struct option_row *row,
                        const char *value, struct err *e)
{
    if (options_parse_length(value, member) && *(int64_t *)member > 0)
        return true;
    return err_set(e, ERR_USAGE,
                   "`--%s` takes a length of time as 30s or 5m, not `%s`",
                   row->name, value);
}

static bool take_choice(void *member, const struct option_row *row,
                        const char *value, struct err *e)
{
    char list[160] = "";
    size_t len = 0;

    for (uint32_t i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], value) == 0) {
            *(uint32_t *)member = i + 1;
            return true;
        }
        int n = snprintf(list + len, sizeof list - len, "%s%s", i ? ", " : "",
                         row->choices[i]);
        len = len + (size_t)n < sizeof list ? len + (size_t)n : len;
    }
    return err_set(e, ERR_USAGE, "`--%s` takes one of %s, not `%s`", row->name,
                   list, value);
}

static bool take_list(void *member, const struct option_row *row,
                      const char *value, struct err *e)
{
    struct options_list *l = member;

    if (l->n == OPTIONS_LIST_MAX)
        return err_set(e, ERR_USAGE, "`--%s` is given more than %d times",
                       row->name, OPTIONS_LIST_MAX);
    l->item[l->n++] = value;
    return true;
}

static bool take_text(void *member, const struct option_row *row,
                      const char *value, struct err *e)
{
    if (*value == '\0')
        return err_set(e, ERR_USAGE, "the value of `--%s` is empty", row->name);
    *(const char **)member = value;
    return true;
}

static bool take_flag(void *member, const struct option_row *row,
                      const char *value, struct err *e)
{
    if (value)
        return err_set(e, ERR_USAGE, "`--%s` takes no value, not `%s`",
                       row->name, value);
    *(bool *)member = true;
    return true;
}

static bool (*const takers[])(void *, const struct option_row *, const char *,
                              struct err *) = {
    [OPTIONS_FLAG] = take_flag,     [OPTIONS_TEXT] = take_text,
    [OPTIONS_COUNT] = take_count,   [OPTIONS_SIZE] = take_size,
    [OPTIONS_LENGTH] = take_length, [OPTIONS_CHOICE] = take_choice,
    [OPTIONS_LIST] = take_list};

/* `value` is what stands in the same word; else the next word is taken. */
static bool take(struct reading *r, struct found f, const char *value,
                 struct err *e)
{
    if (f.row->type != OPTIONS_FLAG && !value) {
        if (r->at == r->words->n)
            return err_set(e, ERR_USAGE, "`--%s` needs a value: --%s %s",
                           f.row->name, f.row->name, f.row->value);
        value = r->words->word[r->at++];
    }
    return takers[f.row->type](f.member, f.row, value, e);
}

static bool read_long(struct reading *r, const char *name, struct err *e)
{
    size_t len = strcspn(name, "=");
    struct found f = find(r, name, len, 0);

    if (!f.row)
        return unknown(r, name, len, e);
    return take(r, f, name[len] ? name + len + 1 : NULL, e);
}

/* -q, -qv, -f csv, -fcsv */
static bool read_short(struct reading *r, const char *letters, struct err *e)
{
    while (*letters) {
        struct found f = find(r, NULL, 0, *letters);
        if (!f.row) {
            err_set(e, ERR_USAGE, "there is no option `-%c`", *letters);
            err_hint(e, "`--help` lists the options; a word that begins with "
                        "a dash comes after `--`");
            return false;
        }
        letters++;
        if (f.row->type != OPTIONS_FLAG)
            return take(r, f, *letters ? letters : NULL, e);
        if (!take(r, f, NULL, e))
            return false;
    }
    return true;
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

static void keep_rest(struct reading *r)
{
    while (r->at < r->words->n)
        r->words->word[r->kept++] = r->words->word[r->at++];
}

bool options_parse(const struct options_table *tables, uint32_t n,
                   struct options_words *words, bool stop_at_word,
                   struct err *e)
{
    struct reading r = {tables, n, words, 0, 0};

    while (r.at < words->n) {
        char *word = words->word[r.at];
        if (!is_option(word) && stop_at_word)
            break;
        r.at++;
        if (strcmp(word, "--") == 0)
            break;
        if (!is_option(word))
            words->word[r.kept++] = word;
        else if (!(word[1] == '-' ? read_long(&r, word + 2, e)
                                  : read_short(&r, word + 1, e)))
            return false;
    }
    keep_rest(&r);
    words->n = r.kept;
    return true;
}

bool options_parse_length(const char *text, int64_t *ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {
        {"ns", 1               },
        {"us", 1000            },
        {"ms", 1000000         },
        {"s",  TIMESTAMP_SECOND},
        {"m",  TIMESTAMP_MINUTE},
        {"h",  TIMESTAMP_HOUR  },
        {"d",  TIMESTAMP_DAY   },
        {"w",  TIMESTAMP_WEEK  }
    };
    int64_t n = 0;
    const char *s = text;

    for (; *s >= '0' && *s <= '9'; s++)
        if (__builtin_mul_overflow(n, 10, &n) ||
            __builtin_add_overflow(n, *s - '0', &n))
            return false;
    if (s == text)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(s, units[i].name) == 0)
            return !__builtin_mul_overflow(n, units[i].ns, ns);
    return false;
}

void options_print_help(FILE *out, const struct option_row *row, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        char left[64];
        char letter[8] = "    ";
        if (row[i].letter)
            snprintf(letter, sizeof letter, "-%c, ", row[i].letter);
        snprintf(left, sizeof left, "%s--%s%s%s", letter, row[i].name,
                 row[i].value ? " " : "", row[i].value ? row[i].value : "");
        fprintf(out, "  %-26s %s\n", left, row[i].help);
    }
}
