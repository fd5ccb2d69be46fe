/* measure.c - runs a command RUNS times and prints of the fastest run its wall
 * seconds, CPU seconds, and the peak memory in MiB. Output of the command is
 * dropped. With --cold the files below FOLDER are out of the page cache before
 * each run. usage: measure [--cold FOLDER] RUNS COMMAND ARG...
 * `measure RUNS --memory` prints how many GB/s of memory one core reads. */
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct cost {
    double wall, cpu, mib;
};

static double seconds(const struct timespec *t)
{
    return (double)t->tv_sec + (double)t->tv_nsec / 1e9;
}

static double cpu_seconds(const struct rusage *u)
{
    return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
           (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static void become(char **argv)
{
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (null >= 0) {
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
    execvp(argv[0], argv);
    _exit(127);
}

static int run(char **argv, struct cost *c)
{
    struct timespec from, to;
    struct rusage u;
    int status;

    clock_gettime(CLOCK_MONOTONIC, &from);
    pid_t pid = fork();
    if (pid == 0)
        become(argv);
    if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    *c = (struct cost){seconds(&to) - seconds(&from), cpu_seconds(&u),
                       (double)u.ru_maxrss / 1024};
    /* 3 of trawl: there are rows that coverage does not support. */
    return !WIFEXITED(status) ||
           (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != 3);
}

/* Only clean pages go: what was written is synced first. */
static int forget_file(const char *path, const struct stat *st, int type,
                       struct FTW *at)
{
    (void)st;
    (void)at;
    int fd = type == FTW_F ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return 0;
    (void)!fdatasync(fd);
    (void)!posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: measure [--cold FOLDER] RUNS COMMAND ARG...\n");
    return 2;
}

/* Reading once through more than caches hold. */
static double read_memory(void)
{
    enum { BYTES = 1 << 30 };
    volatile uint64_t sink;
    struct timespec from, to;
    uint64_t *p = malloc(BYTES), sum = 0;

    if (!p)
        return 0;
    memset(p, 1, BYTES);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (size_t i = 0; i < BYTES / sizeof *p; i += 8)
        sum += p[i] ^ p[i + 1] ^ p[i + 2] ^ p[i + 3] ^ p[i + 4] ^ p[i + 5] ^
               p[i + 6] ^ p[i + 7];
    clock_gettime(CLOCK_MONOTONIC, &to);
    sink = sum;
    (void)sink;
    free(p);
    return BYTES / (seconds(&to) - seconds(&from)) / 1e9;
}

static int memory(long runs)
{
    double best = 0;

    for (long i = 0; i < runs; i++) {
        double x = read_memory();
        best = x > best ? x : best;
    }
    printf("%.1f\n", best);
    return 0;
}

int main(int argc, char **argv)
{
    const char *cold = NULL;

    if (argc > 2 && strcmp(argv[1], "--cold") == 0) {
        cold = argv[2];
        argv += 2;
        argc -= 2;
    }
    long runs = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
    struct cost best = {0}, c;

    if (runs < 1)
        return usage();
    if (strcmp(argv[2], "--memory") == 0)
        return memory(runs);
    for (long i = 0; i < runs; i++) {
        if (cold) /* NOLINTNEXTLINE(concurrency-mt-unsafe): one thread */
            nftw(cold, forget_file, 16, FTW_PHYS);
        if (run(argv + 2, &c) != 0) {
            fprintf(stderr, "measure: %s failed\n", argv[2]);
            return 1;
        }
        if (i == 0 || c.wall < best.wall)
            best = c;
    }
    printf("%.4f %.4f %.1f\n", best.wall, best.cpu, best.mib);
    return 0;
}
