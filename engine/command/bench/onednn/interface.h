/* The differences between the interfaces of oneDNN 2 and 3, each in its own file; the Makefile chooses one. */
#ifndef AX_COMMAND_BENCH_ONEDNN_INTERFACE_H
#define AX_COMMAND_BENCH_ONEDNN_INTERFACE_H

#include <oneapi/dnnl/dnnl.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct ax_dnnl_desc {
    dnnl_memory_desc_t md;
} ax_dnnl_desc;

/* A float32 tensor with this layout tag; dnnl_format_tag_any leaves the layout to the primitive. */
dnnl_status_t ax_dnnl_desc_init(ax_dnnl_desc *d, int n_dims, const dnnl_dims_t dims, dnnl_format_tag_t tag);
void ax_dnnl_desc_release(ax_dnnl_desc *d);

/* Memory for one argument of a primitive, forward or backward: *bytes, and whether it is float32; *mem NULL: no such
   argument. */
dnnl_status_t ax_dnnl_argument(const_dnnl_primitive_desc_t pd, int arg, bool backward, dnnl_engine_t engine,
                               dnnl_memory_t *mem, size_t *bytes, bool *floats);

/* Descriptors of primitives; a backward primitive is made with the forward one as its hint. */
typedef enum ax_dnnl_pass { AX_DNNL_FORWARD, AX_DNNL_DATA, AX_DNNL_WEIGHTS } ax_dnnl_pass;
typedef struct ax_dnnl_conv {
    const ax_dnnl_desc *x, *w, *bias, *y; /* bias NULL: none */
    dnnl_dims_t stride, dilation, pad;    /* dilation 0 is dense */
} ax_dnnl_conv;
dnnl_status_t ax_dnnl_conv_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, ax_dnnl_pass pass,
                                  const ax_dnnl_conv *c);
dnnl_status_t ax_dnnl_eltwise_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                     dnnl_alg_kind_t kind, const ax_dnnl_desc *x, float alpha, float beta);
dnnl_status_t ax_dnnl_norm_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                  dnnl_prop_kind_t forward, const ax_dnnl_desc *x, float eps, unsigned flags);
/* The mean of each map. */
dnnl_status_t ax_dnnl_pool_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward, const ax_dnnl_desc *x,
                                  const ax_dnnl_desc *y, const dnnl_dims_t size);
dnnl_status_t ax_dnnl_resize_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, bool backward,
                                    const ax_dnnl_desc *x, const ax_dnnl_desc *y);
dnnl_status_t ax_dnnl_add_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *x);
enum { AX_DNNL_CONCAT = 4 }; /* most inputs */
dnnl_status_t ax_dnnl_concat_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *in, int n,
                                    const ax_dnnl_desc *y);
dnnl_status_t ax_dnnl_log_softmax_create(dnnl_primitive_desc_t *pd, dnnl_engine_t engine, const ax_dnnl_desc *x);

#endif
