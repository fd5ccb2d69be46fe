/* sensor.h - the name of a sensor, as the name of its capture file has it. */
#ifndef INGEST_SENSOR_H
#define INGEST_SENSOR_H

#include <stddef.h>

enum { SENSOR_MAX = 64 }; /* with its NUL */

/* The part of the file name before a date, without separators (- _ .) at its
 * end: "edge1-20260901-00.pcap" and "edge1_2026-09-01.pcap" give "edge1".
 * "default" where there is no date, or nothing before it. */
void sensor_from_path(char out[SENSOR_MAX], const char *path);

#endif
