/* link: -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -ldl */
/* test_faults.c - memory and system calls that fail, one at a time, each in a
 * process of its own: it ends cleanly, the store opens, and the next writer
 * makes it whole. */
#include "tests/test.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/store.h"
#include "store/upgrade.h"
#include "tests/feeds.h"
#include "tests/folder.h"
#include "tests/old.h"

#define START INT64_C(1788220800000000000) /* 2026-09-01T00:00:00Z */

/* Ours are renamed by the linker; those of libraries find this program's
 * before the C library's. */
void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);

enum fault {
    NONE,
    MEMORY,
    PWRITE,
    WRITEV,
    DATASYNC,
    MAP,
    TRUNCATE,
    FAULTS,
    DEATH
};

static const char *const names[FAULTS] = {
    "nothing", "memory", "pwrite", "writev", "fdatasync", "mmap", "ftruncate"};

static struct {
    enum fault kind;
    int left; /* calls until it strikes; below 1: never */
} fault;

static bool strikes(enum fault kind)
{
    return fault.kind == kind && fault.left > 0 && --fault.left == 0;
}

void *__wrap_malloc(size_t n)
{
    return strikes(MEMORY) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return strikes(MEMORY) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return strikes(MEMORY) ? NULL : __real_realloc(p, n);
}

static void *next(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);

    if (!f)
        abort();
    return f;
}

#define REAL(type, name)                                                       \
    __typeof__(type) *real;                                                    \
    void *found = next(name);                                                  \
    memcpy(&real, &found, sizeof real)

ssize_t pwrite(int fd, const void *data, size_t n, off_t at)
{
    REAL(ssize_t(int, const void *, size_t, off_t), "pwrite");
    if (strikes(DEATH))
        _exit(77);
    if (!strikes(PWRITE))
        return real(fd, data, n, at);
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *data, size_t n)
{
    REAL(ssize_t(int, const void *, size_t), "write");
    if (strikes(DEATH))
        _exit(77);
    return real(fd, data, n);
}

int rename(const char *from, const char *to)
{
    REAL(int(const char *, const char *), "rename");
    if (strikes(DEATH))
        _exit(77);
    return real(from, to);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    REAL(ssize_t(int, const struct iovec *, int), "writev");
    if (strikes(DEATH))
        _exit(77);
    if (!strikes(WRITEV))
        return real(fd, v, n);
    errno = EIO;
    return -1;
}

int fdatasync(int fd)
{
    REAL(int(int), "fdatasync");
    if (strikes(DEATH))
        _exit(77);
    if (!strikes(DATASYNC))
        return real(fd);
    errno = EIO;
    return -1;
}

int ftruncate(int fd, off_t n)
{
    REAL(int(int, off_t), "ftruncate");
    if (strikes(DEATH))
        _exit(77);
    if (!strikes(TRUNCATE))
        return real(fd, n);
    errno = ENOSPC;
    return -1;
}

void *mmap(void *at, size_t n, int prot, int flags, int fd, off_t from)
{
    REAL(void *(void *, size_t, int, int, int, off_t), "mmap");
    if (fd >= 0 && strikes(DEATH))
        _exit(77);
    if (fd < 0 || !strikes(MAP))
        return real(at, n, prot, flags, fd, from);
    errno = EACCES;
    return MAP_FAILED;
}

/* ---- a store, before and after ---- */

static const struct feed_made base = {.seed = 1,
                                      .packets = 150,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1000,
                                      .months = 2,
                                      .every = 100};
static const struct feed_made more = {.seed = 2,
                                      .packets = 300,
                                      .sensor = "a",
                                      .start = START,
                                      .step = 1500,
                                      .months = 3,
                                      .every = 100};

static struct feeds_seen seen;
static struct err e;

static void make_store(const char *folder)
{
    struct store_options o = {0};

    assert_true(store_create(folder, &o, &e));
    struct store *s = store_open(folder, &e);
    assert_non_null(s);
    assert_true(feeds_ingest(s, &base, &e));
    store_close(s);
}

static void count_damage(void *ctx, const struct store_damage *d)
{
    print_error("%s: %s\n", d->where, d->what);
    ++*(uint32_t *)ctx;
}

static uint64_t read_store(struct store *s)
{
    struct strtab t = {0};
    struct store_reader *r = store_reader_open(s, &t, false, &e);

    if (!r)
        fail_msg("%s", e.text);
    feeds_read(r, &seen);
    store_reader_close(r);
    strtab_free(&t);
    return seen.rows;
}

/* Whole commits are there; the next writer adds what is missing. */
static void go_on(const char *folder, uint32_t packets)
{
    struct feed_made f = more;
    struct store *s = store_open(folder, &e);
    uint64_t blocks, rows;
    uint32_t damage = 0;

    f.packets = packets;
    if (!s)
        fail_msg("%s", e.text);
    rows = read_store(s);
    assert_true(rows >= 150 && (rows - 150) % 100 == 0);
    feeds_expect(&seen, &base, 150);
    feeds_expect(&seen, &more, (uint32_t)rows - 150);
    if (!feeds_ingest(s, &f, &e))
        fail_msg("%s", e.text);
    assert_int_equal(read_store(s), 150 + packets);
    feeds_expect(&seen, &more, packets);
    assert_true(store_check(s, count_damage, &damage, &blocks, &rows, &e));
    assert_int_equal(damage, 0);
    assert_int_equal(rows, 150 + packets);
    store_close(s);
}

/* Ends with 0, or with the error's status; 78: the fault struck, and yet all
 * went well. */
static _Noreturn void work(const char *folder, enum fault kind, int n)
{
    struct store *s;

    if (freopen("/dev/null", "w", stderr) == NULL)
        _exit(79);
    fault.left = n;
    fault.kind = kind;
    s = store_open(folder, &e);
    bool good = s && feeds_ingest(s, &more, &e);
    bool struck = n > 0 && fault.left == 0;
    fault.left = 0;
    store_close(s);
    _exit(!good ? err_exit_status(&e) : struck ? 78 : 0);
}

static int ended(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status))
        fail_msg("ended by signal %d", WTERMSIG(status));
    return WEXITSTATUS(status);
}

/* True: the n-th call was reached. */
static bool fail_nth(enum fault kind, int n)
{
    char *folder = folder_make();

    make_store(folder);
    pid_t pid = fork();
    if (pid == 0)
        work(folder, kind, n);
    int status = ended(pid);
    if (status != 0 && status != 5 && status != 78)
        fail_msg("%s %d ends with %d", names[kind], n, status);
    go_on(folder, 300);
    folder_remove(folder);
    return status != 0;
}

static int fail_all(enum fault kind, int dense, int most)
{
    int n = 1;

    while (n < most && fail_nth(kind, n))
        n += n < dense ? 1 : n / 8;
    return n;
}

static void memory_that_fails_ends_it_cleanly(void **state)
{
    (void)state;
    assert_in_range(fail_all(MEMORY, 40, 1 << 20), 100, 1 << 20);
}

static void calls_that_fail_are_errors(void **state)
{
    (void)state;
    for (enum fault kind = PWRITE; kind < FAULTS; kind++) {
        int n = fail_all(kind, 1000, 1000);
        print_message("%s: failed at each of %d calls\n", names[kind], n - 1);
        if (kind != WRITEV) /* for neighbouring pages only */
            assert_in_range(n, 3, 999);
    }
}

/* ---- an upgrade ---- */

static _Noreturn void upgrade(const char *folder, enum fault kind, int n)
{
    struct upgrade_how how = {0};
    struct upgrade_counts counts;
    struct store *s;

    if (freopen("/dev/null", "w", stderr) == NULL)
        _exit(79);
    fault.left = n;
    fault.kind = kind;
    s = store_open(folder, &e);
    bool good = s && upgrade_run(s, &how, &counts, &e);
    bool struck = n > 0 && fault.left == 0;
    fault.left = 0;
    store_close(s);
    _exit(!good ? err_exit_status(&e) : struck ? 78 : 0);
}

/* All packets are there, and the next upgrade makes it whole. */
static void upgrade_on(const char *folder)
{
    struct upgrade_how how = {0};
    struct upgrade_counts counts;
    uint64_t blocks, rows;
    uint32_t damage = 0;
    struct store *s = store_open(folder, &e);

    if (!s)
        fail_msg("%s", e.text);
    assert_int_equal(read_store(s), 150);
    feeds_expect(&seen, &base, 150);
    if (!upgrade_run(s, &how, &counts, &e))
        fail_msg("%s", e.text);
    struct old_counts n = old_count(s);
    assert_int_equal(n.old_blocks + n.old_heads + n.without_front +
                         n.without_run + n.steps,
                     0);
    assert_true(store_check(s, count_damage, &damage, &blocks, &rows, &e));
    assert_int_equal(damage, 0);
    assert_int_equal(rows, 150);
    store_close(s);
}

static bool upgrade_nth(enum fault kind, int n)
{
    char *folder = folder_make();

    make_store(folder);
    struct store *s = store_open(folder, &e);
    old_make(s);
    store_close(s);
    pid_t pid = fork();
    if (pid == 0)
        upgrade(folder, kind, n);
    int status = ended(pid);
    if (status != 0 && status != 5 && status != 77 && status != 78)
        fail_msg("an upgrade's fault %d %d ends with %d", (int)kind, n, status);
    upgrade_on(folder);
    folder_remove(folder);
    return status != 0;
}

static void an_upgrade_cut_off_is_finished_by_the_next(void **state)
{
    (void)state;
    for (enum fault kind = MEMORY; kind <= DEATH; kind++) {
        int n = 1;
        while (kind != FAULTS && n < 1 << 20 && upgrade_nth(kind, n))
            n += n < 16 ? 1 : n / 4;
        if (kind != FAULTS && kind != WRITEV)
            assert_in_range(n, 3, (1 << 20) - 1);
    }
}

/* ---- making a store ---- */

static const char site[] = "zone UTC\n";

/* A store that is there has its whole site file. */
static void assert_site(const char *folder)
{
    char path[600], text[64] = {0};

    snprintf(path, sizeof path, "%s/site.trawl", folder);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fread(text, 1, sizeof text - 1, f), sizeof site - 1);
    fclose(f);
    assert_string_equal(text, site);
}

/* The process is gone at the n-th call that makes or writes a file. */
static bool die_making(int n)
{
    char *folder = folder_make();
    struct store_options o = {.macs = true};
    pid_t pid = fork();

    if (pid == 0) {
        fault.left = n;
        fault.kind = DEATH;
        _exit(store_create_site(folder, &o, site, &e) ? 0 : 79);
    }
    int status = ended(pid);
    assert_true(status == 0 || status == 77);
    bool there = store_exists(folder);
    assert_true(there || status == 77);
    if (!there && !store_create_site(folder, &o, site, &e))
        fail_msg("after %d calls: %s", n, e.text);
    struct store *s = store_open(folder, &e);
    if (!s)
        fail_msg("after %d calls: %s", n, e.text);
    assert_true(store_options_of(s).macs);
    assert_site(folder);
    assert_true(feeds_ingest(s, &base, &e));
    assert_int_equal(read_store(s), 150);
    store_close(s);
    folder_remove(folder);
    return status == 77;
}

static void a_store_half_made_is_made_whole(void **state)
{
    int n = 1;

    (void)state;
    while (die_making(n))
        n++;
    assert_in_range(n, 8, 60);
}

/* ---- a full disk ---- */

static void a_limit_on_files_is_an_error(void **state)
{
    char *folder = folder_make();

    (void)state;
    make_store(folder);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit small = {1 << 20, 1 << 20};
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &small) != 0)
            _exit(79);
        work(folder, NONE, 0);
    }
    assert_int_equal(ended(pid), 5);
    go_on(folder, 300);
    folder_remove(folder);
}

static char ballast[600];

/* Fills the file system up to so many KiB. */
static void leave_free(const char *place, uint64_t kib)
{
    struct statvfs fs;

    assert_int_equal(statvfs(place, &fs), 0);
    snprintf(ballast, sizeof ballast, "%s/ballast", place);
    int fd = open(ballast, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    off_t n = (off_t)(fs.f_bavail * fs.f_frsize) - (off_t)kib * 1024;
    assert_int_equal(posix_fallocate(fd, 0, n), 0);
    close(fd);
}

static void a_full_disk_is_an_error_and_more_space_the_cure(void **state)
{
    static const struct feed_made large = {.seed = 2,
                                           .packets = 60000,
                                           .sensor = "a",
                                           .start = START,
                                           .step = 1500,
                                           .months = 24,
                                           .every = 2000};
    char *place = folder_make(), folder[600];

    (void)state;
    if (mount("tmpfs", place, "tmpfs", 0, "size=64m") != 0) {
        print_message("no leave to mount: skipped\n");
        folder_remove(place);
        skip();
    }
    snprintf(folder, sizeof folder, "%s/store", place);
    make_store(folder);
    leave_free(place, 18700);
    struct store *s = store_open(folder, &e);
    bool good = feeds_ingest(s, &large, &e);
    struct err why = e;
    store_close(s);
    s = store_open(folder, &e);
    uint64_t rows = read_store(s);
    bool cured = unlink(ballast) == 0 && feeds_ingest(s, &large, &e) &&
                 read_store(s) == 60150;
    store_close(s);
    umount(place);
    folder_remove(place);
    assert_false(good);
    assert_int_equal(why.code, ERR_STORE);
    assert_non_null(strstr(why.text, "no space left"));
    /* whole commits only; the first may be the one without room */
    assert_true(rows >= 150 && rows < 60150);
    assert_int_equal((rows - 150) % 2000, 0);
    assert_true(cured);
}

int main(void)
{
    /* Thousands of commits: a disk would take minutes. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_fails_ends_it_cleanly),
        cmocka_unit_test(calls_that_fail_are_errors),
        cmocka_unit_test(an_upgrade_cut_off_is_finished_by_the_next),
        cmocka_unit_test(a_store_half_made_is_made_whole),
        cmocka_unit_test(a_limit_on_files_is_an_error),
        cmocka_unit_test(a_full_disk_is_an_error_and_more_space_the_cure),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
