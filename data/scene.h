/* Procedural street scenes: picture, class masks, depth and joints of the people in them, all exact. */
#ifndef AX_DATA_SCENE_H
#define AX_DATA_SCENE_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { AX_SCENE_H = 128, AX_SCENE_W = 160, AX_SCENE_PEOPLE = 6 };

#define AX_SCENE_CLASS_LIST(X) /* id, name, palette */                                                                 \
    X(SKY, "sky", 90, 170, 230)                                                                                        \
    X(BUILDING, "building", 178, 112, 84)                                                                              \
    X(TREE, "tree", 72, 140, 52)                                                                                       \
    X(ROAD, "road", 128, 96, 144)                                                                                      \
    X(GROUND, "ground", 190, 190, 120)                                                                                 \
    X(VEHICLE, "vehicle", 60, 84, 200)                                                                                 \
    X(PERSON, "person", 224, 56, 80)                                                                                   \
    X(SIGN, "sign", 240, 208, 40)
#define AX_SCENE_ENUM(id, name, r, g, b) AX_SCENE_##id,
typedef enum ax_scene_class { AX_SCENE_CLASS_LIST(AX_SCENE_ENUM) AX_SCENE_CLASSES } ax_scene_class;

#define AX_JOINT_LIST(X)                                                                                               \
    X(HEAD_TOP)                                                                                                        \
    X(NECK)                                                                                                            \
    X(L_SHOULDER)                                                                                                      \
    X(R_SHOULDER)                                                                                                      \
    X(L_ELBOW) X(R_ELBOW) X(L_WRIST) X(R_WRIST) X(L_HIP) X(R_HIP) X(L_KNEE) X(R_KNEE) X(L_ANKLE) X(R_ANKLE)
#define AX_JOINT_ENUM(id) AX_JOINT_##id,
typedef enum ax_joint { AX_JOINT_LIST(AX_JOINT_ENUM) AX_JOINTS } ax_joint;

typedef struct ax_scene_person {
    float z; /* metres from the camera */
    struct {
        float x, y;   /* pixels, with pixel centres at .5; may be outside the picture */
        bool visible; /* inside the picture and not hidden */
    } joint[AX_JOINTS];
} ax_scene_person;

typedef struct ax_scene {
    uint8_t *rgb;    /* {AX_SCENE_H, AX_SCENE_W, 3} */
    uint8_t *labels; /* {AX_SCENE_H, AX_SCENE_W}, ax_scene_class */
    float *depth;    /* {AX_SCENE_H, AX_SCENE_W}, metres along the optical axis; 0 = none (sky) */
    int32_t people;
    ax_scene_person person[AX_SCENE_PEOPLE];
} ax_scene;

/* Scene `index` of the endless series `seed`, always the same bytes. Release with ax_scene_release. AX_ENOMEM. */
ax_code ax_scene_render(uint64_t seed, uint64_t index, ax_scene *out, ax_err *err);
void ax_scene_release(ax_scene *s);

#endif
