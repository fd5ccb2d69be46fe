/* peak.c - peak FILE COMMAND...: runs the command, writes its peak of resident
 * memory to FILE in KiB, and ends as it did. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage use;
    int status = 0;
    pid_t child = argc > 2 ? fork() : -1;

    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &use) != child)
        return 126;
    FILE *out = fopen(argv[1], "w");

    if (!out || fprintf(out, "%ld\n", use.ru_maxrss) < 0 || fclose(out) != 0)
        return 126;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
