/* The saved state of a controller, for strategies that have one. */
#ifndef AX_POLICY_CONTROLLER_STATE_H
#define AX_POLICY_CONTROLLER_STATE_H

#include "engine/policy/controller.h"

#include <msgpack.h>
#include <stdbool.h>

enum { AX_CONTROLLER_FIELDS = 4 }; /* controller, adam_m, adam_v, adam_steps */
void ax_controller_pack(const ax_controller *c, msgpack_packer *pk);
/* Changes nothing when a field is missing or invalid. */
bool ax_controller_unpack(ax_controller *c, const msgpack_object *map);

#endif
