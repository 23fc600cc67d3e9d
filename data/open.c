#include "data/open.h"

#include <stdio.h>
#include <string.h>

#define OPEN(name, form, files, doc) ax_##name##_open,
static ax_source *(*const openers[])(const char *argument, ax_err *err) = { AX_DATASET_LIST(OPEN) };

ax_source *ax_source_open(const char *spec, ax_err *err)
{
    const char *argument;
    const ax_dataset *set = ax_dataset_of(spec, &argument);
    if (strlen(spec) >= sizeof((ax_source_info *)0)->spec) {
        ax_fail(err, AX_EINVAL, "data set: its name is too long");
        return NULL;
    }
    if (!set || (set->files && (!argument || !*argument))) {
        ax_str forms;
        ax_str_init(&forms, 0);
        ax_dataset_forms(&forms);
        ax_fail(err, AX_EINVAL, "data set '%s': not one of %s", spec, forms.text);
        ax_str_release(&forms);
        return NULL;
    }
    ax_source *s = openers[set - ax_dataset_at(0)](argument, err);
    if (s)
        snprintf(s->info.spec, sizeof s->info.spec, "%s", spec);
    return s;
}
