/* bind_word.c - the words of the filter: protocols, flags, directions. */
#include <string.h>

#include "base/suggest.h"
#include "query/bind.h"

/* A value of a field that a word stands for. */
struct test {
    enum field_id field;
    int64_t lo, hi;
};

static struct expr *bind_test(struct bind *b, const struct test *t,
                              const char *what, struct span at)
{
    struct expr *x = bind_field(b, t->field, what, at);

    return x ? node_between(b->a, x, t->lo, t->hi, bind_place(b, at)) : NULL;
}

static const struct protocol {
    const char *name;
    struct test test;
} protocols[] = {
    {"ip",    {FIELD_IPVER, 4, 4}    },
    {"ip6",   {FIELD_IPVER, 6, 6}    },
    {"tcp",   {FIELD_PROTO, 6, 6}    },
    {"udp",   {FIELD_PROTO, 17, 17}  },
    {"icmp",  {FIELD_PROTO, 1, 1}    },
    {"icmp6", {FIELD_PROTO, 58, 58}  },
    {"sctp",  {FIELD_PROTO, 132, 132}},
};

static const struct protocol *find_protocol(const char *name)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (strcmp(protocols[i].name, name) == 0)
            return &protocols[i];
    return NULL;
}

struct expr *bind_protocol(struct bind *b, const char *name, struct span at)
{
    const struct protocol *p = find_protocol(name);

    if (!p)
        return bind_fail(b, at, "there is no protocol `%s`", name);
    return bind_test(b, &p->test, name, at);
}

/* RFC 792: unreachable, source quench, redirect, time exceeded, parameter
 * problem. RFC 4443 2.1: errors are the types below 128. */
static struct expr *bind_icmperr(struct bind *b, struct span at)
{
    static const struct range types[] = {
        {3,  5 },
        {11, 12},
    };
    static const struct test v6 = {FIELD_ICMP_TYPE, 0, 127};
    struct expr *four = bind_protocol(b, "icmp", at);
    struct expr *six = bind_protocol(b, "icmp6", at);
    struct expr *type = bind_field(b, FIELD_ICMP_TYPE, "icmperr", at);
    struct expr *type6 = bind_test(b, &v6, "icmperr", at);

    if (!four || !six || !type || !type6)
        return NULL;
    struct expr *error = node_in_ranges(
        b->a, type, rangeset_make(b->a, types, 2), bind_place(b, at));
    return node_or(b->a, node_and(b->a, four, error),
                   node_and(b->a, six, type6));
}

struct masked {
    const char *name;
    uint16_t flags, mask;
};

static struct expr *bind_masked(struct bind *b, const struct masked *m,
                                struct span at)
{
    struct expr *x = bind_field(b, FIELD_FLAGS, m->name, at);

    if (!x)
        return NULL;
    struct expr *bits = node_int(b->a, TYPE_FLAGS, m->mask, bind_place(b, at));
    struct expr *and =
        node_call(b->a, func_operator(OP_AND, MODE_INT), x->type, x, bits);
    return node_between(b->a, and, m->flags, m->flags, bind_place(b, at));
}

static bool letters(struct bind *b, const char *text, struct span at,
                    uint16_t *out)
{
    if (schema_flags_parse(text, strlen(text), out))
        return true;
    bind_fail(b, at, "`%s` are no flag letters", text);
    err_hint(b->e, "the letters are S F R P A U E C N");
    return false;
}

struct expr *bind_flags(struct bind *b, const struct ast *n)
{
    uint16_t flags, mask;

    if (!letters(b, n->text, n->at, &flags))
        return NULL;
    mask = flags;
    if (n->mask && !letters(b, n->mask, n->at, &mask))
        return NULL;
    if (flags & ~mask) {
        bind_fail(b, n->at,
                  "`%s` has letters that `%s` has not, so this can "
                  "never match",
                  n->text, n->mask);
        err_hint(b->e, "flags S/SA: of the flags S and A, exactly S");
        return NULL;
    }
    struct masked m = {"flags", flags, mask};
    return bind_masked(b, &m, n->at);
}

static const struct masked flag_words[] = {
    {"syn",    FLAG_SYN,            FLAG_SYN | FLAG_ACK},
    {"synack", FLAG_SYN | FLAG_ACK, FLAG_SYN | FLAG_ACK},
    {"rst",    FLAG_RST,            FLAG_RST           },
    {"fin",    FLAG_FIN,            FLAG_FIN           },
};

static const struct masked *find_flag_word(const char *name)
{
    for (size_t i = 0; i < sizeof flag_words / sizeof flag_words[0]; i++)
        if (strcmp(flag_words[i].name, name) == 0)
            return &flag_words[i];
    return NULL;
}

/* Where the two ends of a packet must lie. */
enum side { HOME, AWAY, HOME_OR_ALL, AWAY_FROM_ALL };

static const struct direction {
    const char *name;
    enum side src, dst;
} directions[] = {
    {"inbound",  AWAY, HOME_OR_ALL  },
    {"outbound", HOME, AWAY         },
    {"internal", HOME, HOME         },
    {"transit",  AWAY, AWAY_FROM_ALL},
};
enum { DIRECTIONS = sizeof directions / sizeof directions[0] };

static const struct direction *find_direction(const char *name)
{
    for (size_t i = 0; i < DIRECTIONS; i++)
        if (strcmp(directions[i].name, name) == 0)
            return &directions[i];
    return NULL;
}

/* Multicast and the limited broadcast: RFC 5771, RFC 4291 2.7, RFC 919. */
static struct rangeset to_all(struct arena *a)
{
    const struct addr_range all[] = {
        addr_net_range(addr_from_v4(0xe0000000), 96 + 4),
        addr_net_range((struct addr){UINT64_C(0xff) << 56,     0                       },
         8),
        {addr_from_v4(UINT32_MAX), addr_from_v4(UINT32_MAX)},
    };

    return rangeset_make_addr(a, all, 3);
}

static struct rangeset side_ranges(struct arena *a, const struct rangeset *home,
                                   enum side side)
{
    struct rangeset set = *home, all = to_all(a);

    if (side == HOME_OR_ALL || side == AWAY_FROM_ALL)
        set = rangeset_union(a, home, &all, true);
    if (side == HOME || side == HOME_OR_ALL)
        return set;
    all = node_all_ranges(a, true);
    return rangeset_subtract(a, &all, &set, true);
}

/* The direction under one home, which holds from its time to the next's. */
static struct expr *direction_under(struct bind *b, const struct direction *d,
                                    uint32_t i, struct span at)
{
    const struct site *site = b->s->site;
    const struct rangeset *nets = &site->home[i].nets;
    bool last = i + 1 == site->homes;
    struct test time = {FIELD_TIME, site->home[i].from,
                        last ? INT64_MAX : site->home[i + 1].from - 1};
    struct span place = bind_place(b, at);
    const struct expr *src = bind_field(b, FIELD_SRC, d->name, at);
    const struct expr *dst = bind_field(b, FIELD_DST, d->name, at);

    if (!src || !dst)
        return NULL;
    src = node_in_ranges(b->a, src, side_ranges(b->a, nets, d->src), place);
    dst = node_in_ranges(b->a, dst, side_ranges(b->a, nets, d->dst), place);
    struct expr *both = node_and(b->a, src, dst);
    if (last && time.lo == INT64_MIN)
        return both;
    const struct expr *when = bind_test(b, &time, d->name, at);
    return when ? node_and(b->a, when, both) : NULL;
}

static struct expr *bind_direction(struct bind *b, const struct direction *d,
                                   struct span at)
{
    struct expr *x = NULL;

    if (!b->s->site || b->s->site->homes == 0) {
        bind_fail(b, at, "`%s` needs the home networks, and none are declared",
                  d->name);
        err_hint(b->e, "write in site.trawl: home = {192.0.2.0/24, "
                       "2001:db8::/32};");
        return NULL;
    }
    for (uint32_t i = 0; i < b->s->site->homes; i++) {
        struct expr *under = direction_under(b, d, i, at);
        if (!under)
            return NULL;
        x = x ? node_or(b->a, x, under) : under;
    }
    return x;
}

struct expr *bind_dir(struct bind *b, struct span at)
{
    struct expr *x = node_make(b->a, NODE_PICK, bind_place(b, at), DIRECTIONS);
    int64_t *label = arena_array(b->a, int64_t, DIRECTIONS);

    for (uint32_t i = 0; i < DIRECTIONS; i++) {
        const struct direction *d = &directions[i];
        label[i] = strtab_intern(b->s->text, d->name, strlen(d->name));
        if (!(x->arg[i] = bind_direction(b, d, at)))
            return NULL;
    }
    x->label = label;
    x->type.type = TYPE_STRING;
    return x;
}

struct expr *bind_dir_in(struct bind *b, const struct expr *pick,
                         const struct rangeset *ranges, struct span at)
{
    struct expr *x = node_make(b->a, NODE_OR, bind_place(b, at), pick->args);

    x->args = 0;
    for (uint32_t i = 0; i < pick->args; i++)
        if (rangeset_has(ranges, pick->label[i]))
            x->arg[x->args++] = pick->arg[i];
    return x;
}

bool bind_is_word(const char *name)
{
    return find_protocol(name) || find_flag_word(name) ||
           find_direction(name) || strcmp(name, "icmperr") == 0;
}

struct expr *bind_word(struct bind *b, const char *name, struct span at)
{
    const struct masked *f = find_flag_word(name);
    const struct direction *d = find_direction(name);

    if (f)
        return bind_masked(b, f, at);
    if (d)
        return bind_direction(b, d, at);
    if (strcmp(name, "icmperr") == 0)
        return bind_icmperr(b, at);
    return bind_protocol(b, name, at);
}

void bind_suggest_words(struct suggest *near)
{
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        suggest_try(near, protocols[i].name);
    for (size_t i = 0; i < sizeof flag_words / sizeof flag_words[0]; i++)
        suggest_try(near, flag_words[i].name);
    for (size_t i = 0; i < DIRECTIONS; i++)
        suggest_try(near, directions[i].name);
    suggest_try(near, "icmperr");
}
