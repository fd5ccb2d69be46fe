/* trace.h - packets out of text as tcpdump prints them, old style and new,
 * behind a first line that gives the date: docs/traces.md. What a line does
 * not say is absent in the record. A reader belongs to one thread. */
#ifndef INGEST_TRACE_H
#define INGEST_TRACE_H

#include <sys/types.h>

#include "ingest/capture.h"
#include "store/schema.h"

struct trace;

/* The first bytes of such a file. */
#define TRACE_MAGIC "# trace "

/* Link types of the packets handed out, outside of what a capture can name:
 * fields, each behind its number; a line that was not understood, whose `len`
 * is its number from 1. */
enum { TRACE_FIELDS = 0x10000, TRACE_STRANGE };

enum {
    TRACE_LINE_MAX = 4096,   /* bytes of a line with those that go on with it */
    TRACE_NAMES_MAX = 4096,  /* hosts and ports given names, each */
    TRACE_FLOWS_MAX = 65536, /* connections whose first numbers are known */
    TRACE_FRAME_MAX = 512
};

/* Reads the first line. `feed` as in pcapng.h. NULL, with ERR_INPUT: it gives
 * no date. */
struct trace *trace_open(ssize_t (*feed)(void *ctx, char *out, size_t len),
                         void *ctx, struct err *e) MUST_CHECK;
void trace_close(struct trace *t);

/* False at the end. */
bool trace_next(struct trace *t, struct capture_packet *out);
/* Where the next line starts, in bytes. */
uint64_t trace_offset(const struct trace *t);

/* ---- between the files of this reader ---- */

/* What the words of a trace stand for. */
struct trace_names {
    struct trace_name {
        char text[64];
        struct addr host;
        uint16_t port;
    } * host, *port;
    uint32_t hosts, ports;
};

/* Fills `r` from what stands behind the time stamp; TCP's numbers as printed.
 * False: not understood. */
bool trace_line(const struct trace_names *names, const char *text, size_t len,
                struct record *r);

/* Bytes of a frame of TRACE_FIELDS; r->TIME, LEN and CAPLEN stay out of it. */
size_t trace_frame(const struct record *r, uint8_t out[TRACE_FRAME_MAX]);
/* Back; false: no such frame. Reads nothing past len. */
bool trace_unframe(const uint8_t *bytes, size_t len,
                   struct record *r) MUST_CHECK;

#endif
