/* auxcell-engine selftest: checks whether this machine computes correctly. */
#include "engine/backend/list.h"
#include "engine/base/out.h"
#include "engine/config/option.h"
#include "engine/command/device_note.h"
#include "engine/command/program.h"
#include "engine/command/selftest/selftest.h"

#include <stdio.h>

static const char synopsis[] = "auxcell selftest [OPTION...] [FILE...]";
static const char about[] =
    "Without files: compares the device with the reference on small networks. With files of golden vectors\n"
    "(decoder*.safetensors, encoder*.safetensors, controller*.safetensors): recomputes what they hold.\n"
    "Prints the worst error of each group; exit status 1 when one is beyond its tolerance.\n";

enum { WORKSPACE = 256 << 20 }; /* bytes, the default of the setting cuda_workspace */

static ax_code check_file(ax_selftest *s, const char *file, ax_err *err)
{
    ax_safetensors *st = ax_safetensors_open(file, err);
    if (!st)
        return err->code;
    ax_code code;
    if (ax_safetensors_find(st, "input.tap.0"))
        code = ax_selftest_decoder(s, st, file, err);
    else if (ax_safetensors_find(st, "input.image"))
        code = ax_selftest_encoder(s, st, file, err);
    else if (ax_safetensors_find(st, "logp_each"))
        code = ax_selftest_controller(s, st, file, err);
    else
        code = ax_fail(err, AX_EFORMAT, "%s: no golden vectors (none of input.tap.0, input.image, logp_each)", file);
    ax_safetensors_free(st);
    return code;
}

int ax_command_selftest(const ax_program *prog, int argc, char **argv)
{
    (void)prog;
    const char *device = "auto";
    int32_t threads = 0;
    bool tf32 = false, bf16 = false;
    ax_selftest s = { 0 };
    const ax_option table[] = {
        AX_TEXT("--device", "NAME", &device, "where it is computed: auto, cpu, ref or cuda:N"),
        AX_WHOLE("--threads", "N", &threads, 0, 1024, "threads, 0 = all cores"),
        AX_PATH("--weights", "FILE", &s.weights, "encoder weights of encoder*.safetensors"),
        AX_FLAG("--tf32", &tf32, "CUDA: as with cuda_tf32 1, where larger errors are expected"),
        AX_FLAG("--bf16", &bf16, "as with cuda_bf16 1 or cpu_bf16 1, where still larger ones are"),
        AX_FLAG("--json", &s.json, "a JSON object per row"),
    };
    ax_err err = { 0 };
    char note[AX_DEVICE_NOTE];
    int n = 0, status = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, argc };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n);
    if (parsed != AX_PARSED_GO)
        return parsed;
    if (!(s.dev = ax_device_open(device, threads, &s.be, note, &err)))
        return ax_complain_of(&err);
    ax_command_device_note(note);
    if ((tf32 && !s.be->separate) || (bf16 && !s.be->map_type)) {
        ax_fail(&err, AX_EINVAL, "option --%s: it is for %s, and this is %s", tf32 ? "tf32" : "bf16",
                tf32 ? "CUDA" : "CUDA and the CPU", s.be->name);
        status = ax_complain_of(&err);
        s.be->close(s.dev);
        return status;
    }
    const ax_rounding narrow = s.be->separate ? AX_ROUND_BF16 : AX_ROUND_BF16_CPU;
    s.rounding = bf16 ? narrow : tf32 ? AX_ROUND_TF32 : AX_ROUND_NONE;
    if (s.rounding)
        s.be->configure(s.dev,
                        &(ax_device_options) { .winograd = true, .tf32 = tf32, .bf16 = bf16, .workspace = WORKSPACE });
    if (n || s.be != &ax_backend_ref)
        ax_tally_head(&s);
    if (!n && ax_selftest_quick(&s, &err) != AX_OK)
        status = ax_complain_of(&err);
    for (int i = 1; i <= n; i++)
        if (check_file(&s, argv[i], &err) != AX_OK) {
            ax_out_flush();
            status = ax_complain_of(&err);
        }
    ax_command_device_notices(s.be, s.dev);
    s.be->close(s.dev);
    return status ? status : s.failed;
}
