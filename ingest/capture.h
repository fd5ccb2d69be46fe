/* capture.h - the packets of one capture file: classic pcap (microseconds or
 * nanoseconds, either byte order, Kuznetzov's variant), pcapng, or text as
 * tcpdump prints it (trace.h), also compressed (see source.h). A capture
 * belongs to one thread. */
#ifndef INGEST_CAPTURE_H
#define INGEST_CAPTURE_H

#include "base/err.h"

struct capture;

struct capture_packet {
    int64_t time;    /* ns since 1970, as written */
    uint32_t caplen; /* bytes at `bytes` */
    uint32_t len;    /* bytes on the wire, as written; may be below caplen */
    int linktype; /* DLT_* of libpcap, or TRACE_x of trace.h; it may change */
    const uint8_t *bytes; /* valid until the next call */
};

/* What a file is, by its first bytes. */
enum capture_kind {
    CAPTURE_EMPTY,     /* no byte at all */
    CAPTURE_PCAP,      /* what capture_open reads, if not cut in its header */
    CAPTURE_FOREIGN,   /* a capture in a format that is not read */
    CAPTURE_NONE,      /* nothing known */
    CAPTURE_UNREADABLE /* could not be read or decompressed that far */
};

/* "-" is standard input. ERR_INPUT, with the reason, when it cannot be read,
 * is no capture or one of another format. *kind says which. */
struct capture *capture_open(const char *path, enum capture_kind *kind,
                             struct err *e) MUST_CHECK;
/* The same from a descriptor, which is taken over, also on failure. */
struct capture *capture_open_fd(int fd, enum capture_kind *kind,
                                struct err *e) MUST_CHECK;
void capture_close(struct capture *c);

/* False at the end; capture_broken tells a good end from a bad one. */
bool capture_next(struct capture *c, struct capture_packet *out);

/* NULL, or why reading stopped before the end of the file: cut, a packet
 * header that cannot be, damaged compression. Every packet before was
 * delivered. */
const char *capture_broken(const struct capture *c);
/* Where the next packet starts, or the first unreadable one, in bytes of the
 * decompressed stream. */
uint64_t capture_offset(const struct capture *c);

/* Packets that the capturing program says it lost, as far as was read. */
uint64_t capture_lost(const struct capture *c);

/* Why a packet of a link type that is not decoded is not kept: "link-type
 * EN10MB" and the like, with a number for what libpcap does not know. */
void capture_skip_reason(char out[64], int linktype);

uint64_t capture_bytes_in(const struct capture *c);  /* as on disk */
uint64_t capture_bytes_out(const struct capture *c); /* decompressed */

#endif
