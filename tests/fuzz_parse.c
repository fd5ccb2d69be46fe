/* fuzz_parse.c - any bytes as a text of the language: it is parsed or refused
 * with a place inside of it, and the shell's question is answered. */
#include <stdlib.h>
#include <string.h>

#include "grammar/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Only spaces, semicolons and comments. */
static bool is_empty(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '#') {
            const char *end = memchr(s + i, '\n', len - i);
            i = end ? (size_t)(end - s) : len;
        } else if (!memchr(" \t\r\n;", s[i], 5)) {
            return false;
        }
    }
    return true;
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Walks all of a tree within the bound that the header promises. */
static void walk(const struct ast *x, unsigned depth)
{
    for (; x; x = x->next) {
        require(depth <= AST_DEPTH_MAX);
        require(x->at.from <= x->at.to);
        walk(x->arg, depth + 1);
    }
}

static void walk_items(const struct ast_item *item)
{
    for (; item; item = item->next) {
        require(item->at.from <= item->at.to);
        walk(item->query.filter, 1);
        walk(item->value, 1);
        walk(item->headers, 1);
        for (const struct ast_stage *s = item->query.stages; s; s = s->next) {
            require(s->name && s->name[0]);
            walk(s->args, 1);
            walk(s->by, 1);
            walk(s->filter, 1);
        }
        walk_items(item->body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct err e;
    /* An allocation of its own, so that reading past the end is seen. */
    char *text = malloc(size + !size);

    if (!text)
        return 0;
    if (size > 0)
        memcpy(text, data, size);
    struct ast_item *items = parse_text(&arena, text, size, &e);
    if (e.code == ERR_NONE) {
        require((items == NULL) == is_empty(text, size));
        require(parse_complete(text, size));
        walk_items(items);
    } else {
        require(!items && e.text[0] && e.at.from <= e.at.to);
        require(e.code != ERR_QUERY || e.at.to <= size);
        parse_complete(text, size);
    }
    arena_free(&arena);
    free(text);
    return 0;
}
