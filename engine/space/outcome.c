#include "engine/space/outcome.h"

#include "engine/base/pack.h"

enum { REALS = 6, WHOLES = 5, OLDER = REALS + WHOLES, FIELDS };

void ax_outcome_pack(msgpack_packer *pk, const ax_outcome *o)
{
    const double real[] = { o->reward, o->miou, o->fwiou, o->accuracy, o->loss, o->seconds };
    const uint64_t whole[] = { o->params, o->macs, o->peak_bytes, o->stage, o->batch };
    msgpack_pack_array(pk, FIELDS);
    for (int i = 0; i < REALS; i++)
        ax_pack_real(pk, real[i]);
    for (int i = 0; i < WHOLES; i++)
        msgpack_pack_uint64(pk, whole[i]);
    ax_pack_real(pk, o->latency_ms);
}

bool ax_outcome_read(const msgpack_object *o, ax_outcome *out)
{
    double *const real[] = { &out->reward, &out->miou, &out->fwiou, &out->accuracy, &out->loss, &out->seconds };
    int64_t whole[WHOLES];
    if (!o || o->type != MSGPACK_OBJECT_ARRAY || (o->via.array.size != OLDER && o->via.array.size != FIELDS))
        return false;
    out->latency_ms = NAN;
    if (o->via.array.size == FIELDS && !ax_read_real(&o->via.array.ptr[OLDER], &out->latency_ms))
        return false;
    for (int i = 0; i < REALS; i++)
        if (!ax_read_real(&o->via.array.ptr[i], real[i]))
            return false;
    for (int i = 0; i < WHOLES; i++)
        if (!ax_read_whole(&o->via.array.ptr[REALS + i], &whole[i]) || whole[i] < 0)
            return false;
    if (whole[3] > UINT32_MAX || whole[4] > UINT32_MAX)
        return false;
    out->params = (uint64_t)whole[0];
    out->macs = (uint64_t)whole[1];
    out->peak_bytes = (uint64_t)whole[2];
    out->stage = (uint32_t)whole[3];
    out->batch = (uint32_t)whole[4];
    return true;
}
