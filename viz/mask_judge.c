/* How right the predictions of a mask file are, image by image and class by class. */
#include "viz/mask.h"

#include <math.h>
#include <stdlib.h>

static bool has_classes(const ax_maskfile *m, int image)
{
    return image >= 0 && image < m->images && m->truth[image] && m->predicted[image] && m->channels != 3;
}

bool ax_mask_count_image(const ax_maskfile *m, int image, ax_mask_count count[static 256])
{
    bool any = false;
    size_t n = (size_t)m->h * (size_t)m->w;
    if (!has_classes(m, image))
        return false;
    const uint8_t *truth = m->truth[image], *predicted = m->predicted[image];
    for (size_t i = 0, run; i < n; i += run) { /* neighbours are mostly alike */
        uint8_t t = truth[i], p = predicted[i];
        for (run = 1; i + run < n && truth[i + run] == t && predicted[i + run] == p; run++) {
        }
        if (t == AX_MASK_UNLABELLED)
            continue;
        any = true;
        count[t].truth += run;
        count[t].either += run;
        if (t == p)
            count[t].both += run;
        else
            count[p].either += run;
    }
    return any;
}

double ax_mask_iou(const ax_mask_count *c)
{
    return c->either ? (double)c->both / (double)c->either : NAN;
}

double ax_mask_share_right(const ax_mask_count count[static 256])
{
    uint64_t right = 0, labelled = 0;
    for (int i = 0; i < 256; i++) {
        right += count[i].both;
        labelled += count[i].truth;
    }
    return labelled ? (double)right / (double)labelled : NAN;
}

double ax_mask_correct(const ax_maskfile *m, int image)
{
    ax_mask_count count[256] = { { 0 } };
    ax_mask_count_image(m, image, count);
    return ax_mask_share_right(count);
}

void ax_mask_order(const ax_maskfile *m, uint8_t order[static AX_MASK_IMAGES])
{
    double good[AX_MASK_IMAGES];
    for (int i = 0; i < m->images; i++) {
        double v = m->judged && isfinite(m->figures[i].reward) ? m->figures[i].reward : ax_mask_correct(m, i);
        good[i] = isfinite(v) ? v : INFINITY;
        int k = i;
        for (; k > 0 && good[order[k - 1]] > good[i]; k--)
            order[k] = order[k - 1];
        order[k] = (uint8_t)i;
    }
}

static uint8_t *draw_errors(const ax_maskfile *m, int image)
{
    size_t n = (size_t)m->h * (size_t)m->w;
    uint8_t *out = malloc(3 * n);
    for (size_t k = 0; k < n && out; k++) {
        const uint8_t *rgb = m->rgb[image] ? m->rgb[image] + 3 * k : NULL;
        int grey = rgb ? (rgb[0] + 2 * rgb[1] + rgb[2]) / 4 : 128, pale = 160 + grey * 3 / 8;
        uint8_t truth = m->truth[image][k];
        bool labelled = truth != AX_MASK_UNLABELLED, wrong = labelled && truth != m->predicted[image][k];
        out[3 * k] = (uint8_t)(wrong ? 200 + grey / 5 : labelled ? pale : 255);
        out[3 * k + 1] = out[3 * k + 2] = (uint8_t)(wrong ? grey / 4 : labelled ? pale : 255);
    }
    return out;
}

ax_code ax_mask_add_error(ax_maskfile *m, int image, ax_err *err)
{
    if (has_classes(m, image) && !m->error[image] && !(m->error[image] = draw_errors(m, image)))
        return ax_fail(err, AX_ENOMEM, "no memory for a picture");
    return AX_OK;
}
