/* pcapng.h - the packets of a pcapng file (draft-ietf-opsawg-pcapng): several
 * sections in either byte order, in each several interfaces with a link type
 * and a resolution of time of their own. A reader belongs to one thread. */
#ifndef INGEST_PCAPNG_H
#define INGEST_PCAPNG_H

#include <sys/types.h>

#include "ingest/capture.h"

struct pcapng;

/* Longer packets are cut to this, as if it were their snapshot length. No
 * block needs more memory: whatever else one holds is passed over. */
enum { PCAPNG_PACKET_MAX = 262144 };

/* Reads the first section header. `feed` fills the buffer: bytes, 0 at the
 * end, -1 on failure. NULL, with ERR_INPUT: not readable, or cut there. */
struct pcapng *pcapng_open(ssize_t (*feed)(void *ctx, char *out, size_t len),
                           void *ctx, struct err *e) MUST_CHECK;
void pcapng_close(struct pcapng *p);

/* False at the end. Packets of simple packet blocks, which have no time, get
 * time 0. */
bool pcapng_next(struct pcapng *p, struct capture_packet *out);

/* NULL, or why reading stopped before the end of the file. */
const char *pcapng_broken(const struct pcapng *p);
/* Where the next block starts, or the one that cannot be read, in bytes. */
uint64_t pcapng_offset(const struct pcapng *p);
/* Packets that the capturing program says it lost, so far. */
uint64_t pcapng_lost(const struct pcapng *p);

#endif
