/* suggest.c - edit distance over short names; case does not count, and two
 * letters that changed places are one mistake. */
#include "base/suggest.h"

#include <stdbool.h>
#include <string.h>

enum { NAME_LEN_MAX = 40 };

struct name {
    const char *s;
    size_t len;
};

static int lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same(struct name a, size_t i, struct name b, size_t j)
{
    return lower(a.s[i - 1]) == lower(b.s[j - 1]);
}

/* d[i % 3][j] is the distance between the first i letters and the first j. */
static size_t distance(struct name a, struct name b)
{
    size_t d[3][NAME_LEN_MAX + 1];

    for (size_t j = 0; j <= b.len; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = d[i % 3], *before = d[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            row[j] = least(before[j], row[j - 1]) + 1;
            row[j] = least(row[j], before[j - 1] + !same(a, i, b, j));
            if (i > 1 && j > 1 && same(a, i, b, j - 1) && same(a, i - 1, b, j))
                row[j] = least(row[j], d[(i - 2) % 3][j - 2] + 1);
        }
    }
    return d[a.len % 3][b.len];
}

void suggest_try(struct suggest *s, const char *name)
{
    struct name a = {s->wrong, strlen(s->wrong)};
    struct name b = {name, strlen(name)};

    if (a.len > NAME_LEN_MAX || b.len > NAME_LEN_MAX)
        return;
    size_t cost = distance(a, b);
    if (cost > 1 + b.len / 4 || cost >= b.len || (s->best && cost >= s->cost))
        return;
    s->best = name;
    s->cost = cost;
}
