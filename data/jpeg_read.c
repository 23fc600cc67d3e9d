#include "data/image_internal.h"
#include "data/orientation.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

enum { MOST_SCANS = 200 }; /* a progressive file has about ten; thousands only waste time */

/* Everything that must survive longjmp is here, not in local variables. base comes first, since libjpeg knows only
   that. */
typedef struct reading {
    struct jpeg_error_mgr base;
    struct jpeg_progress_mgr progress;
    struct jpeg_decompress_struct jpeg;
    jmp_buf back;
    const char *name;
    ax_err *err;
    ax_code code;
    bool in_scans; /* the header has been read */
    bool cut;      /* the end marker is missing */
    unsigned seen; /* bits of the components in scans so far */
    uint8_t *pixels;
} reading;

/* A valid file of a kind that libjpeg doesn't support. */
static bool is_unsupported(int code)
{
    return code == JERR_BAD_PRECISION || code == JERR_SOF_UNSUPPORTED || code == JERR_ARITH_NOTIMPL ||
           code == JERR_CONVERSION_NOTIMPL || code == JERR_FRACT_SAMPLE_NOTIMPL || code == JERR_CCIR601_NOTIMPL ||
           code == JERR_EMPTY_IMAGE; /* its height is stated behind its pixels */
}

static void on_error(j_common_ptr jpeg)
{
    reading *r = (reading *)jpeg->err;
    int code = jpeg->err->msg_code;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    if (r->code == AX_OK && code == JERR_IMAGE_TOO_BIG) /* libjpeg's limit, which is above ours */
        r->code = ax_image_check_size(r->jpeg.image_width, r->jpeg.image_height, r->name, r->err);
    if (r->code == AX_OK)
        r->code = ax_fail(r->err, code == JERR_OUT_OF_MEMORY ? AX_ENOMEM : AX_EFORMAT, "%s: %s: %s", r->name,
                          is_unsupported(code) ? "a JPEG of a kind that isn't read" : "damaged JPEG", text);
    longjmp(r->back, 1);
}

/* libjpeg warns and invents missing data. Oddities that affect no pixel are accepted; lost or invented pixels are an
   error: bad codes, a segment that ends early, restart markers out of order, contradictory scans. */
static void on_message(j_common_ptr jpeg, int level)
{
    reading *r = (reading *)jpeg->err;
    if (level >= 0)
        return; /* not a warning */
    switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA: /* bytes before a marker */
    case JWRN_ADOBE_XFORM:     /* unknown code: the default colours are used */
    case JWRN_JFIF_MAJOR:      /* a later version of JFIF */
    case JWRN_NOT_SEQUENTIAL:  /* scan parameters without meaning in a baseline file */
        return;
    case JWRN_JPEG_EOF: /* no end marker: if pixel data is missing, another warning follows or is_complete finds out */
        if (r->in_scans && !r->jpeg.arith_code) { /* arithmetic codes may end early, with implied zeros */
            r->cut = true;
            return;
        }
        break;
    default:
        break;
    }
    on_error(jpeg);
}

/* Called while a file of several scans is read. */
static void on_progress(j_common_ptr jpeg)
{
    reading *r = (reading *)jpeg->err;
    struct jpeg_decompress_struct *j = &r->jpeg;
    if (j->input_scan_number > MOST_SCANS) {
        r->code = ax_fail(r->err, AX_EFORMAT, "%s: a JPEG of more than %d scans", r->name, MOST_SCANS);
        longjmp(r->back, 1);
    }
    for (int i = 0; i < j->comps_in_scan; i++)
        r->seen |= 1u << j->cur_comp_info[i]->component_index;
}

static void refuse(reading *r, ax_code code)
{
    r->code = code;
    longjmp(r->back, 1);
}

/* Whether a file of several scans has every component; for a progressive one also the DC coefficients to the last bit
   and, without an end marker, all others: with one, all-zero scans may be omitted. */
static bool is_complete(const reading *r)
{
    const struct jpeg_decompress_struct *j = &r->jpeg;
    if (r->seen != (1u << j->num_components) - 1)
        return false;
    for (int c = 0; c < j->num_components && j->coef_bits; c++)
        for (int k = 0; k < (r->cut ? DCTSIZE2 : 1); k++)
            if (j->coef_bits[c][k] != 0)
                return false;
    return true;
}

/* Feeds some of the n bytes, up to a marker that can't follow a scan and stands in place of the end marker, so that
   libjpeg doesn't fail behind the last pixel. */
static size_t end_of_scans(const uint8_t *bytes, size_t n)
{
    enum { RST0 = 0xd0, RST7 = 0xd7, SOI = 0xd8, EOI = 0xd9, SOS = 0xda, TEM = 0x01, DHT = 0xc4, DAC = 0xcc };
    bool scan = false;
    for (size_t at = 2; at + 1 < n;) {
        uint8_t code = bytes[at + 1];
        if (bytes[at] != 0xff || !code || code == 0xff || code == TEM || (code >= RST0 && code <= RST7)) {
            at++; /* coded data, or bytes that libjpeg skips */
            continue;
        }
        size_t length = n - at < 4 ? 0 : (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        bool frame = code >= 0xc0 && code <= 0xcf && code != DHT && code != DAC;
        bool fits = code >= 0xc0 && code < 0xf0 && code != SOI && length >= 2 && length <= n - at - 2;
        if (code == EOI || (!fits && !scan))
            break;
        if (!fits || (frame && scan))
            return at;
        scan |= code == SOS;
        at += 2 + length;
    }
    return n;
}

static int orientation_of(const struct jpeg_decompress_struct *j)
{
    static const char exif[6] = "Exif\0";
    int orientation = 0;
    for (jpeg_saved_marker_ptr m = j->marker_list; m && !orientation; m = m->next)
        if (m->data_length >= sizeof exif && !memcmp(m->data, exif, sizeof exif))
            orientation = ax_orientation_of(m->data + sizeof exif, m->data_length - sizeof exif);
    return orientation;
}

static void decode(reading *r, const uint8_t *bytes, size_t n, ax_pixels *out)
{
    struct jpeg_decompress_struct *j = &r->jpeg;
    jpeg_create_decompress(j);
    r->progress.progress_monitor = on_progress;
    j->progress = &r->progress;
    jpeg_save_markers(j, JPEG_APP0 + 1, 0xffff);
    jpeg_mem_src(j, bytes, (unsigned long)end_of_scans(bytes, n));
    jpeg_read_header(j, TRUE);
    r->in_scans = true;
    if (ax_image_check_size(j->image_width, j->image_height, r->name, r->err) != AX_OK)
        refuse(r, AX_EFORMAT);
    if (j->jpeg_color_space == JCS_CMYK || j->jpeg_color_space == JCS_YCCK)
        refuse(r, ax_fail(r->err, AX_EFORMAT, "%s: a CMYK JPEG; convert it to RGB", r->name));
    j->out_color_space = JCS_RGB;
    j->dct_method = JDCT_ISLOW;
    j->do_block_smoothing = FALSE; /* it would invent data that a progressive file omits */
    jpeg_start_decompress(j);
    if (jpeg_has_multiple_scans(j) && !is_complete(r))
        refuse(r, ax_fail(r->err, AX_EFORMAT, "%s: damaged JPEG: the file is cut short: it lacks scans", r->name));
    size_t stride = (size_t)j->output_width * 3;
    r->pixels = malloc(stride * j->output_height);
    if (!r->pixels)
        refuse(r, ax_fail(r->err, AX_ENOMEM, "%s: no memory for %ux%u pixels", r->name, j->output_width,
                          j->output_height));
    while (j->output_scanline < j->output_height) {
        JSAMPROW row = r->pixels + stride * j->output_scanline;
        jpeg_read_scanlines(j, &row, 1);
    }
    /* not finished: data behind the last row doesn't matter */
    *out = (ax_pixels) { .size = 3,
                         .h = (int32_t)j->output_height,
                         .w = (int32_t)j->output_width,
                         .bytes = r->pixels,
                         .orientation = orientation_of(j) };
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
