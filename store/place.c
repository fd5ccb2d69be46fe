/* place.c - refusing file systems of other machines: memory maps and locks of
 * LMDB do not hold there. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "store/inside.h"

/* statfs(2) and linux/magic.h. */
static const struct {
    uint32_t magic;
    const char *name;
} refused[] = {
    {0x6969,     "NFS" },
    {0xff534d42, "CIFS"},
    {0x517b,     "SMB" },
    {0xfe534d42, "SMB2"},
    {0x01021997, "9P"  },
    {0x5346414f, "AFS" },
    {0x6b414653, "AFS" },
    {0x73757245, "Coda"},
    {0x00c36400, "Ceph"},
};

enum { FUSE = 0x65735546 };

/* The type of the mount that holds the device, from lines of
 * "id parent major:minor root point options ... - type source options"
 * (proc(5)). */
static bool line_type(char *line, dev_t dev, char *type, size_t max)
{
    char *dash = strstr(line, " - "), *at = strchr(line, ' ');

    at = at ? strchr(at + 1, ' ') : NULL;
    if (!dash || !at)
        return false;
    unsigned long major = strtoul(at, &at, 10);
    unsigned long minor = *at == ':' ? strtoul(at + 1, &at, 10) : 0;
    if (makedev((unsigned)major, (unsigned)minor) != dev)
        return false;
    dash += 3;
    snprintf(type, max, "%.*s", (int)strcspn(dash, " "), dash);
    return true;
}

static bool mount_type(dev_t dev, char *type, size_t max)
{
    FILE *f = fopen("/proc/self/mountinfo", "re");
    char *line = NULL;
    size_t cap = 0;
    bool found = false;

    while (f && !found && getline(&line, &cap, f) > 0)
        found = line_type(line, dev, type, max);
    free(line);
    if (f)
        fclose(f);
    return found;
}

static bool refuse(const char *dir, const char *name, struct err *e)
{
    err_set(e, ERR_STORE, "%s is on a network file system (%s)", dir, name);
    err_hint(e, "put the store on a local disk");
    return false;
}

static bool check_fuse(const char *dir, struct err *e)
{
    static const char *const far[] = {"fuse.sshfs", "fuse.glusterfs",
                                      "fuse.s3fs", "fuse.rclone"};
    struct stat st;
    char type[64];

    if (stat(dir, &st) != 0 || !mount_type(st.st_dev, type, sizeof type))
        return true;
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        if (strcmp(type, far[i]) == 0)
            return refuse(dir, type, e);
    return true;
}

bool inside_check_place(const char *dir, struct err *e)
{
    struct statfs fs;

    if (statfs(dir, &fs) != 0)
        return err_set(e, ERR_STORE, "cannot examine %s: %m", dir);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if ((uint32_t)fs.f_type == refused[i].magic)
            return refuse(dir, refused[i].name, e);
    return (uint32_t)fs.f_type == FUSE ? check_fuse(dir, e) : true;
}
