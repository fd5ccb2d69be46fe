/* schema.c - the tables that come from the .def files, and the text of flags
 * and of TCP options. */
#include "store/schema.h"

#include <stdio.h>
#include <string.h>

const struct type_info schema_types[TYPE_COUNT] = {
#define TYPE(id, name, lane, help) {name, LANE_##lane, help},
#include "store/types.def"
#undef TYPE
};

const struct field schema_fields[FIELD_COUNT] = {
#define FIELD(id, name, type, width, help)                                     \
    {name, TYPE_##type, WIDTH_##width, help},
#include "store/fields.def"
#undef FIELD
};

const struct bad_info schema_bad[] = {
#define BAD(id, bit, help) {#id, BAD_##id, help},
#include "store/bad.def"
#undef BAD
};

const uint32_t schema_bad_count = sizeof schema_bad / sizeof *schema_bad;

static const char flag_letters[] = "SFRPAUECN";
static const uint16_t flag_bits[] = {FLAG_SYN, FLAG_FIN, FLAG_RST,
                                     FLAG_PSH, FLAG_ACK, FLAG_URG,
                                     FLAG_ECE, FLAG_CWR, FLAG_NS};

/* IANA, TCP option kind numbers. */
static const struct {
    uint8_t kind;
    const char *name;
} opt_names[] = {
    {0, "eol" },
    {1, "nop" },
    {2, "mss" },
    {3, "ws"  },
    {4, "sok" },
    {5, "sack"},
    {8, "ts"  }
};

enum field_id schema_find(const char *name)
{
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        if (strcmp(schema_fields[i].name, name) == 0)
            return (enum field_id)i;
    return FIELD_COUNT;
}

void schema_flags_text(char out[10], uint16_t flags)
{
    size_t n = 0;

    for (size_t i = 0; i < sizeof flag_letters - 1; i++)
        if (flags & flag_bits[i])
            out[n++] = flag_letters[i];
    out[n] = 0;
}

static uint16_t flag_bit(char letter)
{
    char c = letter;

    if (letter == 'W')
        c = 'C';
    if (letter == '.')
        c = 'A';
    for (size_t i = 0; i < sizeof flag_letters - 1; i++)
        if (flag_letters[i] == c)
            return flag_bits[i];
    return 0;
}

bool schema_flags_parse(const char *text, size_t len, uint16_t *flags)
{
    *flags = 0;
    for (size_t i = 0; i < len; i++) {
        uint16_t bit = flag_bit(text[i]);
        if (bit == 0)
            return false;
        *flags |= bit;
    }
    return true;
}

static const char *opt_name(uint8_t kind)
{
    for (size_t i = 0; i < sizeof opt_names / sizeof *opt_names; i++)
        if (opt_names[i].kind == kind)
            return opt_names[i].name;
    return NULL;
}

size_t schema_opts_text(char out[OPTS_TEXT_MAX], const struct opts *o)
{
    size_t n = 0;

    out[0] = 0;
    for (uint32_t i = 0; i < o->n && i < OPTS_MAX; i++) {
        const char *name = opt_name(o->kind[i]), *comma = i ? "," : "";
        size_t room = OPTS_TEXT_MAX - n;
        int len = name ? snprintf(out + n, room, "%s%s", comma, name)
                       : snprintf(out + n, room, "%s%u", comma, o->kind[i]);
        n += (size_t)len;
    }
    return n;
}
