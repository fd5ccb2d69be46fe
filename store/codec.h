/* codec.h - general compression of one stream, and the choice not to. */
#ifndef STORE_CODEC_H
#define STORE_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* On-disk ids. PLANES: the k-th bytes of all values, for each k, then zstd. */
enum codec { CODEC_RAW, CODEC_ZSTD, CODEC_PLANES, CODEC_COUNT };

/* Working memory of one thread. */
struct codec_state;

struct codec_state *codec_new(void);
void codec_free(struct codec_state *s);

/* Room that codec_pack needs for `len` bytes. */
size_t codec_bound(size_t len);

/* Packs `len` bytes, values of `width` bytes, into `out`. Returns the stored
 * length and says in *codec how; raw where that saves less than 3 %. */
size_t codec_pack(struct codec_state *s, const uint8_t *raw, size_t len,
                  size_t width, uint8_t *out, enum codec *codec);

/* Fills exactly out[0..len) from `stored` bytes. False: they do not hold it. */
bool codec_unpack(enum codec codec, const uint8_t *data, size_t stored,
                  size_t width, uint8_t *out, size_t len);

#endif
