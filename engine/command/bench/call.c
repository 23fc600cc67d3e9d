/* Describes kernel calls as text, and counts their work. */
#include "engine/command/bench/bench.h"
#include "engine/op/chain.h"

#include <stdio.h>
#include <string.h>

const ax_operand *ax_bench_input(const ax_call *call, uint32_t i)
{
    uint32_t at = i + (call->backward ? ax_op_get(call->op)->n_out : 0);
    return at < call->n_in ? &call->in[at] : NULL;
}

const ax_type *ax_bench_output(const ax_call *call)
{
    return call->backward ? &call->in[0].type : &call->out[0].type;
}

/* Number of maps that a FUSED adds. */
static uint32_t summands(const ax_call *call)
{
    return call->n_in - 2 - (call->attr.fused.bias ? 1 : 0) - (call->attr.fused.norm ? 4 : 0);
}

/* " 3x3 dw d6+bn+relu+add": describes a FUSED, or a link of a CHAIN. */
static void fused_text(const ax_call *call, bool strides, char *out, size_t cap)
{
    static const char *const acts[] = { "", "+relu", "+relu6" }, *const sums[] = { "", "+add", "+add+add" };
    const ax_fused_attr *a = &call->attr.fused;
    char dilation[8] = "", stride[8] = "";
    if (a->dilation > 1)
        snprintf(dilation, sizeof dilation, " d%d", a->dilation);
    if (strides && a->stride > 1)
        snprintf(stride, sizeof stride, " s%d", a->stride);
    snprintf(out, cap, " %dx%d%s%s%s%s%s%s%s", a->kernel, a->kernel, a->groups > 1 ? " dw" : "", dilation, stride,
             a->norm ? "+bn" : "", acts[a->act % 3], sums[summands(call) % 3], acts[a->after % 3]);
}

static void append_link(const ax_call *chain, unsigned k, char *out, size_t cap)
{
    const ax_call link = ax_chain_call(chain, k);
    const size_t n = strlen(out);
    fused_text(&link, true, out + n, cap - n);
}

void ax_bench_family(const ax_call *call, char *out, size_t cap)
{
    static const char *const acts[] = { "", "+relu", "+relu6" };
    const char *text = ax_op_get(call->op)->text;
    const ax_attr *a = &call->attr;
    int n;
    switch (call->op) {
    case AX_OP_CONV2D:
        n = snprintf(out, cap, "%s %dx%d%s", text, a->conv.kernel, a->conv.kernel, a->conv.groups > 1 ? " dw" : "");
        if (a->conv.dilation > 1 && n > 0 && (size_t)n < cap)
            snprintf(out + n, cap - (size_t)n, " d%d", a->conv.dilation);
        break;
    case AX_OP_FUSED:
        n = snprintf(out, cap, "%s", text);
        if (n > 0 && (size_t)n < cap)
            fused_text(call, false, out + n, cap - (size_t)n);
        break;
    case AX_OP_CHAIN:
        snprintf(out, cap, "%s", text);
        for (unsigned k = 0; k < a->chain.links; k++)
            append_link(call, k, out, cap);
        break;
    case AX_OP_BNORM:
        snprintf(out, cap, "%s%s%s", text, acts[a->norm.act % 3], a->norm.train ? "" : " frozen");
        break;
    case AX_OP_RELU:
        snprintf(out, cap, "%s%s", text, a->act == AX_ACT_RELU6 ? "6" : "");
        break;
    default:
        snprintf(out, cap, "%s", text);
    }
}

void ax_bench_variant(const ax_call *call, char *out, size_t cap)
{
    const ax_operand *x = ax_bench_input(call, 0);
    ax_shape y = ax_bench_output(call)->shape, from = x ? x->type.shape : y;
    char wants[16] = "", size[32] = "", to[16] = "", stride[8] = "";
    if (call->op == AX_OP_CHAIN) {
        snprintf(to, sizeof to, "->%d", y.c);
        y = from;
    } else if (call->op == AX_OP_CONV2D || call->op == AX_OP_FUSED) {
        if (call->backward)
            snprintf(wants, sizeof wants, "%s%s%s ", call->out[0].mem ? " x" : "", call->out[1].mem ? " w" : "",
                     call->n_out > 2 && call->out[2].mem ? " b" : "");
        snprintf(to, sizeof to, "->%d", y.c);
        if (call->attr.conv.stride > 1)
            snprintf(stride, sizeof stride, " s%d", call->attr.conv.stride);
        y.c = from.c;
    } else if (call->op == AX_OP_RESIZE || call->op == AX_OP_ARGMAX || call->op == AX_OP_GPOOL) {
        snprintf(size, sizeof size, "%dx%d to ", from.h, from.w);
    } else if (call->op != AX_OP_CONCAT && call->op != AX_OP_WSUM) {
        y = from;
    }
    snprintf(out, cap, "%s%s%s%dx%dx%dx%d%s%s", call->backward ? "backward" : "",
             call->backward && !wants[0] ? " " : wants, size, y.n, y.h, y.w, y.c, to, stride);
}

/* Pairs of output and tap along one axis that lie inside the map; padding isn't work. */
static double taps_inside(const ax_attr *a, int32_t in, int32_t out)
{
    double n = 0;
    for (int32_t k = 0; k < a->conv.kernel; k++)
        for (int32_t o = 0; o < out; o++) {
            int32_t at = o * a->conv.stride - a->conv.pad + k * a->conv.dilation;
            n += at >= 0 && at < in;
        }
    return n;
}

static double conv_flop(const ax_call *call, ax_shape x, ax_shape y)
{
    const ax_attr *a = &call->attr;
    int32_t groups = a->conv.groups > 1 ? (int32_t)a->conv.groups : 1;
    int32_t group_inputs = x.c / groups;
    double one = 2.0 * x.n * taps_inside(a, x.h, y.h) * taps_inside(a, x.w, y.w) * y.c * group_inputs;
    return call->backward ? one * ((call->out[0].mem != NULL) + (call->out[1].mem != NULL)) : one;
}

double ax_bench_flop(const ax_call *call)
{
    bool back = call->backward;
    const ax_operand *x = ax_bench_input(call, 0);
    double in = x ? (double)ax_shape_count(x->type.shape) : 0,
           out = (double)ax_shape_count(ax_bench_output(call)->shape);
    const ax_attr *a = &call->attr;
    double links = 0;
    switch (call->op) {
    case AX_OP_CONV2D:
        return conv_flop(call, x->type.shape, ax_bench_output(call)->shape);
    case AX_OP_FUSED:
        return conv_flop(call, x->type.shape, ax_bench_output(call)->shape) + summands(call) * out;
    case AX_OP_CHAIN:
        for (unsigned k = 0; k < a->chain.links; k++) {
            const ax_call link = ax_chain_call(call, k);
            links += ax_bench_flop(&link);
        }
        return links;
    case AX_OP_BNORM: /* sums of the values and of their squares (4), then subtract, multiply-add and the activation */
        if (back)
            return in * (a->norm.train ? 9 : 6);
        return in * ((a->norm.train ? 7 : 3) + (a->norm.act != AX_ACT_NONE));
    case AX_OP_RELU:
        return in;
    case AX_OP_ADD:
        return back ? 0 : in;
    case AX_OP_RESIZE: /* four weighted pixels; from one pixel it is a copy, and its gradient a sum */
        return x->type.shape.h * x->type.shape.w == 1 ? (back ? out : 0) : 8 * out;
    case AX_OP_GPOOL:
        return back ? 0 : in;
    case AX_OP_MAXPOOL:
        return a->conv.kernel * a->conv.kernel * (back ? in : out);
    case AX_OP_MIX:
        return back ? 6 * in : 3 * in;
    case AX_OP_CE: /* maximum, subtract, exp, sum, scale, subtract the label */
        return back ? in : 6 * in;
    case AX_OP_DEPTH_LOSS: /* subtract, compare, square, scale, twice */
        return back ? in : 8 * in;
    case AX_OP_MSE:
        return back ? 2 * in : 3 * in;
    case AX_OP_WMSE:
        return 4 * in;
    case AX_OP_WSUM:
        return back ? 1.0 * call->n_out : 2.0 * call->n_in;
    case AX_OP_ARGMAX: /* a resize and a comparison per class */
        return 9 * out * x->type.shape.c;
    default: /* ZERO, CONCAT */
        return 0;
    }
}

double ax_bench_bytes(const ax_call *call)
{
    double bytes = 0;
    for (uint32_t i = 0; i < call->n_in; i++)
        if (call->in[i].mem)
            bytes += (double)ax_type_bytes(call->in[i].type);
    for (uint32_t i = 0; i < call->n_out; i++)
        if (call->out[i].mem)
            bytes += (double)ax_type_bytes(call->out[i].type);
    return bytes;
}
