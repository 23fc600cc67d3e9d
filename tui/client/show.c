/* show: a genotype as lanes, with the engine's figures. */
#include "engine/base/out.h"
#include "engine/space/genotype.h"
#include "tui/client/commands.h"
#include "tui/client/engine.h"
#include "tui/client/report.h"
#include "tui/session/counting.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs `auxcell-engine show --json ARGS` and reads its line; returns its exit code, -1 with err. */
static int figures(int argc, char **argv, char *line, size_t cap, ax_err *err)
{
    char program[PATH_MAX];
    int out[2], status = 0;
    if (ax_engine_path(program, err) != AX_OK)
        return -1;
    char **args = calloc((size_t)argc + 3, sizeof *args);
    if (!args || pipe2(out, O_CLOEXEC)) {
        free(args);
        ax_fail(err, AX_EIO, "cannot start the engine: %s", strerror(errno));
        return -1;
    }
    static char show[] = "show", json[] = "--json";
    args[0] = program;
    args[1] = show;
    args[2] = json;
    memcpy(args + 3, argv + 1, ((size_t)argc - 1) * sizeof *args);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, out[1], 1);
    pid_t pid;
    int failed = posix_spawn(&pid, program, &files, NULL, args, environ);
    posix_spawn_file_actions_destroy(&files);
    free(args);
    close(out[1]);
    size_t used = 0;
    for (ssize_t n = 1; !failed && n && used + 1 < cap; used += n > 0 ? (size_t)n : 0)
        if ((n = read(out[0], line + used, cap - 1 - used)) < 0 && errno != EINTR)
            break;
    line[used] = '\0';
    close(out[0]);
    if (failed) {
        ax_fail(err, AX_EIO, "%s: cannot start: %s", program, strerror(failed));
        return -1;
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool print(const char *line)
{
    ax_genotype g;
    char text[AX_GENOTYPE_TEXT];
    const char *at = strstr(line, "\"genotype\":\"");
    _Static_assert(sizeof text == 116, "the width below");
    if (!at || sscanf(at, "\"genotype\":\"%115[^\"]", text) != 1 || ax_genotype_parse(text, &g, NULL) != AX_OK)
        return false;
    int channels = (int)ax_counting_number(line, "channels"), repeats = (int)ax_counting_number(line, "repeats");
    ax_out_line("%s", text);
    long long h = ax_counting_number(line, "height"), w = ax_counting_number(line, "width");
    long long padded_h = ax_counting_number(line, "padded_height"), padded_w = ax_counting_number(line, "padded_width");
    ax_out("params %.3fM  multiply-adds %.2fG at %lldx%lld", (double)ax_counting_number(line, "params") / 1e6,
           (double)ax_counting_number(line, "macs") / 1e9, h, w);
    if (padded_h != h || padded_w != w)
        ax_out(" (padded to %lldx%lld)", padded_h, padded_w);
    ax_out("  output stride %lld  (channels %d, repeats %d, classes %lld)\n", ax_counting_number(line, "output_stride"),
           channels, repeats, ax_counting_number(line, "classes"));
    char preset[16] = "";
    long long memory = ax_counting_number(line, "peak_bytes");
    if ((at = strstr(line, "\"preset\":\"")))
        sscanf(at, "\"preset\":\"%15[^\"]", preset);
    if (memory >= 0)
        ax_out("memory %.0f MiB to train it (%s%s, batches of %lld)\n", (double)memory / 1048576,
               preset[0] ? "preset " : "as in the run", preset, ax_counting_number(line, "batch"));
    ax_out("\n");
    ax_report_lanes(&g, channels, repeats);
    return true;
}

int ax_cli_show(int argc, char **argv)
{
    char line[1024];
    ax_err err;
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "-") || !strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return ax_cli_engine(argc, argv);
    int code = figures(argc, argv, line, sizeof line, &err);
    if (code < 0)
        return ax_complain_of(&err);
    if (code == 0 && !print(line)) {
        ax_fail(&err, AX_EFORMAT, "auxcell-engine show: unexpected answer; are both programs of the same version?");
        return ax_complain_of(&err);
    }
    return code;
}
