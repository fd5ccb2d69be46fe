/* manifest.c - see manifest.h. */
#include "bench/gen/manifest.h"

#include "base/timestamp.h"
#include "bench/gen/place.h"

static void put_addr(FILE *out, uint32_t ip)
{
    fprintf(out, "\"%u.%u.%u.%u\"", ip >> 24, ip >> 16 & 255, ip >> 8 & 255,
            ip & 255);
}

static void put_list(FILE *out, const uint32_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            fputc(',', out);
        put_addr(out, list[i]);
    }
}

static void put_time(FILE *out, const char *name, int64_t us)
{
    fprintf(out, "\"%s\":%lld.%06lld,", name, (long long)(us / 1000000),
            (long long)(us % 1000000));
}

bool manifest_open(struct manifest *m, const struct options *o,
                   const struct world *w, struct err *e)
{
    uint32_t up[WORLD_HOSTS];
    char path[4096];
    size_t n = 0;

    snprintf(path, sizeof path, "%s/truth.json", o->dir);
    *m = (struct manifest){.out = fopen(path, "w")};
    if (!m->out)
        return err_set(e, ERR_SYSTEM, "cannot write %s: %m", path);
    for (int i = 0; i < WORLD_HOSTS; i++) {
        if (w->populated[i])
            up[n++] = w->home[i];
    }
    fprintf(m->out, "{\"seed\":%llu,\"start\":\"%s\",\"days\":%llu,\n",
            (unsigned long long)o->seed, o->start_text,
            (unsigned long long)o->days);
    fputs("\"home\":[" PLACE_HOME_JSON "],\n\"populated\":[", m->out);
    put_list(m->out, up, n);
    fputs("],\n\"campaigns\":[", m->out);
    return true;
}

void manifest_add(struct manifest *m, const struct campaign *c)
{
    fprintf(m->out,
            "%s\n {\"id\":%u,\"kind\":\"%s\",\"note\":\"%s\",\"packets\":%zu,",
            m->campaigns ? "," : "", m->campaigns, c->kind, c->note,
            c->plant->n - c->first);
    put_time(m->out, "start", c->from / 1000);
    put_time(m->out, "end", (c->to + 999) / 1000);
    fputs("\"sources\":[", m->out);
    put_list(m->out, c->sources, c->n_sources);
    fputs("],\"targets\":[", m->out);
    put_list(m->out, c->targets, c->n_targets);
    fputs("]}", m->out);
    m->campaigns++;
}

bool manifest_close(struct manifest *m, struct err *e)
{
    fputs("\n]}\n", m->out);
    bool bad = ferror(m->out);
    bad |= fclose(m->out) != 0;
    return !bad || err_set(e, ERR_SYSTEM, "cannot write truth.json: %m");
}
