#include "data/open.h"

#include <stdio.h>

#define OPEN(name, form, files, options, doc) ax_##name##_open,
static ax_source *(*const openers[])(const ax_dataset_spec *spec, ax_err *err) = { AX_DATASET_LIST(OPEN) };

ax_source *ax_source_open_spec(const ax_dataset_spec *spec, ax_err *err)
{
    return openers[spec->set - ax_dataset_at(0)](spec, err);
}

ax_source *ax_source_open(const char *text, ax_err *err)
{
    ax_dataset_spec spec;
    if (ax_dataset_parse(text, &spec, err) != AX_OK)
        return NULL;
    ax_source *s = ax_source_open_spec(&spec, err);
    if (s)
        snprintf(s->info.spec, sizeof s->info.spec, "%s", text);
    return s;
}
