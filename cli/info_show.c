/* info_show.c - what a store holds, as text and as JSON. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "cli/info.h"
#include "cli/json.h"

enum { GAPS_SHOWN = 10, FIELDS_SHOWN = 8 };

const char *info_grouped(char out[32], uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n);
    char *at = out;

    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = '\0';
    return out;
}

static void put_text(FILE *out, const char *s)
{
    text_print(out, s, strlen(s));
}

static const char *seconds(char out[TIMESTAMP_TEXT_MAX], int64_t t)
{
    timestamp_format(out, t, 0);
    out[strcspn(out, ".")] = '\0';
    return out;
}

static void print_span(FILE *out, const struct info *i)
{
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX],
        length[TIMESTAMP_TEXT_MAX];

    if (!i->any) {
        fputs("span       no packets\n", out);
        return;
    }
    timestamp_format(from, i->first, 0);
    timestamp_format(to, i->last, 0);
    timestamp_format_length(length, i->last - i->first);
    fprintf(out, "span       %s to %s (%s)\n", from, to, length);
}

static double bytes_a_packet(const struct info *i)
{
    return i->usage.rows ? (double)i->bytes / (double)i->usage.rows : 0;
}

static void print_sizes(FILE *out, const struct info *i)
{
    char n[32], blocks[32], size[24];

    text_bytes(size, i->bytes);
    fprintf(out, "packets    %s in %s blocks\n", info_grouped(n, i->usage.rows),
            info_grouped(blocks, i->usage.blocks));
    if (i->odd)
        fprintf(out, "odd times  %s packets\n", info_grouped(n, i->odd));
    fprintf(out, "on disk    %s", size);
    if (i->usage.rows)
        fprintf(out, ", %.2f bytes a packet", bytes_a_packet(i));
    fputc('\n', out);
}

static void print_sensors(FILE *out, const struct info *i)
{
    char n[32];

    for (uint32_t k = 0; k < i->sensors; k++) {
        fputs(k ? "           " : "sensors    ", out);
        put_text(out, i->sensor[k].name);
        fprintf(out, ": %s packets in %" PRIu64 " captures\n",
                info_grouped(n, i->sensor[k].packets), i->sensor[k].captures);
    }
}

static void print_coverage(FILE *out, const struct info *i)
{
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];

    if (i->no_cover.code) {
        fputs("coverage   not known: ", out);
        put_text(out, i->no_cover.text);
        fputc('\n', out);
    }
    for (uint32_t k = 0; k < i->covers && k < GAPS_SHOWN; k++) {
        fputs(k ? "           " : "coverage   ", out);
        put_text(out, i->cover[k].sensor);
        fprintf(out, " %s to %s%s\n", seconds(from, i->cover[k].from),
                seconds(to, i->cover[k].to),
                i->cover[k].partial ? ", partial: packets were lost" : "");
    }
    if (i->covers > GAPS_SHOWN)
        fprintf(out, "           and %u more: --json lists all\n",
                i->covers - GAPS_SHOWN);
}

static void print_gaps(FILE *out, const struct info *i)
{
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX],
        length[TIMESTAMP_TEXT_MAX];

    if (i->covers && !i->gaps)
        fputs("gaps       none\n", out);
    for (uint32_t k = 0; k < i->gaps && k < GAPS_SHOWN; k++) {
        const struct info_gap *g = &i->gap[k];
        timestamp_format_length(length, g->to - g->from);
        fputs(k ? "           " : "gaps       ", out);
        put_text(out, g->sensor);
        fprintf(out, " %s to %s (%s)\n", seconds(from, g->from),
                seconds(to, g->to), length);
    }
    if (i->gaps > GAPS_SHOWN)
        fprintf(out, "           and %u more: --json lists all\n",
                i->gaps - GAPS_SHOWN);
}

void info_fields_by_size(const struct info *i, enum field_id order[])
{
    for (uint32_t k = 0; k < FIELD_COUNT; k++) {
        uint32_t at = k;
        while (at > 0 &&
               i->usage.field_bytes[order[at - 1]] < i->usage.field_bytes[k]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (enum field_id)k;
    }
}

static void print_fields(FILE *out, const struct info *i, uint32_t most)
{
    enum field_id order[FIELD_COUNT];
    double rows = i->usage.rows ? (double)i->usage.rows : 1;
    char size[24];

    info_fields_by_size(i, order);
    for (uint32_t k = 0; k < FIELD_COUNT && k < most; k++) {
        uint64_t bytes = i->usage.field_bytes[order[k]];
        text_bytes(size, bytes);
        if (bytes)
            fprintf(out, "%s%-12s %9s  %6.3f B a packet\n",
                    k ? "           " : "fields     ",
                    schema_fields[order[k]].name, size, (double)bytes / rows);
    }
}

static void print_index(FILE *out, const struct info *i)
{
    char size[24];

    if (!i->usage.index_bytes)
        return;
    text_bytes(size, i->usage.index_bytes);
    fprintf(out, "index      %s, %.3f bytes a packet\n", size,
            (double)i->usage.index_bytes /
                (double)(i->usage.rows ? i->usage.rows : 1));
}

void info_print(FILE *out, const struct info *i)
{
    char n[32];

    fputs("store      ", out);
    put_text(out, i->dir);
    fprintf(out, " (format %" PRIu32 "%s)\n", i->format,
            i->format < store_format ? ": `trawl upgrade` rewrites it" : "");
    print_span(out, i);
    print_sizes(out, i);
    print_index(out, i);
    fprintf(out, "captures   %s",
            info_grouped(n, store_reader_captures(i->reader)));
    fprintf(out, i->cut ? ", %" PRIu64 " of them cut\n" : "\n", i->cut);
    if (i->overlaps)
        fprintf(out,
                "overlaps   %" PRIu32 " captures overlap others of their "
                "sensor: --captures lists them\n",
                i->overlaps);
    print_sensors(out, i);
    print_coverage(out, i);
    print_gaps(out, i);
    print_fields(out, i, FIELDS_SHOWN);
}

void info_print_streams(FILE *out, const struct info *i)
{
    double rows = i->usage.rows ? (double)i->usage.rows : 1;
    char size[24];

    print_fields(out, i, FIELD_COUNT);
    for (uint32_t k = 0; k < STORE_PARTS; k++) {
        const struct store_part *p = &i->usage.part[k];
        text_bytes(size, p->bytes);
        fprintf(out, "%s%-12s %9s  %6.3f B a packet\n",
                k ? "           " : "shared     ", p->name, size,
                (double)p->bytes / rows);
    }
    text_bytes(size, i->usage.other_bytes);
    fprintf(out, "           %-12s %9s  %6.3f B a packet\n", "together", size,
            (double)i->usage.other_bytes / rows);
}

/* That of capture k, if the next in *at is; they come by captures. */
static const struct overlap *overlap_at(const struct info *i, uint32_t *at,
                                        uint32_t k)
{
    return *at < i->overlaps && i->overlap[*at].capture == k
               ? &i->overlap[(*at)++]
               : NULL;
}

static void print_overlap(FILE *out, const struct info *i,
                          const struct overlap *o)
{
    char length[TIMESTAMP_TEXT_MAX];

    timestamp_format_length(length, o->length);
    fprintf(out, "%42soverlaps by %s  ", "", length);
    put_text(out, store_reader_capture(i->reader, o->with)->name);
    fputc('\n', out);
}

void info_print_captures(FILE *out, const struct info *i)
{
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];
    uint32_t n = store_reader_captures(i->reader), at = 0;

    for (uint32_t k = 0; k < n; k++) {
        const struct store_capture *c = store_reader_capture(i->reader, k);
        if (c->kept)
            fprintf(out, "%s  %s", seconds(from, c->first_time),
                    seconds(to, c->last_time));
        else
            fprintf(out, "%-19s  %-19s", "-", "-");
        fprintf(out, "  %9" PRIu64 " of %9" PRIu64 " packets  %-5s%s  ",
                c->kept, c->packets, c->state == CAPTURE_CUT ? "cut" : "whole",
                c->partial ? ", partial" : "");
        put_text(out, c->sensor);
        fputs("  ", out);
        put_text(out, c->name);
        fputc('\n', out);
        const struct overlap *o = overlap_at(i, &at, k);
        if (o)
            print_overlap(out, i, o);
    }
}

static void json_maybe_time(struct json *j, const char *key, bool has,
                            int64_t t)
{
    if (has)
        json_time(j, key, t);
    else
        json_null(j, key);
}

static void json_sensors(struct json *j, const struct info *i)
{
    json_open(j, "sensors", '[');
    for (uint32_t k = 0; k < i->sensors; k++) {
        json_open(j, NULL, '{');
        json_text(j, "name", i->sensor[k].name);
        json_number(j, "captures", i->sensor[k].captures);
        json_number(j, "packets", i->sensor[k].packets);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Left open: the caller closes it. */
static void json_interval(struct json *j, const char *sensor, int64_t from,
                          int64_t to)
{
    json_open(j, NULL, '{');
    json_text(j, "sensor", sensor);
    json_time(j, "from", from);
    json_time(j, "to", to);
}

static void json_coverage(struct json *j, const struct info *i)
{
    if (i->no_cover.code) {
        json_null(j, "coverage");
        json_null(j, "gaps");
        json_text(j, "coverage_unknown", i->no_cover.text);
        return;
    }
    json_open(j, "coverage", '[');
    for (uint32_t k = 0; k < i->covers; k++) {
        json_interval(j, i->cover[k].sensor, i->cover[k].from, i->cover[k].to);
        json_bool(j, "partial", i->cover[k].partial);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_open(j, "gaps", '[');
    for (uint32_t k = 0; k < i->gaps; k++) {
        json_interval(j, i->gap[k].sensor, i->gap[k].from, i->gap[k].to);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_overlap(struct json *j, const struct info *i,
                         const struct overlap *o)
{
    if (!o) {
        json_null(j, "overlaps");
        return;
    }
    json_open(j, "overlaps", '{');
    json_text(j, "name", store_reader_capture(i->reader, o->with)->name);
    json_real(j, "seconds", (double)o->length / 1e9, 6);
    json_close(j, '}');
}

static void json_captures(struct json *j, const struct info *i)
{
    uint32_t n = store_reader_captures(i->reader), at = 0;

    json_open(j, "captures", '[');
    for (uint32_t k = 0; k < n; k++) {
        const struct store_capture *c = store_reader_capture(i->reader, k);
        json_open(j, NULL, '{');
        json_text(j, "name", c->name);
        json_text(j, "sensor", c->sensor);
        json_number(j, "packets_read", c->packets);
        json_number(j, "packets_kept", c->kept);
        json_maybe_time(j, "first", c->kept > 0, c->first_time);
        json_maybe_time(j, "last", c->kept > 0, c->last_time);
        json_number(j, "file_bytes", c->file_bytes);
        json_number(j, "steps_back", c->steps_back);
        json_bool(j, "cut", c->state == CAPTURE_CUT);
        json_overlap(j, i, overlap_at(i, &at, k));
        json_bool(j, "partial", c->partial);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_fields(struct json *j, const struct info *i, uint32_t most)
{
    enum field_id order[FIELD_COUNT];

    info_fields_by_size(i, order);
    json_open(j, "field_bytes", '{');
    for (uint32_t k = 0; k < FIELD_COUNT && k < most; k++)
        json_number(j, schema_fields[order[k]].name,
                    i->usage.field_bytes[order[k]]);
    json_close(j, '}');
    json_number(j, "other_bytes", i->usage.other_bytes);
    json_number(j, "index_bytes", i->usage.index_bytes);
    json_open(j, "shared_bytes", '{');
    for (uint32_t k = 0; k < STORE_PARTS; k++)
        json_number(j, i->usage.part[k].name, i->usage.part[k].bytes);
    json_close(j, '}');
}

void info_json(FILE *out, const struct info *i, bool captures, bool streams)
{
    struct json j = {.out = out};

    json_open(&j, NULL, '{');
    json_text(&j, "store", i->dir);
    json_number(&j, "format", i->format);
    json_maybe_time(&j, "first", i->any, i->first);
    json_maybe_time(&j, "last", i->any, i->last);
    json_number(&j, "packets", i->usage.rows);
    json_number(&j, "packets_odd_time", i->odd);
    json_number(&j, "blocks", i->usage.blocks);
    json_number(&j, "bytes_on_disk", i->bytes);
    json_real(&j, "bytes_a_packet", bytes_a_packet(i), 3);
    json_number(&j, "capture_count", store_reader_captures(i->reader));
    json_number(&j, "captures_cut", i->cut);
    json_number(&j, "captures_overlapping", i->overlaps);
    json_sensors(&j, i);
    json_coverage(&j, i);
    json_fields(&j, i, streams ? FIELD_COUNT : FIELDS_SHOWN);
    if (captures)
        json_captures(&j, i);
    json_close(&j, '}');
}
