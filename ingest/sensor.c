/* sensor.c - finds the date in a file name. */
#include "ingest/sensor.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Value of `n` digits at s, or -1. */
static int digits(const char *s, int n)
{
    int v = 0;

    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + s[i] - '0';
    }
    return v;
}

static bool is_separator(char c)
{
    return c == '-' || c == '_' || c == '.';
}

/* YYYYMMDD, or with separators between. */
static bool is_date(const char *s)
{
    int year = digits(s, 4);
    size_t apart = year >= 0 && is_separator(s[4]);
    int month = year < 0 ? -1 : digits(s + 4 + apart, 2);

    if (month < 0 || (apart && s[7] != s[4]))
        return false;
    int day = digits(s + 6 + 2 * apart, 2);

    return year >= 1970 && year < 2200 && month >= 1 && month <= 12 &&
           day >= 1 && day <= 31;
}

void sensor_from_path(char out[SENSOR_MAX], const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t at = 0;

    while (name[at] &&
           !((at == 0 || is_separator(name[at - 1])) && is_date(name + at)))
        at++;
    size_t len = name[at] ? at : 0;

    while (len && is_separator(name[len - 1]))
        len--;
    if (len)
        snprintf(out, SENSOR_MAX, "%.*s", (int)len, name);
    else
        snprintf(out, SENSOR_MAX, "default");
}
