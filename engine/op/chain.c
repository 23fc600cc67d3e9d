#include "engine/op/chain.h"

#include "engine/op/rules.h"

/* A link: its inputs besides x are inputs first .. first + n_in - 1 of the chain; n_in includes x. */
typedef struct link {
    ax_attr attr;
    size_t first, n_in;
} link;

static link link_of(const ax_attr *attr, size_t n_in, unsigned k)
{
    link l = { .first = 1 };
    for (unsigned i = 0; i <= k; i++) {
        l.first += i ? l.n_in - 1 : 0;
        l.attr.fused = attr->chain.link[i];
        l.n_in = 2 + (size_t)(l.attr.fused.bias ? 1 : 0) + (size_t)(l.attr.fused.norm ? 4 : 0);
    }
    if (k + 1 == attr->chain.links && n_in >= l.first)
        l.n_in = n_in - l.first + 1;
    return l;
}

/* The type of link k's output for input x. */
static ax_code infer_link(const ax_attr *attr, const ax_type *in, size_t n_in, unsigned k, ax_type x, ax_type *y,
                          ax_err *err)
{
    const link l = link_of(attr, n_in, k);
    ax_type own[AX_MAX_IN] = { x };
    if (l.n_in < 2 || l.first + l.n_in - 1 > n_in)
        return ax_op_reject(err, "chain", "the inputs aren't those that it says", x.shape);
    for (size_t i = 1; i < l.n_in; i++)
        own[i] = in[l.first + i - 1];
    return ax_op_fused.infer(&l.attr, own, l.n_in, y, err);
}

AX_INFER(infer)
{
    if (attr->chain.links < 1 || attr->chain.links > AX_MAX_LINKS)
        return ax_op_reject(err, "chain", "it has one to three links", in[0].shape);
    ax_code code = AX_OK;
    out[0] = in[0];
    for (unsigned k = 0; k < attr->chain.links && code == AX_OK; k++)
        code = infer_link(attr, in, n_in, k, out[0], out, err);
    return code;
}

ax_call ax_chain_call(const ax_call *chain, unsigned k)
{
    ax_type in[AX_MAX_IN], x = chain->in[0].type, y = x;
    for (uint32_t i = 0; i < chain->n_in; i++)
        in[i] = chain->in[i].type;
    for (unsigned i = 0; i <= k; i++) {
        x = y;
        infer_link(&chain->attr, in, chain->n_in, i, x, &y, NULL);
    }
    const link l = link_of(&chain->attr, chain->n_in, k);
    ax_call call = { .op = AX_OP_FUSED, .attr = l.attr, .n_in = (uint32_t)l.n_in, .n_out = 1 };
    call.in[0] = (ax_operand) { k ? NULL : chain->in[0].mem, x };
    for (size_t i = 1; i < l.n_in; i++)
        call.in[i] = chain->in[l.first + i - 1];
    call.out[0] = (ax_operand) { k + 1 < chain->attr.chain.links ? NULL : chain->out[0].mem, y };
    return call;
}

static uint64_t macs(const ax_attr *attr, const ax_type *in, size_t n_in)
{
    uint64_t sum = 0;
    ax_type x = in[0], y = x;
    for (unsigned k = 0; k < attr->chain.links; k++, x = y) {
        const link l = link_of(attr, n_in, k);
        const ax_type own[] = { x, in[l.first] };
        sum += ax_op_fused.macs(&l.attr, own, 2);
        infer_link(attr, in, n_in, k, x, &y, NULL);
    }
    return sum;
}

static uint32_t params(const ax_attr *attr)
{
    uint32_t n = 0;
    for (unsigned k = 0; k < attr->chain.links; k++)
        n += 1 + (attr->chain.link[k].bias ? 1 : 0) + (attr->chain.link[k].norm ? 4 : 0);
    return n;
}

const ax_op_info ax_op_chain = {
    .text = "chain",
    .min_in = 3,
    .max_in = AX_MAX_IN,
    .n_out = 1,
    .infer = infer,
    .map_in = 1,
    .map_out = 1,
    .params = params,
    .macs = macs,
};
