/* Saves a controller's parameters and optimiser as fields of a msgpack map. */
#include "engine/policy/controller_state.h"

#include "engine/base/pack.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void pack_floats(const ax_controller *c, msgpack_packer *pk, const char *key, ax_controller_slot slot,
                        float *scratch)
{
    size_t total = 0;
    for (size_t i = 0; i < ax_controller_tensors(c); i++)
        total += ax_controller_tensor_at(c, i).count;
    ax_pack_text(pk, key);
    msgpack_pack_bin(pk, total * sizeof(float));
    for (size_t i = 0; i < ax_controller_tensors(c); i++) {
        ax_controller_get(c, i, slot, scratch);
        msgpack_pack_bin_body(pk, scratch, ax_controller_tensor_at(c, i).count * sizeof(float));
    }
}

enum { LARGEST = 40000 }; /* elements of the largest tensor, a gate weight */

void ax_controller_pack(const ax_controller *c, msgpack_packer *pk)
{
    float *scratch = malloc(LARGEST * sizeof *scratch);
    if (!scratch)
        return; /* the caller notices the incomplete map */
    pack_floats(c, pk, "controller", AX_CONTROLLER_VALUE, scratch);
    pack_floats(c, pk, "adam_m", AX_CONTROLLER_M, scratch);
    pack_floats(c, pk, "adam_v", AX_CONTROLLER_V, scratch);
    free(scratch);
    ax_pack_text(pk, "adam_steps");
    msgpack_pack_uint64(pk, ax_controller_steps(c));
}

/* Checks the floats of a slot, and copies them if apply is true. */
static bool read_floats(ax_controller *c, const msgpack_object *map, const char *key, ax_controller_slot slot,
                        bool apply)
{
    const msgpack_object *o = ax_map_get(map, key);
    size_t total = 0;
    for (size_t i = 0; i < ax_controller_tensors(c); i++)
        total += ax_controller_tensor_at(c, i).count;
    if (!o || o->type != MSGPACK_OBJECT_BIN || o->via.bin.size != total * sizeof(float))
        return false;
    float *floats = malloc(total * sizeof *floats);
    if (!floats)
        return false;
    memcpy(floats, o->via.bin.ptr, total * sizeof *floats);
    bool good = true;
    for (size_t i = 0; i < total; i++)
        good = good && isfinite(floats[i]) && (slot != AX_CONTROLLER_V || floats[i] >= 0);
    for (size_t i = 0, at = 0; apply && good && i < ax_controller_tensors(c); i++) {
        ax_controller_set(c, i, slot, floats + at);
        at += ax_controller_tensor_at(c, i).count;
    }
    free(floats);
    return good;
}

static bool read_slots(ax_controller *c, const msgpack_object *map, bool apply)
{
    return read_floats(c, map, "controller", AX_CONTROLLER_VALUE, apply) &&
           read_floats(c, map, "adam_m", AX_CONTROLLER_M, apply) &&
           read_floats(c, map, "adam_v", AX_CONTROLLER_V, apply);
}

static const int64_t LAST_STEP = (int64_t)1 << 53; /* a larger step number isn't exact as a double */

bool ax_controller_unpack(ax_controller *c, const msgpack_object *map)
{
    int64_t steps;
    if (!ax_read_whole(ax_map_get(map, "adam_steps"), &steps) || steps < 0 || steps > LAST_STEP ||
        !read_slots(c, map, false) || !read_slots(c, map, true))
        return false;
    ax_controller_set_steps(c, (uint64_t)steps);
    return true;
}
