#include "data/open.h"

#include "data/camvid.h"
#include "data/scenes.h"

#include <stdio.h>
#include <string.h>

ax_source *ax_source_open(const char *spec, ax_err *err)
{
    if (strlen(spec) >= sizeof((ax_source_info *)0)->spec) {
        ax_fail(err, AX_EINVAL, "data set: its name is too long");
        return NULL;
    }
    ax_source *s = NULL;
    if (!strcmp(spec, "scenes") || !strncmp(spec, "scenes:", 7))
        s = ax_scenes_open(spec, err);
    else if (!strncmp(spec, "camvid:", 7))
        s = ax_camvid_open(spec + 7, err);
    else
        ax_fail(err, AX_EINVAL, "data set '%s': not one of scenes, scenes:TRAIN,VAL, camvid:DIR", spec);
    if (s)
        snprintf(s->info.spec, sizeof s->info.spec, "%s", spec);
    return s;
}
