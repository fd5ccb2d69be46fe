/* names.h - services and protocols that a filter may name. */
#ifndef QUERY_NAMES_H
#define QUERY_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/suggest.h"

/* The port of a service: the well-known ones first, so that a query means the
 * same everywhere, then the system's list. False: not known. */
bool names_service(const char *name, uint16_t *port);
/* The number of an IP protocol. */
bool names_protocol(const char *name, uint8_t *number);

void names_suggest_services(struct suggest *near);
void names_suggest_protocols(struct suggest *near);

#endif
