#include "engine/task/pose/pose_spec.h"

#include "engine/task/pose/pose_draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const protocols[] = { [AX_POSE_UDP] = "udp", [AX_POSE_PAPER] = "paper" };
enum { PROTOCOLS = sizeof protocols / sizeof *protocols, LARGEST_CROP = 4096 };

void ax_pose_spec_of(ax_task_spec *spec, const ax_skeleton *s)
{
    spec->of.pose.skeleton = ax_skeleton_number(s);
    spec->outputs = s->n;
    for (int k = 0; k < s->n; k++) {
        snprintf(spec->name[k], AX_TASK_OUTPUT_NAME, "%s", s->point[k].name);
        memcpy(spec->color[k], ax_side_color[s->point[k].side], 3);
    }
}

const char *ax_pose_protocol_name(ax_pose_protocol p)
{
    return protocols[p];
}

bool ax_pose_protocol_parse(const char *text, ax_pose_protocol *out)
{
    for (int i = 0; i < PROTOCOLS; i++)
        if (strcmp(protocols[i], text) == 0) {
            *out = (ax_pose_protocol)i;
            return true;
        }
    return false;
}

void ax_pose_describe(const ax_task_spec *spec, ax_task_say say, void *context)
{
    const ax_skeleton *s = ax_pose_skeleton_of(spec);
    char side[16];
    ax_str text;
    say(context, "skeleton", s->name);
    ax_str_init(&text, 0);
    for (int k = 0; k < s->n; k++)
        ax_str_printf(&text, "%s\n", s->point[k].name);
    say(context, "keypoints", text.text);
    ax_str_clear(&text);
    for (int l = 0; l < s->n_limbs; l++)
        ax_str_printf(&text, "%s%d-%d", l ? " " : "", s->limb[l][0], s->limb[l][1]);
    say(context, "limbs", text.text);
    ax_str_release(&text);
    say(context, "pose_protocol", ax_pose_protocol_name(ax_pose_protocol_of(spec)));
    snprintf(side, sizeof side, "%d", spec->of.pose.crop);
    say(context, "crop", side);
}

ax_code ax_pose_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err)
{
    const char *name = get(context, "skeleton"), *protocol = get(context, "pose_protocol"),
               *crop = get(context, "crop");
    const ax_skeleton *s = name ? ax_skeleton_find(name) : NULL;
    if (!s)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'skeleton' is %s, which isn't known", file,
                       name ? name : "missing");
    ax_pose_spec_of(spec, s);
    ax_pose_protocol which;
    if (!protocol || !ax_pose_protocol_parse(protocol, &which))
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'pose_protocol' is %s, not udp or paper", file,
                       protocol ? protocol : "missing");
    spec->of.pose.protocol = (int32_t)which;
    char *end = NULL;
    long side = crop ? strtol(crop, &end, 10) : 0;
    if (!crop || end == crop || *end || side < 32 || side > LARGEST_CROP || side % 32)
        return ax_fail(err, AX_EFORMAT, "%s: metadata 'crop' is %s, not a multiple of 32 up to %d", file,
                       crop ? crop : "missing", LARGEST_CROP);
    spec->of.pose.crop = (int32_t)side;
    return AX_OK;
}
