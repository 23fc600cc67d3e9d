#include "engine/model/encoder.h"

#include "engine/model/mobilenet.h"

const ax_encoder *ax_encoder_get(void)
{
    return &ax_mobilenet;
}

ax_code ax_encoder_graph(const ax_encoder *e, ax_graph *g, int32_t h, int32_t w, ax_err *err)
{
    ax_val taps[AX_MAX_TAPS] = { { 0 } };
    ax_val image = ax_graph_input(g, "image", (ax_type) { .shape = { 1, h, w, 3 } }, err);
    ax_code code = image.id ? e->build(g, image, false, taps, err) : AX_ENOMEM;
    for (int k = 0; k < e->taps.n && code == AX_OK; k++)
        code = ax_graph_keep(g, taps[k], ax_tap_name(k), err);
    return code;
}

ax_params *ax_encoder_params(const ax_encoder *e, const ax_graph *g, const ax_backend *be, ax_device *dev, ax_err *err)
{
    const ax_graph *graphs[] = { g };
    ax_params *p = ax_params_new(graphs, 1, be, dev, NULL, err);
    ax_safetensors *st = p ? e->embedded(err) : NULL;
    if (p && (!st || e->load(p, st, err) != AX_OK)) {
        ax_params_free(p);
        p = NULL;
    }
    ax_safetensors_free(st);
    return p;
}
