/* files.c - whole files in and out. */
#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool failed(struct err *e, enum err_code code, const char *what,
                   const char *path)
{
    return err_set(e, code, "cannot %s %s: %s", what, path,
                   strerrordesc_np(errno));
}

static bool read_all(int fd, const char *path, struct buf *out, struct err *e)
{
    for (;;) {
        buf_reserve(out, 1 << 16);
        ssize_t n = read(fd, out->data + out->len, 1 << 16);
        if (n < 0 && errno == EINTR)
            return err_set(e, ERR_STOPPED, "interrupted");
        if (n < 0)
            return failed(e, ERR_USAGE, "read", path);
        if (n == 0)
            break;
        out->len += (size_t)n;
        if (out->len > FILES_TEXT_MAX)
            return err_set(e, ERR_USAGE, "%s is longer than 16 MiB", path);
    }
    buf_u8(out, 0);
    out->len--;
    return true;
}

bool files_read(const char *path, struct buf *out, struct err *e)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", out, e);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failed(e, ERR_USAGE, "open", path);
    bool ok = read_all(fd, path, out, e);
    close(fd);
    return ok;
}

char *files_join(const char *dir, const char *name)
{
    struct buf b = {0};

    buf_printf(&b, "%s/%s", dir, name);
    buf_u8(&b, 0);
    return (char *)b.data;
}
