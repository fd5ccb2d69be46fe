/* packet_line.h - one packet as `tcpdump -n -tttt` shows it, as far as the kept
 * header fields reach. */
#ifndef CLI_PACKET_LINE_H
#define CLI_PACKET_LINE_H

#include "cli/render.h"

/* Where each field lies among the columns; FIELD_COUNT of them. */
struct packet_line {
    uint32_t at[FIELD_COUNT]; /* UINT32_MAX: not there */
};

void packet_line_columns(struct packet_line *p, const struct columns *c);

/* Appends the line with its end; sets *src where the packet has one. */
void packet_line_put(struct buf *out, const struct packet_line *at,
                     const struct render *r, struct batch *b, uint32_t row,
                     struct addr *src);

#endif
