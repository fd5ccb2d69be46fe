/* fuzz_block.c - arbitrary bytes as a block: every field of every row, without
 * checksums in the way. The first byte says how. Either the input is rows,
 * streams, 8 bytes for the directory entry of each, and the bytes of the
 * streams; short and dense, so that it reaches the decoders. Or it is patches
 * of 4 bytes to a real dense block, whose tables no random bytes would make
 * agree. */
#include <stdlib.h>
#include <string.h>

#include "store/block.h"
#include "store/codec.h"

enum { BASES = 3, BASE_ROWS = 700 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_columns(struct block *b)
{
    uint32_t rows = block_head_of(b)->rows;
    struct column c;

    for (uint32_t f = 0; f < FIELD_COUNT; f++) {
        struct err e = {0};
        for (uint32_t at = 0, n; at < rows && !e.code; at += n) {
            n = rows - at < BATCH_ROWS ? rows - at : BATCH_ROWS;
            if (!block_column(b, (enum field_id)f, at, n, &c, &e))
                break;
            for (uint32_t i = 0; i < n; i++)
                if (!column_absent(&c, i) &&
                    schema_fields[f].width == WIDTH_U8 &&
                    (c.i[i] < 0 || c.i[i] > UINT8_MAX))
                    abort();
        }
    }
}

static void read_rows(struct block *b)
{
    struct block_row *rows = calloc(block_head_of(b)->rows, sizeof *rows);
    struct err e = {0};

    if (rows && !block_unpack(b, rows, &e) && e.code != ERR_STORE)
        abort();
    free(rows);
    for (uint32_t i = 0; i < block_head_of(b)->rows; i++) {
        struct block_origin from;
        if (!block_order(b, i, &from, &e))
            break;
    }
}

/* Opens a block and reads all of it: by column first, or by row. */
static void read_block(const uint8_t *data, size_t len, bool rows_first)
{
    struct strtab text = {0};
    struct err e = {0};
    struct block *b = block_open_unchecked(data, len, &text, &e);

    if (b && rows_first)
        read_rows(b);
    if (b)
        read_columns(b);
    if (b && !rows_first)
        read_rows(b);
    block_close(b);
    strtab_free(&text);
}

/* ---- patches to dense blocks ---- */

static struct buf base[BASES];
static uint64_t random_state = 1;

static uint32_t below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}

static struct addr host(uint32_t n)
{
    return n % 3 ? addr_from_v4(0x0a000000 + n)
                 : (struct addr){0x20010db800000000u + n, n};
}

static void make_tcp(struct record *r, uint32_t i, uint32_t way, uint32_t pay)
{
    RECORD_SET(r, DOFF, 32);
    RECORD_SET(r, FLAGS, (uint16_t)(below(20) ? FLAG_ACK : FLAG_SYN));
    RECORD_SET(r, SEQ, i * 1000 + (below(20) ? 0 : below(1 << 30)));
    RECORD_SET(r, ACKNO, i * 900 + way);
    RECORD_SET(r, WIN, (uint16_t)(below(5) ? 502 : below(65536)));
    RECORD_SET(r, URG, (uint16_t)(below(50) ? 0 : 7));
    RECORD_SET(r, TSVAL, i * 3 + below(2));
    RECORD_SET(r, TSECR, i * 3);
    RECORD_SET(r, PAYLEN, pay);
    r->OPTSIG = (struct opts){
        .n = 3, .kind = {1, 1, 8}
    };
    r->OPTSIG.n = (uint8_t)(below(20) ? 3 : 2);
    r->present |= UINT64_C(1) << FIELD_OPTSIG;
}

static void make_icmp(struct record *r, uint32_t i, uint32_t way)
{
    RECORD_SET(r, ICMP_TYPE, way ? 8 : 0);
    RECORD_SET(r, ICMP_CODE, 0);
    RECORD_SET(r, ICMP_ID, (uint16_t)(below(30) ? 7 : i));
    RECORD_SET(r, ICMP_SEQ, (uint16_t)(below(9) ? i / 2 : below(65536)));
    if (below(20) == 0) {
        RECORD_SET(r, INNER_SRC, host(below(90)));
        RECORD_SET(r, INNER_DST, host(below(90)));
        RECORD_SET(r, INNER_SEQ, below(1 << 30));
    }
}

static void make_ip(struct record *r, uint32_t i, uint32_t flow, uint32_t way,
                    uint32_t pay)
{
    RECORD_SET(r, SRC, host(flow * 2 + way));
    RECORD_SET(r, DST, host(flow * 2 + 1 - way));
    RECORD_SET(r, TTL, (uint8_t)(below(50) ? 64 : below(256)));
    RECORD_SET(r, TOS, below(60) ? 0 : 8);
    RECORD_SET(r, IPLEN, 52 + pay);
    if (flow % 2) {
        RECORD_SET(r, FLOWLABEL, flow * 77 + way);
        return;
    }
    RECORD_SET(r, IPHL, 20);
    RECORD_SET(r, IPID, below(9) ? i : 0);
    RECORD_SET(r, FRAGOFF, below(40) ? 0 : 1480);
    RECORD_SET(r, VLAN, below(40) ? 5 : 6);
}

/* Rows of base `k`: TCP; TCP, UDP and ICMP; the same and odd ones between. */
static void make_row(struct record *r, uint32_t k, uint32_t i)
{
    uint32_t flow = below(20), way = below(2), pay = below(3) ? 0 : below(1460);
    uint32_t what = k == 0 ? 0 : flow % 3;

    RECORD_SET(r, TIME, 1788220826947306123 + (int64_t)i / 3 * 77777);
    RECORD_SET(r, LEN, 66 + pay);
    RECORD_SET(r, CAPLEN, 66 + pay < 96 ? 66 + pay : 96);
    if (k == 2 && i % 50 == 0)
        return; /* of no IP */
    make_ip(r, i, flow, way, pay);
    RECORD_SET(r, PROTO, what == 0 ? 6 : what == 1 ? 17 : 1);
    if (what < 2) {
        RECORD_SET(r, SPORT, way ? 443 : (uint16_t)(40000 + flow));
        RECORD_SET(r, DPORT, way ? (uint16_t)(40000 + flow) : 443);
    }
    if (what == 0)
        make_tcp(r, i, way, pay);
    else if (what == 1)
        RECORD_SET(r, UDPLEN, (uint16_t)(32 + pay));
    else
        make_icmp(r, i, way);
    if (k == 2 && below(30) == 0)
        r->present &= ~(UINT64_C(1) << below(FIELD_COUNT)) | 1;
}

/* The block with its streams as they are, so that patches reach decoders. */
static void unpack_streams(const struct buf *packed, struct buf *out)
{
    struct block_head h;
    struct err e = {0};

    if (!block_head_read(packed->data, packed->len, &h, &e))
        abort();
    buf_fill(out, 0, BLOCK_HEADER);
    for (uint32_t i = 0; i < h.streams; i++) {
        struct block_stream *s = &h.stream[i];
        uint32_t at = (uint32_t)out->len;
        buf_fill(out, 0, s->raw);
        if (!codec_unpack((enum codec)s->codec, packed->data + s->offset,
                          s->stored, s->width, out->data + at, s->raw))
            abort();
        s->codec = CODEC_RAW;
        s->offset = at;
        s->stored = s->raw;
    }
    h.bytes = out->len;
    block_head_write(&h, out->data);
}

static void make_base(struct block_encoder *encoder, uint32_t k)
{
    static struct block_row rows[BASE_ROWS];
    const struct block_row *order[BASE_ROWS];
    struct block_head head = {.sequence = 1, .sensor = "s"}, back;
    struct buf packed = {0};
    struct err e = {0};
    bool dense = false;

    memset(rows, 0, sizeof rows);
    for (uint32_t i = 0; i < BASE_ROWS; i++) {
        make_row(&rows[i].record, k, i);
        rows[i].capture_id = 1;
        rows[i].position = i;
        order[i] = &rows[i];
    }
    block_encode(encoder, order, BASE_ROWS, &head, &packed);
    if (!block_head_read(packed.data, packed.len, &back, &e))
        abort();
    for (uint32_t i = 0; i < back.streams; i++)
        dense = dense || back.stream[i].id == STREAM_SHAPE;
    if (!dense) /* it would test nothing */
        abort();
    unpack_streams(&packed, &base[k]);
    buf_free(&packed);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct block_encoder *encoder = block_encoder_new();

    (void)argc;
    (void)argv;
    for (uint32_t k = 0; k < BASES; k++)
        make_base(encoder, k);
    block_encoder_free(encoder);
    return 0;
}

/* A lie in the directory; lengths agree, for others are refused at once. */
static void patch_entry(struct block_head *h, struct block_stream *s,
                        uint32_t what, uint8_t v)
{
    static const uint8_t widths[] = {1, 2, 4, 8};
    uint32_t raw = s->raw;

    switch (what % 9) {
    case 0: s->id = v; break;
    case 1: s->kind = v; break;
    case 2: s->encoding = v % 8; break;
    case 3: s->width = v & 31; break;
    case 4: h->rows = v + 1u; break;
    case 5: raw = v; break;
    case 6: raw = 8 + (v >> 2) * widths[v & 3]; break;
    case 7: h->unit = v; break;
    default: s->encoding = ENCODING_CONSTANT; raw = 8;
    }
    if (raw <= h->bytes - s->offset)
        s->raw = s->stored = raw;
}

/* A patch is stream, place and value. The place's highest bits say what it is
 * in: bytes, all bytes from there on, or the directory. */
static void patch(struct cursor *c, struct block_head *h, uint8_t *bytes)
{
    struct block_stream *s = &h->stream[cursor_u8(c) % h->streams];
    uint32_t at = cursor_u16(c), kind = at >> 14;
    uint8_t v = cursor_u8(c);

    at &= 0x3fff;
    if (kind == 3) {
        patch_entry(h, s, at, v);
    } else if (s->raw) {
        at %= s->raw;
        memset(bytes + s->offset + at, v, kind == 2 ? s->raw - at : 1);
    }
}

static void read_patched(struct cursor *c, uint8_t how)
{
    const struct buf *from = &base[how % BASES];
    struct block_head h;
    struct buf bytes = {0};
    struct err e = {0};

    if (!block_head_read(from->data, from->len, &h, &e))
        abort();
    buf_put(&bytes, from->data, from->len);
    while (c->end - c->at >= 4)
        patch(c, &h, bytes.data);
    block_head_write(&h, bytes.data);
    read_block(bytes.data, bytes.len, how & 64);
    buf_free(&bytes);
}

/* ---- blocks from nothing ---- */

static uint32_t take(struct cursor *c, struct block_stream *s, uint32_t offset)
{
    s->id = cursor_u8(c);
    s->kind = cursor_u8(c);
    s->encoding = cursor_u8(c);
    uint8_t how = cursor_u8(c);
    s->codec = how & 3;
    s->width = how >> 3;
    s->raw = cursor_u16(c);
    s->stored = cursor_u16(c);
    s->offset = offset;
    return offset + s->stored;
}

/* A block of these streams; lengths may be lies, as ever. */
static void build(struct cursor *c, struct buf *out)
{
    struct block_head h = {.rows = 1 + cursor_u16(c) % 300, .sensor = "s"};
    uint32_t offset = BLOCK_HEADER;

    h.unit = cursor_u8(c);
    h.streams = cursor_u8(c) % BLOCK_STREAMS;
    for (uint32_t i = 0; i < h.streams; i++)
        offset = take(c, &h.stream[i], offset);
    buf_fill(out, 0, BLOCK_HEADER);
    buf_put(out, c->at, (size_t)(c->end - c->at));
    h.bytes = out->len;
    block_head_write(&h, out->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = {data, data + size, false};
    struct buf bytes = {0};
    struct err e = {0};
    uint8_t how = cursor_u8(&c);

    if (how >= 128) {
        read_patched(&c, how);
        return 0;
    }
    build(&c, &bytes);
    read_block(bytes.data, bytes.len, how & 64);
    buf_free(&bytes);
    if (size >= BLOCK_HEADER) { /* and as it is */
        struct block *b = block_open_unchecked(data, size, NULL, &e);
        block_close(b);
    }
    return 0;
}
