/* fuzz_decode.c - frames of every link type: two bytes choose the type and
 * whether hardware addresses are kept and tunnels entered, two more the length
 * on the wire. */
#include <stdlib.h>
#include <string.h>

#include "ingest/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every value that is present is read, so that none is left undefined. */
static uint64_t touch(const struct record *r)
{
    uint64_t sum = 0;

#define TOUCH_U8(id)     sum += r->id
#define TOUCH_U16(id)    sum += r->id
#define TOUCH_U32(id)    sum += r->id
#define TOUCH_MAC(id)    sum += r->id
#define TOUCH_TIME(id)   sum += (uint64_t)r->id
#define TOUCH_ADDR(id)   sum += r->id.hi ^ r->id.lo
#define TOUCH_SENSOR(id) (void)0
#define TOUCH_OPTS(id)                                                         \
    for (uint32_t i = 0; i < r->id.n; i++)                                     \
    sum += r->id.kind[i]
#define FIELD(id, name, type, width, help)                                     \
    if (RECORD_HAS(r, id)) {                                                   \
        TOUCH_##width(id);                                                     \
    }
#include "store/fields.def"
#undef FIELD
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int types[] = {1,   113, 276, 12,  14,  101, 228, 229,
                                0,   108, 9,   50,  51,  166, 204, 104,
                                107, 105, 127, 119, 163, 192, 239, 8};
    struct decode_options o;
    struct record r;

    if (size < 4)
        return 0;
    o.macs = data[1] & 1;
    o.tunnels_inner = data[1] & 2;
    struct capture_packet p = {
        .linktype = types[data[0] % (sizeof types / sizeof *types)],
        .caplen = (uint32_t)(size - 4),
        .len = (uint32_t)(size - 4) + data[2] + (uint32_t)data[3] * 256,
    };
    uint8_t *exact = malloc(p.caplen ? p.caplen : 1);

    if (!exact)
        abort();
    memcpy(exact, data + 4, p.caplen);
    p.bytes = exact;
    volatile uint64_t sum = decode_packet(&o, &p, &r) ? touch(&r) : 0;

    (void)sum;
    free(exact);
    return 0;
}
