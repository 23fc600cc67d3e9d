#include "engine/command/predict_inputs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static ax_code take(void *context, const char *path, const char *name, ax_err *err)
{
    ax_predict_inputs *in = context;
    if (in->n == in->cap) {
        size_t cap = 2 * in->cap + 16;
        ax_predict_input *more = realloc(in->input, cap * sizeof *more);
        if (!more)
            return ax_fail(err, AX_ENOMEM, "no memory for the names of files");
        in->input = more;
        in->cap = cap;
    }
    ax_predict_input *i = &in->input[in->n++];
    *i = (ax_predict_input) { strdup(path), strdup(name) };
    return i->path && i->name ? AX_OK : ax_fail(err, AX_ENOMEM, "no memory for the names of files");
}

ax_code ax_predict_inputs_add(ax_predict_inputs *in, const ax_program *prog, const char *operand, ax_err *err)
{
    struct stat st;
    const char *slash = strrchr(operand, '/');
    if (!strcmp(operand, "-"))
        return take(in, AX_STANDARD_INPUT, "stdin", err);
    if (!stat(operand, &st) && S_ISDIR(st.st_mode))
        return prog->pictures_of(operand, false, take, in, err);
    return take(in, operand, slash ? slash + 1 : operand, err);
}

ax_code ax_predict_inputs_list(ax_predict_inputs *in, const ax_program *prog, const char *path, ax_err *err)
{
    return prog->pictures_of(path, true, take, in, err);
}

void ax_predict_inputs_release(ax_predict_inputs *in)
{
    for (size_t i = 0; i < in->n; i++) {
        free(in->input[i].path);
        free(in->input[i].name);
    }
    free(in->input);
    *in = (ax_predict_inputs) { .n = 0 };
}
