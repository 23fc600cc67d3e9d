/* export: all candidates of a run, for spreadsheets and scripts. */
#include "engine/base/out.h"
#include "engine/base/unused.h"
#include "engine/config/option.h"
#include "tui/client/commands.h"
#include "tui/client/run_text.h"
#include "tui/session/candidate_text.h"

#include <string.h>

static ax_code table(const ax_run_handle *run AX_UNUSED, const ax_state *s, void *json, ax_str *out, ax_err *err)
{
    ax_candidates_text(s, *(const bool *)json, out);
    return ax_str_ok(out) ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %u candidates", s->n_candidates);
}

/* Whether a model is to be exported, not a run: a format is given, or an operand is the name of a model file, which no
   run has. */
static bool is_model(int argc, char **argv)
{
    static const char ending[] = ".safetensors";
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i];
        size_t n = strlen(a), e = sizeof ending - 1;
        if (!strcmp(a, "-f") || (n > e && !strcmp(a + n - e, ending) && strcmp(argv[i - 1], "-o")))
            return true;
    }
    return false;
}

int ax_cli_export(int argc, char **argv)
{
    bool json = false, csv = false;
    const char *file = NULL;
    const ax_option option[] = {
        AX_FLAG("--csv", &csv, "a line per candidate, the names of the fields first (the default)"),
        AX_FLAG("--json", &json, "an array of objects"),
        AX_PATH("-o", "FILE", &file, "output file, written completely or not at all; default, and -: standard output")
    };
    ax_usage u = { "auxcell export [RUN] [--csv|--json] [-o FILE]",
                   "All candidates of a run with all that is known about them.\n"
                   "A trained model for other programs: auxcell export MODEL.safetensors -f onnx|safetensors -o FILE;\n"
                   "'auxcell export -f onnx --help' says more.\n",
                   AX_OPTIONS(option), NULL, 1 };
    ax_run_handle run = { .dirfd = -1 };
    ax_err err;
    int n;
    if (is_model(argc, argv))
        return ax_cli_engine(argc, argv);
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (json && csv) {
        ax_fail(&err, AX_EINVAL, "export: --csv and --json exclude each other");
        return ax_complain_of(&err);
    }
    if (ax_run_find(n ? argv[1] : NULL, false, &run, &err) != AX_OK)
        return ax_complain_of(&err);
    return ax_run_write_text(&run, file, "the table", table, &json);
}
