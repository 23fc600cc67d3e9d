/* Layers with parameters, as used by decoder and encoder: names, shapes and initialisation in one place. */
#ifndef AX_SPACE_LAYER_H
#define AX_SPACE_LAYER_H

#include "engine/graph/graph.h"

/* State shared by all layers of a network. err is required and starts as AX_OK. It keeps the first failure; from then
   on every builder here does nothing and returns {0}, so that a network needs one check, at its end. */
typedef struct ax_layers {
    ax_graph *g;
    ax_group group;
    bool train;       /* batch statistics */
    bool init_fan_in; /* convolutions start as AX_INIT_FAN_IN, except those that are quiet or start at 1 */
    ax_err *err;
} ax_layers;

typedef struct ax_conv_spec {
    int32_t out;
    uint8_t kernel, stride, dilation; /* padding is dilation * (kernel / 2): "same" at stride 1 */
    bool depthwise, bias;
    bool quiet;    /* weights start as AX_INIT_SMALL, else as AX_INIT_HE */
    bool bias_one; /* the bias starts at 1, not 0 */
} ax_conv_spec;

ax_shape ax_layer_shape(const ax_layers *l, ax_val v);
ax_val ax_layer_apply(const ax_layers *l, ax_op op, ax_attr attr, const ax_val *in, size_t n_in);
/* PREFIX.weight {O,k,k,I/groups} and PREFIX.bias {1,1,1,O}. */
ax_val ax_layer_conv(const ax_layers *l, const char *prefix, ax_val x, ax_conv_spec spec);
/* PREFIX.{weight,bias,running_mean,running_var}; eps 1e-5, momentum 0.1; act (ax_act) included. */
ax_val ax_layer_bnorm(const ax_layers *l, const char *prefix, ax_val x, ax_act act);
/* PREFIX.conv, PREFIX.bn, ReLU. */
ax_val ax_layer_conv_bn_relu(const ax_layers *l, const char *prefix, ax_val x, ax_conv_spec spec);
ax_val ax_layer_add(const ax_layers *l, ax_val a, ax_val b);
/* PREFIX.scale.0 * a + PREFIX.scale.1 * b: a factor per channel, initially 1. */
ax_val ax_layer_mix(const ax_layers *l, const char *prefix, ax_val a, ax_val b);
/* Concatenates n values of one size and maps them to `out` channels: PREFIX.aggregate.{conv,bn} (1x1), ReLU. */
ax_val ax_layer_aggregate(const ax_layers *l, const char *prefix, const ax_val *x, size_t n, int32_t out);
/* `repeats` steps of a separable convolution: PREFIX.step.{i}.depthwise by this spec (its `out` equals the channels of
   each step's input), a 1x1 convolution PREFIX.step.{i}.pointwise to `out` channels, and PREFIX.step.{i}.bn with
   ReLU. */
ax_val ax_layer_separable(const ax_layers *l, const char *prefix, ax_val x, ax_conv_spec depthwise, int32_t out,
                          int32_t repeats);
/* Compares by height, then by width. */
bool ax_shape_is_larger(ax_shape a, ax_shape b);
/* Concatenates up to AX_LAYER_JOINED maps at one size, then ReLU. As in the published networks, maps are joined from
   left to right and the smaller side is resized each time. So a small map may be resized more than once, which differs
   from one resize to the largest size. */
enum { AX_LAYER_JOINED = 7 };
ax_val ax_layer_join(const ax_layers *l, const ax_val *x, size_t n);
/* Returns x itself when it has this size. */
ax_val ax_layer_resize(const ax_layers *l, ax_val x, int32_t h, int32_t w);

#endif
