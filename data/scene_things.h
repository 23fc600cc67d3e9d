/* Objects of a scene. x and z are metres: to the right of the camera, and away from it. */
#ifndef AX_DATA_SCENE_THINGS_H
#define AX_DATA_SCENE_THINGS_H

#include "data/scene_draw.h"

/* A house beside the road: side -1 or 1; near edge at wall_x, from z to z + length. */
void ax_thing_building(ax_scene_canvas *c, ax_rng *rng, float side, float wall_x, float z, float length);
void ax_thing_tree(ax_scene_canvas *c, ax_rng *rng, float x, float z);
/* Seen from behind, from the front, or (across) from the side. */
void ax_thing_vehicle(ax_scene_canvas *c, ax_rng *rng, float x, float z, bool across);
void ax_thing_person(ax_scene_canvas *c, ax_rng *rng, float x, float z, ax_scene_person *out);
void ax_thing_sign(ax_scene_canvas *c, ax_rng *rng, float x, float z);

#endif
