/* The pose task's part of an ax_task_spec, and its metadata in a model file. */
#ifndef AX_TASK_POSE_POSE_SPEC_H
#define AX_TASK_POSE_POSE_SPEC_H

#include "engine/task/pose/affine.h"
#include "engine/task/pose/keypoint.h"
#include "engine/task/task.h"

/* Fills in the fields that follow from a skeleton: number, names and colours of outputs. */
void ax_pose_spec_of(ax_task_spec *spec, const ax_skeleton *s);
static inline const ax_skeleton *ax_pose_skeleton_of(const ax_task_spec *spec)
{
    return ax_skeleton_at(spec->of.pose.skeleton);
}
static inline ax_pose_protocol ax_pose_protocol_of(const ax_task_spec *spec)
{
    return (ax_pose_protocol)spec->of.pose.protocol;
}
const char *ax_pose_protocol_name(ax_pose_protocol p);
/* "udp" or "paper"; false: another word. */
bool ax_pose_protocol_parse(const char *text, ax_pose_protocol *out);

/* See ax_task.describe and .parse: skeleton, key points, limbs, protocol, side of the crop. */
void ax_pose_describe(const ax_task_spec *spec, ax_task_say say, void *context);
ax_code ax_pose_parse(ax_task_spec *spec, ax_task_get get, const void *context, const char *file, ax_err *err);

#endif
