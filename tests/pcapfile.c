/* pcapfile.c - writes capture files, compressed ones through libarchive. */
#include "tests/pcapfile.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

static void put32(struct pcapfile *f, uint32_t v)
{
    buf_u32(&f->bytes, f->big ? __builtin_bswap32(v) : v);
}

void pcapfile_header(struct pcapfile *f, uint32_t snaplen, uint32_t linktype)
{
    uint32_t magic = f->modified ? 0xa1b2cd34 : f->ns ? 0xa1b23c4d : 0xa1b2c3d4;

    put32(f, magic);
    buf_u16(&f->bytes, f->big ? 0x0200 : 2);
    buf_u16(&f->bytes, f->big ? 0x0400 : 4);
    put32(f, 0);
    put32(f, 0);
    put32(f, snaplen);
    put32(f, linktype);
}

void pcapfile_packet(struct pcapfile *f, uint32_t sec, uint32_t sub,
                     uint32_t caplen, uint32_t len, const void *bytes)
{
    put32(f, sec);
    put32(f, sub);
    put32(f, caplen);
    put32(f, len);
    if (f->modified)
        buf_fill(&f->bytes, 0, 8);
    buf_put(&f->bytes, bytes, caplen);
}

void pcapfile_tcp(struct pcapfile *f, uint32_t sec, uint32_t i)
{
    uint8_t frame[54] = {
        2,    0, 0, 0,  0, 1,  2, 0, 0, 0,  0, 2, 8,    0,   0x45, 0, 0,
        40,   0, 0, 0,  0, 64, 6, 0, 0, 10, 0, 0, 1,    192, 0,    2, 1,
        0x80, 0, 0, 80, 0, 0,  0, 0, 0, 0,  0, 0, 0x50, 2,   4,    0,
    };

    frame[18] = (uint8_t)(i >> 8);
    frame[19] = (uint8_t)i;
    frame[28] = (uint8_t)(i % 7);
    frame[35] = (uint8_t)(i >> 16);
    pcapfile_packet(f, sec + i, i % 1000, sizeof frame, 60, frame);
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "cannot write a test capture: %s\n", what);
    abort();
}

static void save_plain(const struct pcapfile *f, const char *path, size_t len)
{
    FILE *out = fopen(path, "wb");

    must(out, path);
    must(fwrite(f->bytes.data, 1, len, out) == len, path);
    must(fclose(out) == 0, path);
}

static int add_filter(struct archive *a, enum pcapfile_filter filter)
{
    switch (filter) {
    case PCAPFILE_GZIP: return archive_write_add_filter_gzip(a);
    case PCAPFILE_ZSTD: return archive_write_add_filter_zstd(a);
    case PCAPFILE_BZIP2: return archive_write_add_filter_bzip2(a);
    case PCAPFILE_XZ: return archive_write_add_filter_xz(a);
    case PCAPFILE_LZ4: return archive_write_add_filter_lz4(a);
    default: return ARCHIVE_FATAL;
    }
}

void pcapfile_save(const struct pcapfile *f, const char *path, size_t len,
                   enum pcapfile_filter filter)
{
    if (filter == PCAPFILE_PLAIN) {
        save_plain(f, path, len);
        return;
    }
    struct archive *a = archive_write_new();
    struct archive_entry *entry = archive_entry_new();

    must(add_filter(a, filter) == ARCHIVE_OK, "filter");
    must(archive_write_set_format_raw(a) == ARCHIVE_OK, "format");
    archive_write_set_bytes_in_last_block(a, 1);
    must(archive_write_open_filename(a, path) == ARCHIVE_OK, path);
    archive_entry_set_filetype(entry, 0100000);
    archive_entry_set_pathname(entry, "data");
    must(archive_write_header(a, entry) == ARCHIVE_OK, "header");
    must(archive_write_data(a, f->bytes.data, len) == (la_ssize_t)len, "data");
    must(archive_write_close(a) == ARCHIVE_OK, "close");
    archive_entry_free(entry);
    archive_write_free(a);
}
