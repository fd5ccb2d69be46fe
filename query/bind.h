/* bind.h - from names to columns, functions and sets; the binder's parts share
 * this. Each returns NULL with the error set. */
#ifndef QUERY_BIND_H
#define QUERY_BIND_H

#include "base/suggest.h"
#include "query/node.h"

/* One text being bound. */
struct bind {
    struct scope *s;
    struct arena *a;
    struct err *e;
    uint32_t depth; /* of lets and brackets, so that no text can overrun */
    uint32_t steps; /* nodes bound so far: lets in lets multiply */
    bool in_let;    /* places lie in another text: `at` stands for them */
    struct span at;
};

struct expr *bind_condition(struct bind *b, const struct ast *n);
struct expr *bind_value(struct bind *b, const struct ast *n);
/* A value beside `other`: names may be flag letters or protocols there. */
struct expr *bind_beside(struct bind *b, const struct ast *n,
                         const struct expr *other);
/* A value, as a condition; n says what it was. */
struct expr *bind_as_condition(struct bind *b, struct expr *x,
                               const struct ast *n);
/* The expression that a parameter stands for. */
const struct ast *bind_param(struct bind *b, const struct ast *n);

/* bind_name.c */
struct expr *bind_name(struct bind *b, const struct ast *n);
struct expr *bind_name_condition(struct bind *b, const struct ast *n);
/* Is it a condition of its own, so that no primitive's value? */
bool bind_is_condition(struct bind *b, const char *name);
/* Is it a column or a let? */
bool bind_is_known(struct bind *b, const char *name);
struct expr *bind_field(struct bind *b, enum field_id id, const char *what,
                        struct span at);

/* bind_word.c: words of the filter */
bool bind_is_word(const char *name);
struct expr *bind_word(struct bind *b, const char *name, struct span at);
struct expr *bind_flags(struct bind *b, const struct ast *n);
struct expr *bind_dir(struct bind *b, struct span at);
/* The directions whose names are in `ranges`. */
struct expr *bind_dir_in(struct bind *b, const struct expr *pick,
                         const struct rangeset *ranges, struct span at);
void bind_suggest_words(struct suggest *near);

struct expr *bind_primitive(struct bind *b, const struct ast *n);
/* Protocol `p` of the list: ip, tcp, ... */
struct expr *bind_protocol(struct bind *b, const char *name, struct span at);

struct expr *bind_arith(struct bind *b, const struct ast *n);
struct expr *bind_negate(struct bind *b, const struct ast *n);
/* x as a real number. */
struct expr *bind_real(struct bind *b, struct expr *x);
/* What the accessors among themselves are computed with: a constant in 32
 * bits. */
struct expr *bind_in_32(struct bind *b, struct expr *x);
/* Computes a call whose operands are constants. */
struct expr *bind_fold(struct bind *b, struct expr *call);

struct expr *bind_compare(struct bind *b, const struct ast *n);
struct expr *bind_in(struct bind *b, const struct ast *n);
struct expr *bind_set(struct bind *b, const struct ast *n,
                      const struct expr *beside);
/* The ranges of a constant. */
struct rangeset bind_ranges(struct bind *b, const struct expr *x);
struct expr *bind_set_of(struct bind *b, struct sets *set, struct span at);

/* x in a set; resolved at once where no query must run first. */
struct expr *bind_in_set(struct bind *b, struct expr *x, struct sets *set,
                         bool negated, struct span at);
bool bind_in_resolve(struct node_in *in, struct scope *s, struct err *e);

struct expr *bind_accessor(struct bind *b, const struct ast *n);
struct expr *bind_call(struct bind *b, const struct ast *n);

/* bind_calendar.c */
struct expr *bind_spanof(struct bind *b, const struct ast *n,
                         const struct func *f);
struct expr *bind_during(struct bind *b, const struct ast *n);
/* A time key as a bare name (hour, day), or NULL without an error. */
bool bind_is_key(const char *name);

/* Sets the error at a place of the text in hand; returns NULL. */
void *bind_fail(struct bind *b, struct span at, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
struct span bind_place(const struct bind *b, struct span at);
/* "an int", "a set of addr" */
const char *bind_type_text(const struct expr *x, char out[80]);

#endif
