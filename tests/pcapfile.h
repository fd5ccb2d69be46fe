/* pcapfile.h - capture files made by tests, byte by byte. */
#ifndef TESTS_PCAPFILE_H
#define TESTS_PCAPFILE_H

#include "base/buf.h"

/* {0}: little-endian, microseconds, nothing in it yet. */
struct pcapfile {
    struct buf bytes;
    bool big, ns, modified;
};

void pcapfile_header(struct pcapfile *f, uint32_t snaplen, uint32_t linktype);
/* `sub` in the unit of the file. Writes `caplen` of the bytes at `bytes`. */
void pcapfile_packet(struct pcapfile *f, uint32_t sec, uint32_t sub,
                     uint32_t caplen, uint32_t len, const void *bytes);
/* Packet `i` of a made-up traffic: one a second from `sec`, Ethernet, IPv4,
 * TCP; the same i and sec give the same bytes. */
void pcapfile_tcp(struct pcapfile *f, uint32_t sec, uint32_t i);

enum pcapfile_filter {
    PCAPFILE_PLAIN,
    PCAPFILE_GZIP,
    PCAPFILE_ZSTD,
    PCAPFILE_BZIP2,
    PCAPFILE_LZ4,
    PCAPFILE_XZ,
    PCAPFILE_FILTERS
};

/* Writes the first `len` bytes; a failure ends the test program. */
void pcapfile_save(const struct pcapfile *f, const char *path, size_t len,
                   enum pcapfile_filter filter);

#endif
