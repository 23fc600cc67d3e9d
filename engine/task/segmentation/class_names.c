#include "engine/task/segmentation/class_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CLASSES = 255 };

void ax_segmentation_describe(const ax_task_spec *spec, ax_task_say say, void *context)
{
    char number[16];
    ax_str names;
    ax_str_init(&names, 0);
    for (int32_t i = 0; i < spec->outputs; i++)
        ax_str_printf(&names, "%s #%02x%02x%02x\n", spec->name[i], spec->color[i][0], spec->color[i][1],
                      spec->color[i][2]);
    snprintf(number, sizeof number, "%d", spec->outputs);
    say(context, "classes", number);
    say(context, "class_names", names.text);
    say(context, "ignore", "255");
    ax_str_release(&names);
}

/* Parses a line "name #rrggbb" as class i; returns the start of the next line, NULL on a wrong form. */
static const char *take_class(const char *text, ax_task_spec *spec, int32_t i)
{
    const char *end = strchr(text, '\n'), *hash = NULL;
    for (const char *c = end; c && c > text && !hash; c--)
        if (c[-1] == '#')
            hash = c;
    unsigned r, g, b;
    if (!hash || hash - text < 3 || hash - text - 2 >= AX_TASK_OUTPUT_NAME ||
        sscanf(hash, "%2x%2x%2x", &r, &g, &b) != 3)
        return NULL;
    memcpy(spec->name[i], text, (size_t)(hash - text - 2));
    spec->name[i][hash - text - 2] = '\0';
    spec->color[i][0] = (uint8_t)r;
    spec->color[i][1] = (uint8_t)g;
    spec->color[i][2] = (uint8_t)b;
    return end + 1;
}

ax_code ax_segmentation_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err)
{
    const char *number = get(context, "classes"), *names = get(context, "class_names");
    char *end = NULL;
    long n = number ? strtol(number, &end, 10) : 0;
    if (!number || end == number || *end || n < 1 || n > MOST_CLASSES)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'classes' is %s, not a number from 1 to %d", file,
                       number ? number : "missing", MOST_CLASSES);
    spec->outputs = (int32_t)n;
    spec->of.segmentation.leave_out = -1;
    int32_t i = 0;
    for (const char *at = names; at && *at && i < spec->outputs; i++)
        if (!(names = at = take_class(at, spec, i)))
            break;
    if (i != spec->outputs || !names || *names)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'class_names' doesn't list %d classes", file, spec->outputs);
    return AX_OK;
}
