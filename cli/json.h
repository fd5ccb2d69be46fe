/* json.h - objects of reports, RFC 8259, pretty enough to read. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* {.out = stdout} begins; one thread. Keys are NULL inside arrays. */
struct json {
    FILE *out;
    bool comma; /* something stands before at this level */
    int depth;
};

void json_open(struct json *j, const char *key, char bracket); /* { or [ */
void json_close(struct json *j, char bracket);                 /* } or ] */
void json_number(struct json *j, const char *key, uint64_t n);
void json_real(struct json *j, const char *key, double v, int digits);
void json_bool(struct json *j, const char *key, bool v);
void json_text(struct json *j, const char *key, const char *s);
void json_null(struct json *j, const char *key);
void json_time(struct json *j, const char *key, int64_t t); /* UTC */

#endif
