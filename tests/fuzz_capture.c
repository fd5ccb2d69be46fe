/* fuzz_capture.c - any bytes as a capture file, its packets decoded. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A bomb is read on and on in an ingest, too; here it would only take time. */
enum { PACKETS_MAX = 10000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decode_options o = {.macs = true, .tunnels_inner = true};
    struct capture_packet p;
    enum capture_kind kind;
    struct err e = {0};
    struct record r;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size ||
        lseek(fd, 0, SEEK_SET) != 0)
        abort();
    struct capture *c = capture_open_fd(fd, &kind, &e);

    if (!c != (e.code != ERR_NONE))
        abort();
    for (int i = 0; c && i < PACKETS_MAX && capture_next(c, &p); i++)
        (void)decode_packet(&o, &p, &r);
    capture_close(c);
    return 0;
}
