/* The tasks that a network can be searched for: their names in settings, events and model files. engine/task implements
   them; the screens need only the names. */
#ifndef AX_CANDIDATE_TASKS_H
#define AX_CANDIDATE_TASKS_H

/* id, name, and what its networks predict: a tab's name, one, several. engine/task/NAME/ has its ax_task_NAME. The
   first is the task of runs and models that name none. */
#define AX_TASK_LIST(X)                                                                                                \
    X(SEGMENTATION, segmentation, "Mask", "mask", "masks")                                                             \
    X(POSE, pose, "Pose", "pose", "poses")                                                                             \
    X(DEPTH, depth, "Depth", "depth map", "depth maps")

#define AX_TASK_ENUM(id, ...) AX_TASK_##id,
typedef enum ax_task_id { AX_TASK_LIST(AX_TASK_ENUM) AX_TASKS } ax_task_id;

/* "unknown" for AX_TASKS, the task of a run that a newer version has made. */
const char *ax_task_name(ax_task_id id);
/* What its networks predict, in words; those of AX_TASKS fit every task. */
typedef struct ax_task_words {
    const char *tab, *one, *several;
} ax_task_words;
const ax_task_words *ax_task_predicts(ax_task_id id);
/* The task of this name; the first one for "", AX_TASKS for an unknown name. */
ax_task_id ax_task_named(const char *name);

#endif
