/* capture.c - classic pcap through libpcap, pcapng through pcapng.h, text
 * through trace.h, all fed from a source. The file header is read here first:
 * libpcap would also take pcapng, and would clip packets that are longer than
 * the snapshot length the header promises. */
#include "ingest/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ingest/pcapng.h"
#include "ingest/source.h"
#include "ingest/trace.h"

enum { FILE_HEADER = 24, SNAPLEN_AT = 16, STREAM_BUFFER = 256 * 1024 };

/* A reader of one format: the first four as those of pcapng.h. */
struct format {
    bool (*start)(struct capture *c, struct err *e);
    bool (*next)(struct capture *c, struct capture_packet *out);
    uint64_t (*offset)(const struct capture *c);
    uint64_t (*lost)(const struct capture *c); /* NULL: says nothing */
    void (*end)(struct capture *c);
};

static const struct format classic, pcapng, trace; /* below */

/* The first bytes of capture formats. */
static const struct magic {
    const char *bytes;
    size_t len;
    enum capture_kind kind;
    bool ns, big_endian;
    uint8_t packet_header;
    const char *name;
    const struct format *format;
} magics[] = {
    {"\xd4\xc3\xb2\xa1", 4,                      CAPTURE_PCAP,    false, false, 16, "pcap",            &classic},
    {"\xa1\xb2\xc3\xd4", 4,                      CAPTURE_PCAP,    false, true,  16, "pcap",            &classic},
    {"\x4d\x3c\xb2\xa1", 4,                      CAPTURE_PCAP,    true,  false, 16, "pcap",            &classic},
    {"\xa1\xb2\x3c\x4d", 4,                      CAPTURE_PCAP,    true,  true,  16, "pcap",            &classic},
    {"\x34\xcd\xb2\xa1", 4,                      CAPTURE_PCAP,    false, false, 24, "modified pcap",
     &classic                                                                                                  },
    {"\xa1\xb2\xcd\x34", 4,                      CAPTURE_PCAP,    false, true,  24, "modified pcap",
     &classic                                                                                                  },
    {"\x0a\x0d\x0d\x0a", 4,                      CAPTURE_PCAP,    true,  false, 0,  "pcapng",          &pcapng },
    {TRACE_MAGIC,        sizeof TRACE_MAGIC - 1, CAPTURE_PCAP,    true,  false, 0,  "trace",
     &trace                                                                                                    },
    {"snoop\0\0\0",      8,                      CAPTURE_FOREIGN, false, false, 0,  "snoop",           NULL    },
    {"RTSS",             4,                      CAPTURE_FOREIGN, false, false, 0,  "Network Monitor", NULL    },
    {"GMBU",             4,                      CAPTURE_FOREIGN, false, false, 0,  "Network Monitor", NULL    },
    {"XCP\0",            4,                      CAPTURE_FOREIGN, false, false, 0,  "NetXRay",         NULL    },
};

struct capture {
    struct source *source;
    const struct magic *magic;
    union { /* by magic->format */
        pcap_t *pcap;
        struct pcapng *ng;
        struct trace *trace;
    };
    uint8_t header[FILE_HEADER];
    size_t header_len, header_given; /* read; of these handed to libpcap */
    uint64_t offset;
    bool started, ended, broken;
    char why[320];
    char buffer[STREAM_BUFFER]; /* of the stream that libpcap reads */
};

static const struct magic *find_magic(const struct capture *c)
{
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
        if (c->header_len >= magics[i].len &&
            memcmp(c->header, magics[i].bytes, magics[i].len) == 0)
            return &magics[i];
    return NULL;
}

/* Reads as much of the file header as there is. */
static void read_header(struct capture *c)
{
    ssize_t n = 1;

    while (c->header_len < FILE_HEADER && n > 0) {
        n = source_read(c->source, c->header + c->header_len,
                        FILE_HEADER - c->header_len);
        if (n > 0)
            c->header_len += (size_t)n;
    }
}

/* Sets *kind; false where that is nothing to read. */
static bool recognise(struct capture *c, enum capture_kind *kind, struct err *e)
{
    const char *failure = source_failure(c->source);

    c->magic = find_magic(c);
    *kind = c->magic ? c->magic->kind : CAPTURE_NONE;
    if (*kind == CAPTURE_FOREIGN)
        return err_set(e, ERR_INPUT, "%s is not read by this version",
                       c->magic->name);
    if (c->magic &&
        (c->header_len == FILE_HEADER || c->magic->format == &trace))
        return true;
    if (failure) {
        *kind = CAPTURE_UNREADABLE;
        return err_set(e, ERR_INPUT, "%s", failure);
    }
    if (c->header_len == 0) {
        *kind = CAPTURE_EMPTY;
        return err_set(e, ERR_INPUT, "the file is empty");
    }
    if (c->magic)
        return err_set(e, ERR_INPUT, "cut inside the file header");
    return err_set(e, ERR_INPUT, "no capture file");
}

/* Kept as long as they were written: libpcap shortens packets to the snapshot
 * length of the file header. */
static void lift_snaplen(struct capture *c)
{
    static const uint8_t little[4] = {0, 0, 4, 0}, big[4] = {0, 4, 0, 0};

    memcpy(c->header + SNAPLEN_AT, c->magic->big_endian ? big : little, 4);
}

/* fopencookie(3) read */
static ssize_t stream_read(void *ctx, char *out, size_t len)
{
    struct capture *c = ctx;
    size_t left = c->header_len - c->header_given;

    if (!left)
        return source_read(c->source, out, len);
    if (len > left)
        len = left;
    memcpy(out, c->header + c->header_given, len);
    c->header_given += len;
    return (ssize_t)len;
}

static bool classic_start(struct capture *c, struct err *e)
{
    lift_snaplen(c);
    c->offset = FILE_HEADER;

    char why[PCAP_ERRBUF_SIZE] = "";
    FILE *stream =
        fopencookie(c, "r", (cookie_io_functions_t){.read = stream_read});

    if (!stream)
        return err_set(e, ERR_SYSTEM, "out of memory");
    setvbuf(stream, c->buffer, _IOFBF, sizeof c->buffer);
    /* Nobody else reads it: no locks, of which each packet would take two. */
    __fsetlocking(stream, FSETLOCKING_BYCALLER);
    c->pcap = pcap_fopen_offline_with_tstamp_precision(
        stream, PCAP_TSTAMP_PRECISION_NANO, why);
    if (c->pcap)
        return true; /* which owns the stream now */
    fclose(stream);
    return err_set(e, ERR_INPUT, "%s", why);
}

struct capture *capture_open_fd(int fd, enum capture_kind *kind, struct err *e)
{
    struct capture *c = calloc(1, sizeof *c);

    *kind = CAPTURE_UNREADABLE;
    if (!c) {
        close(fd);
        err_set(e, ERR_SYSTEM, "out of memory");
        return NULL;
    }
    c->source = source_open(fd, e);
    if (c->source) {
        read_header(c);
        if (recognise(c, kind, e)) {
            c->started = c->magic->format->start(c, e);
            if (c->started)
                return c;
        }
    }
    capture_close(c);
    return NULL;
}

struct capture *capture_open(const char *path, enum capture_kind *kind,
                             struct err *e)
{
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                    : open(path, O_RDONLY | O_CLOEXEC);

    *kind = CAPTURE_UNREADABLE;
    if (fd < 0) {
        char text[80];

        err_set(e, ERR_INPUT, "%s", strerror_r(errno, text, sizeof text));
        return NULL;
    }
    return capture_open_fd(fd, kind, e);
}

void capture_close(struct capture *c)
{
    if (!c)
        return;
    if (c->started)
        c->magic->format->end(c);
    source_close(c->source);
    free(c);
}

/* `why`: what the reader of the format found; NULL: a good end. */
static bool stop(struct capture *c, const char *why)
{
    const char *failure = source_failure(c->source);

    c->ended = true;
    c->broken = why || failure;
    if (c->broken)
        snprintf(c->why, sizeof c->why, "%s", failure ? failure : why);
    return false;
}

/* The fields of a packet header are 32 bits without a sign; libpcap hands
 * them on as signed numbers. */
static int64_t packet_time(const struct capture *c, const struct timeval *t)
{
    int64_t seconds = (uint32_t)t->tv_sec;

    if (c->magic->ns)
        return seconds * 1000000000 + (uint32_t)t->tv_usec;
    return seconds * 1000000000 + INT64_C(1000) * (uint32_t)(t->tv_usec / 1000);
}

static bool classic_next(struct capture *c, struct capture_packet *out)
{
    struct pcap_pkthdr *h;
    int status = pcap_next_ex(c->pcap, &h, &out->bytes);

    if (status != 1)
        return stop(c,
                    status == PCAP_ERROR_BREAK ? NULL : pcap_geterr(c->pcap));
    out->time = packet_time(c, &h->ts);
    out->caplen = h->caplen;
    out->len = h->len;
    out->linktype = pcap_datalink(c->pcap);
    c->offset += c->magic->packet_header + (uint64_t)h->caplen;
    return true;
}

static uint64_t classic_offset(const struct capture *c)
{
    return c->offset;
}

static void classic_end(struct capture *c)
{
    pcap_close(c->pcap);
}

static const struct format classic = {
    .start = classic_start,
    .next = classic_next,
    .offset = classic_offset,
    .end = classic_end,
};

static bool pcapng_start(struct capture *c, struct err *e)
{
    c->ng = pcapng_open(stream_read, c, e);
    return c->ng;
}

static bool pcapng_take(struct capture *c, struct capture_packet *out)
{
    return pcapng_next(c->ng, out) || stop(c, pcapng_broken(c->ng));
}

static uint64_t pcapng_at(const struct capture *c)
{
    return pcapng_offset(c->ng);
}

static uint64_t pcapng_dropped(const struct capture *c)
{
    return pcapng_lost(c->ng);
}

static void pcapng_end(struct capture *c)
{
    pcapng_close(c->ng);
}

static const struct format pcapng = {
    .start = pcapng_start,
    .next = pcapng_take,
    .offset = pcapng_at,
    .lost = pcapng_dropped,
    .end = pcapng_end,
};

static bool trace_start(struct capture *c, struct err *e)
{
    c->trace = trace_open(stream_read, c, e);
    return c->trace;
}

static bool trace_take(struct capture *c, struct capture_packet *out)
{
    return trace_next(c->trace, out) || stop(c, NULL);
}

static uint64_t trace_at(const struct capture *c)
{
    return trace_offset(c->trace);
}

static void trace_end(struct capture *c)
{
    trace_close(c->trace);
}

static const struct format trace = {
    .start = trace_start,
    .next = trace_take,
    .offset = trace_at,
    .end = trace_end,
};

bool capture_next(struct capture *c, struct capture_packet *out)
{
    return !c->ended && c->magic->format->next(c, out);
}

const char *capture_broken(const struct capture *c)
{
    return c->broken ? c->why : NULL;
}

uint64_t capture_offset(const struct capture *c)
{
    return c->magic->format->offset(c);
}

uint64_t capture_lost(const struct capture *c)
{
    return c->magic->format->lost ? c->magic->format->lost(c) : 0;
}

void capture_skip_reason(char out[64], int linktype)
{
    const char *name = pcap_datalink_val_to_name(linktype);

    if (linktype == TRACE_STRANGE)
        snprintf(out, 64, "line-not-understood");
    else if (name)
        snprintf(out, 64, "link-type %s", name);
    else
        snprintf(out, 64, "link-type %d", linktype);
}

uint64_t capture_bytes_in(const struct capture *c)
{
    return source_bytes_in(c->source);
}

uint64_t capture_bytes_out(const struct capture *c)
{
    return source_bytes_out(c->source);
}
