/* markup.c - the five characters that mean something in markup. */
#include "cli/markup.h"

#include <string.h>

#include "cli/render.h"

static const char *entity(uint8_t c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

void markup_escape(struct buf *out, size_t from)
{
    struct buf text = {0};

    buf_put(&text, out->data + from, out->len - from);
    out->len = from;
    for (size_t i = 0; i < text.len; i++) {
        const char *s = entity(text.data[i]);

        if (s)
            buf_put(out, s, strlen(s));
        else
            buf_u8(out, text.data[i]);
    }
    buf_free(&text);
}

void markup_text(struct buf *out, const char *s, size_t len)
{
    size_t from = out->len;

    render_outside(out, s, len);
    markup_escape(out, from);
}
