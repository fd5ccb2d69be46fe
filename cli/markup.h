/* markup.h - text in HTML and SVG. Everything from a capture was written by an
 * attacker: it goes through here. */
#ifndef CLI_MARKUP_H
#define CLI_MARKUP_H

#include "base/buf.h"

/* Text that ends the buffer, from `from` on, becomes character data that is
 * also fit for a quoted attribute: & < > " ' are escaped. It must be free of
 * control characters already, as what render.h makes is. */
void markup_escape(struct buf *out, size_t from);
void markup_text(struct buf *out, const char *s, size_t len);

#endif
