/* bind_primitive.c - tcpdump's primitives: host, net, port, proto, less. */
#include <string.h>

#include "query/bind.h"
#include "query/names.h"

/* The values of one primitive, collected as ranges. */
struct values {
    struct range *range;
    struct addr_range *addr;
    uint32_t n, room;
    struct sets *set; /* `host infra`: a set by name, alone */
};

static const char *const kinds[] = {
    [PRIM_HOST] = "host",       [PRIM_NET] = "net",
    [PRIM_PORT] = "port",       [PRIM_PORTRANGE] = "portrange",
    [PRIM_PROTO] = "proto",     [PRIM_LESS] = "less",
    [PRIM_GREATER] = "greater",
};

static const struct ast *value_ast(struct bind *b, const struct ast *n)
{
    return n->kind == AST_PARAM ? bind_param(b, n) : n;
}

static bool fail_value(struct bind *b, const struct ast *n, const char *kind,
                       const char *wants)
{
    bind_fail(b, n->at, "this is no value for `%s`", kind);
    err_hint(b->e, "%s", wants);
    return false;
}

static bool add_net(struct values *v, struct addr base, uint8_t bits)
{
    v->addr[v->n++] = addr_net_range(base, bits);
    return true;
}

static bool is_named_set(const struct bind *b, const struct ast *n)
{
    const struct scope_let *let =
        n->kind == AST_NAME ? scope_find_let(b->s, n->text) : NULL;

    return let && let->kind == LET_SET;
}

/* The set that n names, of members that fit. */
static bool join_set(struct bind *b, const struct ast *n, enum type member,
                     struct values *v)
{
    struct expr *x = bind_value(b, n);
    char type[80];

    if (!x)
        return false;
    if (x->kind != NODE_SET || x->set->member != member ||
        sets_is_listed(x->set)) {
        bind_fail(b, n->at, "`%s` is %s, and a set of %s is needed here",
                  n->text, bind_type_text(x, type), schema_types[member].name);
        return false;
    }
    v->set = v->set ? sets_algebra(b->a, OP_ADD, v->set, x->set) : x->set;
    return true;
}

/* `host infra`: a let or a set; names of machines are not looked up. */
static bool add_named_set(struct bind *b, const struct ast *n, struct values *v)
{
    if (!is_named_set(b, n)) {
        bind_fail(b, n->at, "`%s` is no address, and names are not looked up",
                  n->text);
        err_hint(b->e, "write its address, or the name of a set, as in "
                       "`let servers = {192.0.2.1, 192.0.2.2};`");
        return false;
    }
    return join_set(b, n, TYPE_ADDR, v);
}

static bool add_place(struct bind *b, const struct ast *n,
                      enum ast_primitive_kind kind, struct values *v)
{
    const struct ast *x = value_ast(b, n);

    if (!x)
        return false;
    switch (x->kind) {
    case AST_ADDR: return add_net(v, x->addr, 128);
    case AST_NET:
        if (kind == PRIM_HOST)
            return fail_value(b, n, "host", "write `net` before a network");
        return add_net(v, x->addr, x->bits);
    case AST_NAME: return add_named_set(b, x, v);
    default:
        return fail_value(b, n, kinds[kind],
                          kind == PRIM_HOST
                              ? "write an address, as in host 192.0.2.1"
                              : "write a network, as in net 192.0.2.0/24");
    }
}

static bool fail_number(struct bind *b, const struct ast *n, int64_t v,
                        const char *what, int64_t most)
{
    bind_fail(b, n->at, "%s %lld is out of range: 0 to %lld", what,
              (long long)v, (long long)most);
    return false;
}

static bool port_number(struct bind *b, const struct ast *n, int64_t *out)
{
    struct suggest near = {.wrong = n->text};
    const struct ast *x = value_ast(b, n);
    uint16_t port;

    if (!x)
        return false;
    if (x->kind == AST_NUM) {
        *out = x->number;
        return (*out >= 0 && *out <= UINT16_MAX) ||
               fail_number(b, n, *out, "port", UINT16_MAX);
    }
    if (x->kind != AST_NAME && x->kind != AST_STRING)
        return fail_value(b, n, "port", "write a number or a service");
    if (names_service(x->text, &port)) {
        *out = port;
        return true;
    }
    near.wrong = x->text;
    names_suggest_services(&near);
    bind_fail(b, n->at, "there is no service named `%s`", x->text);
    if (near.best)
        err_hint(b->e, "did you mean `%s`?", near.best);
    else
        err_hint(b->e, "write the number of the port");
    return false;
}

static bool add_port(struct bind *b, const struct ast *n, struct values *v)
{
    int64_t port;

    if (is_named_set(b, n))
        return join_set(b, n, TYPE_INT, v);
    if (!port_number(b, n, &port))
        return false;
    v->range[v->n++] = (struct range){port, port};
    return true;
}

static bool add_protocol(struct bind *b, const struct ast *n, struct values *v)
{
    const struct ast *x = value_ast(b, n);
    int64_t number = x && x->kind == AST_NUM ? x->number : -1;
    uint8_t known;

    if (!x)
        return false;
    if (x->kind == AST_NUM && (number < 0 || number > UINT8_MAX))
        return fail_number(b, n, number, "protocol", UINT8_MAX);
    if (x->kind == AST_NAME || x->kind == AST_STRING) {
        struct suggest near = {.wrong = x->text};
        if (!names_protocol(x->text, &known)) {
            names_suggest_protocols(&near);
            bind_fail(b, n->at, "there is no protocol named `%s`", x->text);
            err_hint(b->e,
                     near.best ? "did you mean `%s`?"
                               : "write the number of the protocol",
                     near.best);
            return false;
        }
        number = known;
    }
    if (number < 0)
        return fail_value(b, n, "proto", "write a number or a name");
    v->range[v->n++] = (struct range){number, number};
    return true;
}

static bool add_portrange(struct bind *b, const struct ast *n, struct values *v)
{
    int64_t lo, hi;

    if (!n || !port_number(b, n, &lo) || !port_number(b, n->next, &hi))
        return false;
    if (lo > hi) { /* as tcpdump takes it */
        int64_t swap = lo;
        lo = hi;
        hi = swap;
    }
    v->range[v->n++] = (struct range){lo, hi};
    return true;
}

static bool add_value(struct bind *b, const struct ast *n,
                      enum ast_primitive_kind kind, struct values *v)
{
    switch (kind) {
    case PRIM_HOST:
    case PRIM_NET: return add_place(b, n, kind, v);
    case PRIM_PORT: return add_port(b, n, v);
    default: return add_protocol(b, n, v);
    }
}

static bool collect(struct bind *b, const struct ast *n, struct values *v)
{
    enum ast_primitive_kind kind = n->primitive.kind;

    for (const struct ast *x = n->arg; x; x = x->next)
        v->room++;
    v->range = arena_array(b->a, struct range, v->room);
    v->addr = arena_array(b->a, struct addr_range, v->room);
    if (kind == PRIM_PORTRANGE)
        return add_portrange(b, n->arg, v);
    for (const struct ast *x = n->arg; x; x = x->next)
        if (!add_value(b, x, kind, v))
            return false;
    return true;
}

static struct expr *one_side(struct bind *b, enum field_id id,
                             const struct ast *n, struct values *v)
{
    bool addr = id == FIELD_SRC || id == FIELD_DST;
    struct expr *x = bind_field(b, id, kinds[n->primitive.kind], n->at);
    struct span at = bind_place(b, n->at);

    if (!x)
        return NULL;
    struct rangeset ranges = addr ? rangeset_make_addr(b->a, v->addr, v->n)
                                  : rangeset_make(b->a, v->range, v->n);
    if (!v->set)
        return node_in_ranges(b->a, x, ranges, at);
    struct sets *both =
        sets_algebra(b->a, OP_ADD, v->set,
                     sets_literal(b->a, v->set->member, ranges, n->at));
    return bind_in_set(b, x, both, false, at);
}

static struct expr *both_sides(struct bind *b, const struct ast *n,
                               enum field_id src, enum field_id dst)
{
    struct values v = {0};
    enum ast_direction dir = n->primitive.direction;

    if (!collect(b, n, &v))
        return NULL;
    if (dir == DIR_SRC)
        return one_side(b, src, n, &v);
    if (dir == DIR_DST)
        return one_side(b, dst, n, &v);
    struct expr *x = one_side(b, src, n, &v), *y = NULL;
    if (x)
        y = one_side(b, dst, n, &v);
    return y ? node_or(b->a, x, y) : NULL;
}

static struct expr *bind_proto(struct bind *b, const struct ast *n)
{
    struct values v = {0};

    if (n->primitive.direction != DIR_ANY)
        return bind_fail(b, n->at, "`proto` has no source or destination");
    return collect(b, n, &v) ? one_side(b, FIELD_PROTO, n, &v) : NULL;
}

static struct expr *bind_length(struct bind *b, const struct ast *n)
{
    bool less = n->primitive.kind == PRIM_LESS;
    const struct ast *v = value_ast(b, n->arg);
    struct expr *x;

    if (!v || !(x = bind_field(b, FIELD_LEN, kinds[n->primitive.kind], n->at)))
        return NULL;
    if (v->kind != AST_NUM) {
        fail_value(b, n->arg, kinds[n->primitive.kind],
                   "write a number of bytes");
        return NULL;
    }
    return node_between(b->a, x, less ? INT64_MIN : v->number,
                        less ? v->number : INT64_MAX, bind_place(b, n->at));
}

static struct expr *primitive_of(struct bind *b, const struct ast *n)
{
    switch (n->primitive.kind) {
    case PRIM_HOST:
    case PRIM_NET: return both_sides(b, n, FIELD_SRC, FIELD_DST);
    case PRIM_PORT:
    case PRIM_PORTRANGE: return both_sides(b, n, FIELD_SPORT, FIELD_DPORT);
    case PRIM_PROTO: return bind_proto(b, n);
    case PRIM_LESS:
    case PRIM_GREATER: break;
    }
    return bind_length(b, n);
}

struct expr *bind_primitive(struct bind *b, const struct ast *n)
{
    struct expr *x = primitive_of(b, n), *protocol;

    if (!x || !n->primitive.protocol)
        return x;
    protocol = bind_protocol(b, n->primitive.protocol, n->at);
    if (!protocol)
        return NULL;
    x = node_and(b->a, protocol, x);
    x->at = bind_place(b, n->at);
    return x;
}
