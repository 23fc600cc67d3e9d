/* Parses the JSON header of a safetensors file and checks every tensor. */
#ifndef AX_MODEL_SAFETENSORS_HEADER_H
#define AX_MODEL_SAFETENSORS_HEADER_H

#include "engine/model/safetensors.h"

#define AX_ST_MAX_HEADER ((size_t)100 << 20) /* the limit of the format's own library */

typedef struct ax_st_header {
    ax_st_tensor *tensor; /* in header order; names are owned */
    size_t n, cap;
    ax_st_meta *meta; /* owned copies, sorted by key; keys are unique */
    size_t n_meta, cap_meta;
} ax_st_header;

/* Fills *h (zeroed by the caller; to be released even on failure). Each tensor's size must match its shape and lie
   inside the n_data bytes at data. name: for messages. */
ax_code ax_st_header_parse(ax_st_header *h, const char *json, size_t n, const char *data, size_t n_data,
                           const char *name, ax_err *err);
void ax_st_header_release(ax_st_header *h);
/* Sorts the metadata by key. AX_EFORMAT: a key is there twice, of which some readers would take the first value, others
   the last. name: for messages. */
ax_code ax_st_header_sort_meta(ax_st_header *h, const char *name, ax_err *err);

#endif
