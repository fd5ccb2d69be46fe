/* summary.c - what an ingest did. */
#include "cli/summary.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "cli/info.h"
#include "cli/json.h"

#define PROGRESS_EVERY 0.1 /* seconds */

double summary_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t added(const struct ingest_report *r)
{
    return r->store_after > r->store_before ? r->store_after - r->store_before
                                            : 0;
}

static double a_packet(const struct ingest_report *r)
{
    return r->packets_kept ? (double)added(r) / (double)r->packets_kept : 0;
}

static double a_second(const struct ingest_report *r, double seconds)
{
    return seconds > 0 ? (double)r->packets_read / seconds : 0;
}

static void put_text(FILE *out, const char *s)
{
    text_print(out, s, strlen(s));
}

/* How the outcomes read in a sentence; the rest stand for themselves. */
static const char *outcome_text(uint32_t i)
{
    return i == INGEST_KNOWN ? "already there" : ingest_outcome_names[i];
}

static void print_files(FILE *out, const struct ingest_report *r)
{
    const char *comma = "";

    fputs("files      ", out);
    for (uint32_t i = 0; i < INGEST_OUTCOMES; i++)
        if (r->files[i] || i == INGEST_NEW) {
            fprintf(out, "%s%" PRIu64 " %s", comma, r->files[i],
                    outcome_text(i));
            comma = ", ";
        }
    if (r->files_passed)
        fprintf(out, "; %" PRIu64 " passed over, no captures", r->files_passed);
    if (r->files_cut)
        fprintf(out, "; %" PRIu64 " cut", r->files_cut);
    if (r->files_stepped_back)
        fprintf(out, "; in %" PRIu64 " the clock went back",
                r->files_stepped_back);
    if (r->files_overlapping)
        fprintf(out, "; %" PRIu64 " overlap others of their sensor",
                r->files_overlapping);
    fputc('\n', out);
}

static void print_packets(FILE *out, const struct ingest_report *r)
{
    char n[32], kept[32];

    fprintf(out, "packets    %s read, %s kept\n",
            info_grouped(n, r->packets_read),
            info_grouped(kept, r->packets_kept));
    for (uint32_t i = 0; i < r->skips; i++) {
        fprintf(out,
                "           %s skipped: ", info_grouped(n, r->skip[i].packets));
        put_text(out, r->skip[i].reason);
        fputc('\n', out);
    }
}

static void print_span(FILE *out, const struct ingest_report *r)
{
    char from[TIMESTAMP_TEXT_MAX], to[TIMESTAMP_TEXT_MAX];

    if (r->packets_kept == 0)
        return;
    timestamp_format(from, r->first_time, 0);
    timestamp_format(to, r->last_time, 0);
    fprintf(out, "span       %s to %s\n", from, to);
}

static void print_bytes(FILE *out, const struct ingest_report *r,
                        double seconds)
{
    char in[24], unpacked[24], more[24], all[24], rate[24];

    text_bytes(in, r->bytes_in);
    text_bytes(unpacked, r->bytes_unpacked);
    text_bytes(more, added(r));
    text_bytes(all, r->store_after);
    text_count(rate, (uint64_t)a_second(r, seconds));
    fprintf(out, "bytes      %s in", in);
    if (r->bytes_unpacked != r->bytes_in)
        fprintf(out, " (%s unpacked)", unpacked);
    fprintf(out, ", %s added to a store of now %s", more, all);
    if (r->packets_kept)
        fprintf(out, ", %.2f a packet", a_packet(r));
    fprintf(out, "\ntime       %.2f s, %s packets/s\n", seconds, rate);
}

void summary_print(FILE *out, const struct ingest_report *r, double seconds)
{
    print_files(out, r);
    print_packets(out, r);
    print_span(out, r);
    print_bytes(out, r, seconds);
}

void summary_warnings(FILE *out, const struct ingest_report *r)
{
    for (uint32_t i = 0; i < r->warnings; i++) {
        fputs("warning: ", out);
        if (r->warning[i].path[0]) {
            put_text(out, r->warning[i].path);
            fputs(": ", out);
        }
        put_text(out, r->warning[i].text);
        fputc('\n', out);
    }
    if (r->warnings_more)
        fprintf(out, "warning: and %" PRIu64 " more of the kind\n",
                r->warnings_more);
}

static void json_skips(struct json *j, const struct ingest_report *r)
{
    json_open(j, "skipped", '{');
    for (uint32_t i = 0; i < r->skips; i++)
        json_number(j, r->skip[i].reason, r->skip[i].packets);
    json_close(j, '}');
}

static void json_files(struct json *j, const struct ingest_report *r)
{
    json_open(j, "files", '{');
    for (uint32_t i = 0; i < INGEST_OUTCOMES; i++)
        json_number(j, ingest_outcome_names[i], r->files[i]);
    json_number(j, "passed_over", r->files_passed);
    json_number(j, "cut", r->files_cut);
    json_number(j, "stepped_back", r->files_stepped_back);
    json_number(j, "overlapping", r->files_overlapping);
    json_close(j, '}');
}

static void json_span(struct json *j, const struct ingest_report *r)
{
    if (r->packets_kept) {
        json_time(j, "first", r->first_time);
        json_time(j, "last", r->last_time);
        return;
    }
    json_null(j, "first");
    json_null(j, "last");
}

static void json_warnings(struct json *j, const struct ingest_report *r)
{
    json_open(j, "warnings", '[');
    for (uint32_t i = 0; i < r->warnings; i++) {
        json_open(j, NULL, '{');
        json_text(j, "path", r->warning[i].path);
        json_text(j, "text", r->warning[i].text);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_number(j, "warnings_more", r->warnings_more);
}

void summary_json(FILE *out, const struct ingest_report *r, double seconds)
{
    struct json j = {.out = out};

    json_open(&j, NULL, '{');
    json_number(&j, "packets_read", r->packets_read);
    json_number(&j, "packets_kept", r->packets_kept);
    json_skips(&j, r);
    json_files(&j, r);
    json_span(&j, r);
    json_number(&j, "bytes_in", r->bytes_in);
    json_number(&j, "bytes_unpacked", r->bytes_unpacked);
    json_number(&j, "bytes_on_disk", r->store_after);
    json_number(&j, "bytes_added", added(r));
    json_real(&j, "bytes_a_packet", a_packet(r), 3);
    json_real(&j, "seconds", seconds, 3);
    json_real(&j, "packets_a_second", a_second(r, seconds), 0);
    json_bool(&j, "incomplete", r->incomplete);
    json_warnings(&j, r);
    json_close(&j, '}');
}

static void put_left(FILE *out, double seconds)
{
    char text[TIMESTAMP_TEXT_MAX];

    timestamp_format_length(text, (int64_t)seconds * TIMESTAMP_SECOND);
    fprintf(out, "  %s left", text);
}

void summary_progress_show(struct summary_progress *p,
                           const struct ingest_progress *now)
{
    double t = summary_clock(), took;
    char packets[24], rate[24];

    if (t - p->shown < PROGRESS_EVERY)
        return;
    p->shown = t;
    took = t - p->began;
    text_count(packets, now->packets);
    text_count(rate, (uint64_t)(took > 0 ? (double)now->packets / took : 0));
    fprintf(p->out,
            "\r\033[K%" PRIu64 " of %" PRIu64
            " files  %s packets  %s packets/s",
            now->files_done, now->files, packets, rate);
    if (now->bytes > 0 && now->bytes_total > now->bytes)
        put_left(p->out, took * (double)(now->bytes_total - now->bytes) /
                             (double)now->bytes);
    fflush(p->out);
    p->any = true;
}

void summary_progress_clear(struct summary_progress *p)
{
    if (p->any)
        fputs("\r\033[K", p->out);
    p->any = false;
}
