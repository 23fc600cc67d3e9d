/* Preloaded into an engine: strace traces its workers, but not the engine. (strace counts the calls of each process
   separately: if it followed the engine's forks, the fault would hit whichever process makes its n-th call first, and
   never the other.) AX_TRACE_WORKER: strace's arguments, one per line. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 32 };

static int traced(void)
{
    char line[128];
    int pid = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof line, f) && sscanf(line, "TracerPid: %d", &pid) != 1) {
    }
    if (f)
        fclose(f);
    return pid;
}

static void become_strace(char *words, pid_t worker)
{
    char program[] = "strace", process[] = "-p", number[16];
    char *argv[MOST] = { program }, *rest = NULL;
    int n = 1;
    for (char *word = strtok_r(words, "\n", &rest); word && n < MOST - 3; word = strtok_r(NULL, "\n", &rest))
        argv[n++] = word;
    snprintf(number, sizeof number, "%d", (int)worker);
    argv[n++] = process;
    argv[n] = number;
    close_range(3, ~0u, 0); /* the worker's socket must close with the worker */
    execvp(argv[0], argv);
    _exit(127);
}

__attribute__((constructor)) static void wait_for_strace(int argc, char **argv)
{
    char *words = getenv("AX_TRACE_WORKER");
    if (!words || argc != 2 || strcmp(argv[1], "worker") != 0)
        return;
    pid_t worker = getpid();
    if (fork() == 0)
        become_strace(words, worker);
    /* once more after strace was seen: it stops this process in that time and lets it go on with every call traced */
    for (int more = 2; more; more -= traced() != 0)
        nanosleep(&(struct timespec) { .tv_nsec = 5000000 }, NULL);
}
