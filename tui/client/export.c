/* export: all candidates of a run, for spreadsheets and scripts. */
#include "engine/base/out.h"
#include "engine/base/output.h"
#include "tui/session/candidate_text.h"
#include "engine/config/option.h"
#include "tui/client/commands.h"
#include "tui/client/runs.h"

#include <string.h>

enum { MOST_BYTES = 1 << 30 };

static ax_code write_out(const ax_state *s, bool json, const char *file, ax_err *err)
{
    ax_str out;
    ax_str_init(&out, MOST_BYTES);
    ax_candidates_text(s, json, &out);
    ax_code code = ax_str_ok(&out) ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for %u candidates", s->n_candidates);
    if (code == AX_OK && file)
        code = ax_output_write(file, out.text, out.len, err);
    else if (code == AX_OK)
        ax_out_text(out.text); /* main checks whether all was written */
    ax_str_release(&out);
    return code;
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
    bool json = false, csv = false, damaged = false;
    const char *file = NULL;
    const ax_option option[] = {
        AX_FLAG("--csv", &csv, "a line per candidate, the names of the fields first (the default)"),
        AX_FLAG("--json", &json, "an array of objects"),
        AX_TEXT("-o", "FILE", &file, "output file, written completely or not at all; default, and -: standard output")
    };
    ax_usage u = { "auxcell export [RUN] [--csv|--json] [-o FILE]",
                   "All candidates of a run with all that is known about them.\n"
                   "A trained model for other programs: auxcell export MODEL.safetensors -f onnx|safetensors -o FILE;\n"
                   "'auxcell export -f onnx --help' says more.\n",
                   AX_OPTIONS(option), NULL, 1 };
    ax_run_handle run = { .dirfd = -1 };
    ax_state s;
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
    if (file && !strcmp(file, "-"))
        file = NULL;
    ax_code code = file ? ax_run_check_output(&run, file, "the table", &err) : AX_OK;
    if (code == AX_OK) {
        code = ax_run_load(run.dirfd, &s, &err);
        if (code == AX_OK)
            code = write_out(&s, json, file, &err);
        ax_out_flush();
        damaged = ax_run_say_damage(&run, &s.damage);
        ax_state_release(&s);
    }
    ax_run_close(&run);
    return code == AX_OK ? damaged : ax_complain_of(&err);
}
