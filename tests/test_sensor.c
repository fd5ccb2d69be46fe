/* test_sensor.c - names of sensors out of names of files. */
#include "tests/test.h"

#include <string.h>

#include "ingest/sensor.h"

static const struct sample {
    const char *path, *sensor;
} samples[] = {
    {"edge1-20260901-00.pcap",             "edge1"    },
    {"/data/20260901/edge1_2026-09-01.gz", "edge1"    },
    {"edge.dmz-2026_09_01.pcap.zst",       "edge.dmz" },
    {"a-b-20260901123000.pcap",            "a-b"      },
    {"--20260901.pcap",                    "default"  },
    {"20260901.pcap",                      "default"  },
    {"edge1.pcap",                         "default"  },
    {"edge1-20261301.pcap",                "default"  },
    {"edge1-2026-09_01.pcap",              "default"  },
    {"edge1-18000901.pcap",                "default"  },
    {"edge120260901.pcap",                 "default"  },
    {"x-2026",                             "default"  },
    {"x-2026-",                            "default"  },
    {"x-2026-0",                           "default"  },
    {"x-2026-09-0",                        "default"  },
    {"x-2026-09-01",                       "x"        },
    {"edge-1999-20260901",                 "edge-1999"},
    {"-",                                  "default"  },
    {"",                                   "default"  },
};

static void takes_what_stands_before_a_date(void **state)
{
    char out[SENSOR_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        sensor_from_path(out, samples[i].path);
        assert_string_equal(out, samples[i].sensor);
    }
}

static void cuts_a_long_name(void **state)
{
    char path[200], out[SENSOR_MAX];

    (void)state;
    memset(path, 'x', 100);
    memcpy(path + 100, "-20260901", 10);
    sensor_from_path(out, path);
    assert_int_equal(strlen(out), SENSOR_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_stands_before_a_date),
        cmocka_unit_test(cuts_a_long_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
