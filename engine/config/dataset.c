#include "engine/config/dataset.h"

#include <stdio.h>
#include <string.h>

#define ROW(name, argument, files, doc) { #name, argument, doc, files },
static const ax_dataset table[] = { AX_DATASET_LIST(ROW) };
enum { DATASETS = sizeof table / sizeof *table };

const ax_dataset *ax_dataset_at(int i)
{
    return i >= 0 && i < DATASETS ? &table[i] : NULL;
}

const ax_dataset *ax_dataset_of(const char *spec, const char **argument)
{
    size_t n = strcspn(spec, ":");
    *argument = spec[n] ? spec + n + 1 : NULL;
    for (int i = 0; i < DATASETS; i++)
        if (strlen(table[i].name) == n && !strncmp(table[i].name, spec, n))
            return &table[i];
    return NULL;
}

void ax_dataset_help(ax_str *out)
{
    for (int i = 0; i < DATASETS; i++) {
        char form[64];
        snprintf(form, sizeof form, "%s%s", table[i].name, table[i].argument);
        ax_str_printf(out, "  %-24s %s\n", form, table[i].doc);
    }
}

void ax_dataset_forms(ax_str *out)
{
    for (int i = 0; i < DATASETS; i++)
        ax_str_printf(out, "%s%s%s", i ? ", " : "", table[i].name, table[i].argument);
}
