#include "engine/model/safetensors_header.h"
#include "engine/model/safetensors_tensor.h"

#include "engine/base/file.h"
#include "engine/base/output.h"
#include "engine/base/str.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

static void add_meta(ax_str *out, const ax_st_meta *meta, size_t n)
{
    ax_str_add(out, "\"__metadata__\":{");
    for (size_t i = 0; i < n; i++) {
        ax_str_add(out, i ? "," : "");
        ax_str_json(out, meta[i].key);
        ax_str_add(out, ":");
        ax_str_json(out, meta[i].value);
    }
    ax_str_add(out, "}");
}

static void add_tensor(ax_str *out, const ax_st_tensor *t, size_t offset)
{
    ax_str_json(out, t->name);
    ax_str_printf(out, ":{\"dtype\":\"%s\",\"shape\":[", ax_st_dtype_name(t->dtype));
    for (int d = 0; d < t->n_dim; d++)
        ax_str_printf(out, "%s%" PRId64, d ? "," : "", t->dim[d]);
    ax_str_printf(out, "],\"data_offsets\":[%zu,%zu]}", offset, offset + t->bytes);
}

/* output: the user named path; else it is relative to dirfd. */
static ax_code write_file(bool output, int dirfd, const char *path, const ax_st_tensor *tensors, size_t n,
                          const ax_st_meta *meta, size_t n_meta, ax_err *err)
{
    enum { LENGTH, HEADER, DATA };
    struct iovec *piece = calloc(n + DATA, sizeof *piece);
    ax_str header;
    ax_str_init(&header, AX_ST_MAX_HEADER);
    ax_str_add(&header, "{");
    if (n_meta)
        add_meta(&header, meta, n_meta);
    size_t offset = 0;
    for (size_t i = 0; i < n; i++) {
        ax_str_add(&header, i || n_meta ? "," : "");
        add_tensor(&header, &tensors[i], offset);
        offset += tensors[i].bytes;
    }
    ax_str_add(&header, "}");
    while (header.len % 8 && ax_str_ok(&header)) /* data begins at a multiple of 8 bytes */
        ax_str_add(&header, " ");
    ax_code code = AX_OK;
    if (!piece || !ax_str_ok(&header)) {
        code = ax_fail(err, AX_ENOMEM, "%s: no memory for its header", path);
    } else {
        unsigned char length[8];
        for (int i = 0; i < 8; i++)
            length[i] = (unsigned char)((uint64_t)header.len >> 8 * i);
        piece[LENGTH] = (struct iovec) { length, sizeof length };
        piece[HEADER] = (struct iovec) { header.text, header.len };
        for (size_t i = 0; i < n; i++)
            piece[DATA + i] = (struct iovec) { (void *)(uintptr_t)tensors[i].data, tensors[i].bytes };
        code = output ? ax_output_write_pieces(path, piece, n + DATA, err)
                      : ax_file_replace_pieces(dirfd, path, piece, n + DATA, err);
    }
    ax_str_release(&header);
    free(piece);
    return code;
}

ax_code ax_safetensors_write(int dirfd, const char *path, const ax_st_tensor *tensors, size_t n, const ax_st_meta *meta,
                             size_t n_meta, ax_err *err)
{
    return write_file(false, dirfd, path, tensors, n, meta, n_meta, err);
}

ax_code ax_safetensors_output(const char *path, const ax_st_tensor *tensors, size_t n, const ax_st_meta *meta,
                              size_t n_meta, ax_err *err)
{
    return write_file(true, AT_FDCWD, path, tensors, n, meta, n_meta, err);
}
