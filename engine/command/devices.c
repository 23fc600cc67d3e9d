/* auxcell devices: lists compute devices, and why some can't be used. */
#include "engine/backend/libraries.h"
#include "engine/backend/list.h"
#include "engine/backend/load.h"
#include "engine/base/out.h"
#include "engine/base/str.h"

#include "engine/config/option.h"
#include "engine/command/program.h"

#include <inttypes.h>
#include <stdio.h>

static const char synopsis[] = "auxcell devices [--json]";
static const char about[] = "Lists what --device can name, and why a device can't be used.\n";

static void print_row(const ax_device_row *r)
{
    const ax_device_info *i = &r->info;
    ax_out("%-8s %s", r->name, i->name);
    if (i->major)
        ax_out(", compute capability %d.%d, %d multiprocessors", i->major, i->minor, i->multiprocessors);
    if (i->memory)
        ax_out(", %.1f GB", (double)i->memory / 1e9);
    if (i->unusable[0])
        ax_out("%snot usable: %s", i->name[0] ? "; " : "", i->unusable);
    ax_out("\n");
}

static bool add_json(ax_str *out, const ax_device_row *r)
{
    const ax_device_info *i = &r->info;
    ax_str_add(out, "{\"device\":");
    ax_str_json(out, r->name);
    ax_str_printf(out, ",\"usable\":%s,\"name\":", i->unusable[0] ? "false" : "true");
    ax_str_json(out, i->name);
    if (i->major)
        ax_str_printf(out, ",\"compute_capability\":\"%d.%d\"", i->major, i->minor);
    if (i->multiprocessors)
        ax_str_printf(out, ",\"units\":%d", i->multiprocessors);
    if (i->memory)
        ax_str_printf(out, ",\"memory\":%" PRIu64, i->memory);
    if (i->unusable[0]) {
        ax_str_add(out, ",\"why\":");
        ax_str_json(out, i->unusable);
    }
    ax_str_add(out, "}\n");
    return ax_str_ok(out);
}

/* Prints the libraries that the CUDA plugin uses, and where they were searched. */
static void print_libraries(void)
{
    static const char *const names[] = { "libcudart.so.13", "libcublasLt.so.13", "libcudnn.so.9" };
    char path[4096];
    if (!ax_plugin_find(AX_PLUGIN_CUDA, path))
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        ax_library_loaded(names[i], path);
        ax_out("%-18s %s\n", names[i], path[0] ? path : "not found");
    }
    ax_out("after the loader's own places these are searched:\n");
    for (const char *const *place = ax_library_places; *place; place++)
        ax_out("  %s\n", *place);
}

int ax_command_devices(const ax_program *prog, int argc, char **argv)
{
    (void)prog;
    bool json = false, good = true;
    const ax_option table[] = { AX_FLAG("--json", &json, "a JSON object per device") };
    int n_operands = 0;
    const ax_usage u = { synopsis, about, AX_OPTIONS(table), NULL, 0 };
    ax_parsed parsed = ax_options_parse(&u, argc, argv, &n_operands);
    if (parsed != AX_PARSED_GO)
        return parsed;
    ax_device_row rows[AX_DEVICES];
    size_t n = ax_device_list(rows);
    for (size_t i = 0; i < n && good; i++) {
        if (!json) {
            print_row(&rows[i]);
            continue;
        }
        ax_str out;
        ax_str_init(&out, 0);
        good = add_json(&out, &rows[i]);
        if (good)
            ax_out_text(out.text);
        ax_str_release(&out);
    }
    if (good && !json)
        print_libraries();
    if (good)
        return 0;
    ax_err err;
    ax_fail(&err, AX_ENOMEM, "no memory for a list of devices");
    return ax_complain_of(&err);
}
