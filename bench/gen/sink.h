/* sink.h - the capture files: classic pcap, little-endian, plain or packed. */
#ifndef GEN_SINK_H
#define GEN_SINK_H

#include "bench/gen/frame.h"
#include "bench/gen/options.h"

struct sink;

/* o is borrowed until the end; it says names, packing and precision. */
struct sink *sink_new(const struct options *o);

/* Ends the file that is open, and begins the one named by `time` (ns). */
bool sink_next(struct sink *s, int64_t time, struct err *e);

bool sink_put(struct sink *s, const struct frame *frame, struct err *e);

uint32_t sink_files(const struct sink *s);

/* Ends the last file and frees s, after an error too. */
bool sink_close(struct sink *s, struct err *e);

#endif
