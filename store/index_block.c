/* index_block.c - what the index needs of a block: its addresses, and what
 * tells it from another block. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/block.h"
#include "store/index.h"

enum { SUM_AT = 120 };

uint64_t index_block_sum(struct kv_bytes block)
{
    struct cursor c = {block.data, block.data + block.len, false};

    cursor_take(&c, SUM_AT);
    return cursor_u64(&c);
}

bool index_block_addrs(struct kv_bytes block, struct addr **out, uint32_t *n,
                       struct err *e)
{
    struct block *b = block_open(block.data, block.len, NULL, e);
    const struct addr *addr = NULL;

    *out = NULL;
    *n = 0;
    if (!b)
        return false;
    bool good = block_addresses(b, &addr, n, e);
    if (good) {
        *out = memory_zeroed((size_t)*n + 1, sizeof **out);
        if (*n)
            memcpy(*out, addr, *n * sizeof **out);
    }
    block_close(b);
    return good;
}
