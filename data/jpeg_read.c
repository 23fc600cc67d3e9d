#include "data/image_internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
#include <jerror.h>

enum { MOST_SCANS = 200 }; /* a progressive file has about ten; thousands are a way to burn time */

/* Everything that must survive longjmp lives here, not in locals. base is first: libjpeg knows only that. */
typedef struct reading {
    struct jpeg_error_mgr base;
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf back;
    const char *name;
    ax_err *err;
    ax_code code;
    uint8_t *pixels;
} reading;

static void on_error(j_common_ptr jpeg)
{
    reading *r = (reading *)jpeg->err;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    if (r->code == AX_OK)
        r->code = ax_fail(r->err, jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? AX_ENOMEM : AX_EFORMAT,
                          "%s: damaged JPEG: %s", r->name, text);
    longjmp(r->back, 1);
}

/* libjpeg only warns about lost data and makes up grey pixels; for us that is an error. */
static void on_message(j_common_ptr jpeg, int level)
{
    if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA && jpeg->err->msg_code != JWRN_ADOBE_XFORM &&
        jpeg->err->msg_code != JWRN_JFIF_MAJOR)
        on_error(jpeg);
}

static void on_progress(j_common_ptr jpeg)
{
    reading *r = (reading *)jpeg->err;
    if (r->jpeg.input_scan_number > MOST_SCANS) {
        r->code = ax_fail(r->err, AX_EFORMAT, "%s: a JPEG of more than %d scans", r->name, MOST_SCANS);
        longjmp(r->back, 1);
    }
}

static void refuse(reading *r, ax_code code)
{
    r->code = code;
    longjmp(r->back, 1);
}

static void decode(reading *r, const uint8_t *bytes, size_t n, ax_pixels *out)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    jpeg_create_decompress(j);
    r->progress.progress_monitor = on_progress;
    j->progress = &r->progress;
    jpeg_mem_src(j, bytes, (unsigned long)n);
    jpeg_read_header(j, TRUE);
    if (ax_image_check_size(j->image_width, j->image_height, r->name, r->err) != AX_OK)
        refuse(r, AX_EFORMAT);
    if (j->jpeg_color_space == JCS_CMYK || j->jpeg_color_space == JCS_YCCK)
        refuse(r, ax_fail(r->err, AX_EFORMAT, "%s: a CMYK JPEG; convert it to RGB", r->name));
    j->out_color_space = JCS_RGB;
    j->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(j);
    size_t stride = (size_t)j->output_width * 3;
    r->pixels = malloc(stride * j->output_height);
    if (!r->pixels)
        refuse(r, ax_fail(r->err, AX_ENOMEM, "%s: no memory for %ux%u pixels", r->name, j->output_width,
                          j->output_height));
    while (j->output_scanline < j->output_height) {
        JSAMPROW row = r->pixels + stride * j->output_scanline;
        jpeg_read_scanlines(j, &row, 1);
    }
    jpeg_finish_decompress(j);
    *out = (ax_pixels) { .h = (int32_t)j->output_height, .w = (int32_t)j->output_width, .bytes = r->pixels };
    r->pixels = NULL;
}

ax_code ax_jpeg_decode(const uint8_t *bytes, size_t n, const char *name, ax_pixels *out, ax_err *err)
{
    reading *r = calloc(1, sizeof *r);
    if (!r)
        return ax_fail(err, AX_ENOMEM, "%s: no memory for libjpeg", name);
    r->jpeg.err = jpeg_std_error(&r->base);
    r->base.error_exit = on_error;
    r->base.emit_message = on_message;
    r->name = name;
    r->err = err;
    reading *volatile state = r;
    if (!setjmp(state->back))
        decode(state, bytes, n, out);
    ax_code code = state->code;
    jpeg_destroy_decompress(&state->jpeg);
    free(state->pixels);
    free(state);
    return code;
}
