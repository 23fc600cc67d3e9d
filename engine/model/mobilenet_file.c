/* MobileNet-v2 files: recognises the network by its tensors, and maps tensor names of others to ours. */
#include "engine/model/mobilenet.h"

#include "engine/model/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 96, MOST_BLOCKS = 64 };

typedef enum naming { OWN, TORCHVISION, TIMM } naming;

static const char *const stem_of[] = {
    [OWN] = "encoder.features.0.0.weight", [TORCHVISION] = "features.0.0.weight", [TIMM] = "conv_stem.weight"
};

/* The stage of block index - 1; index becomes the block's number within it. */
static int stage_of(const ax_mobilenet *m, unsigned long *block)
{
    int stage = 0;
    for (; stage + 1 < AX_MOBILENET_STAGES && *block >= (unsigned long)m->stage[stage].blocks; stage++)
        *block -= (unsigned long)m->stage[stage].blocks;
    return stage;
}

/* timm's name for torchvision's tensor name ("features.2.conv.1.0.weight" is "blocks.1.0.conv_dw.weight"). */
static void to_timm(const ax_mobilenet *m, const char *name, char out[static NAME])
{
    static const struct {
        /* first: in block 1, which has no expansion; others: in all other blocks. */
        const char *torchvision, *first, *others;
    } part[] = {
        { "0.0", "conv_dw", "conv_pw" }, { "0.1", "bn1", "bn1" },    { "1.0", NULL, "conv_dw" }, { "1.1", NULL, "bn2" },
        { "1", "conv_pw", NULL },        { "2", "bn2", "conv_pwl" }, { "3", NULL, "bn3" },
    };
    char *rest;
    unsigned long index = strtoul(name + strlen("features."), &rest, 10);
    const char *field = strrchr(name, '.');
    snprintf(out, NAME, "%s", name);
    if (!index) {
        snprintf(out, NAME, "%s%s", rest[1] == '0' ? "conv_stem" : "bn1", field);
        return;
    }
    rest += strlen(".conv.");
    unsigned long block = index - 1;
    int stage = stage_of(m, &block);
    bool first = stage == 0; /* no block of stage 0 has an expansion */
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        const char *own = first ? part[i].first : part[i].others;
        size_t n = strlen(part[i].torchvision);
        if (own && rest + n == field && !strncmp(rest, part[i].torchvision, n)) {
            snprintf(out, NAME, "blocks.%d.%lu.%s%s", stage, block, own, field);
            return;
        }
    }
}

/* The file's name for our tensor name ("encoder.features...."). */
static const char *their_name(const ax_mobilenet *m, naming as, const char *name, char buf[static NAME])
{
    static const char prefix[] = "encoder.";
    if (as == OWN)
        return name;
    if (as == TORCHVISION)
        return name + sizeof prefix - 1;
    to_timm(m, name + sizeof prefix - 1, buf);
    return buf;
}

static ax_code find_naming(const ax_safetensors *st, naming *as, ax_err *err)
{
    for (*as = OWN; *as <= TIMM; ++*as)
        if (ax_safetensors_find(st, stem_of[*as]))
            return AX_OK;
    return ax_fail(err, AX_EFORMAT,
                   "%s: not a MobileNet-v2: neither 'features.0.0.weight' (torchvision's naming) nor "
                   "'conv_stem.weight' (timm's) is there",
                   ax_safetensors_name(st));
}

/* ---- recognising the network ---- */

/* Output channels of a convolution; 0: missing. */
static int32_t channels_of(const ax_safetensors *st, const ax_mobilenet *m, naming as, const char *name)
{
    char buf[NAME];
    const ax_st_tensor *t = ax_safetensors_find(st, their_name(m, as, name, buf));
    return t && t->n_dim == 4 && t->dim[0] > 0 && t->dim[0] <= 4096 ? (int32_t)t->dim[0] : 0;
}

/* timm numbers blocks within stages, so deeper networks can be recognised; torchvision only has the paper's depth. */
static void count_blocks(const ax_safetensors *st, ax_mobilenet *m)
{
    for (int i = 0; i < AX_MOBILENET_STAGES; i++) {
        int32_t n = 0;
        char name[NAME];
        do
            snprintf(name, sizeof name, "blocks.%d.%d.conv_dw.weight", i, n);
        while (ax_safetensors_find(st, name) && ++n < MOST_BLOCKS);
        m->stage[i].blocks = n ? n : m->stage[i].blocks;
    }
}

/* Channels according to the tensors: those of the last convolution of each stage's first block. */
static void read_channels(const ax_safetensors *st, naming as, ax_mobilenet *m)
{
    m->stem = channels_of(st, m, as, "encoder.features.0.0.weight");
    for (int i = 0, index = 1; i < AX_MOBILENET_STAGES; i++) {
        char name[NAME];
        snprintf(name, sizeof name, "encoder.features.%d.conv.%d.weight", index, i ? 2 : 1);
        m->stage[i].channels = channels_of(st, m, as, name);
        index += m->stage[i].blocks;
    }
}

/* Number of channel counts, of 8, that agree. */
static int agreement(const ax_mobilenet *a, const ax_mobilenet *b)
{
    int n = a->stem == b->stem;
    for (int i = 0; i < AX_MOBILENET_STAGES; i++)
        n += a->stage[i].channels == b->stage[i].channels;
    return n;
}

/* Widths are tried in this order: among widths with equal channels, the commonly published one gives the name. */
static double width_at(int i)
{
    static const double published[] = { 1, 1.4, 1.3, 1.2, 1.1, .75, .5, .35, .25, .1 };
    enum { PUBLISHED = sizeof published / sizeof *published, HUNDREDTHS = 191 };
    return i < PUBLISHED ? published[i] : i < PUBLISHED + HUNDREDTHS ? (i - PUBLISHED + 10) / 100.0 : 0;
}

/* The rule determines the network, so that the error names the tensor that deviates from it rather than its neighbours.
   timm's deeper networks don't scale the stem. */
ax_code ax_mobilenet_recognise(const ax_safetensors *st, ax_mobilenet *out, double *width, ax_err *err)
{
    naming as = OWN;
    ax_mobilenet is = ax_mobilenet_of_width(1), best = is;
    int agree = 0;
    ax_code code = find_naming(st, &as, err);
    if (code != AX_OK)
        return code;
    if (as == TIMM)
        count_blocks(st, &is);
    read_channels(st, as, &is);
    for (int i = 0, n; width_at(i) > 0; i++) {
        ax_mobilenet at = ax_mobilenet_of_width(width_at(i));
        if ((n = agreement(&is, &at)) > agree) {
            agree = n;
            best = at;
            *width = width_at(i);
        }
        at.stem = 32;
        if (as == TIMM && (n = agreement(&is, &at)) > agree) {
            agree = n;
            best = at;
            *width = width_at(i);
        }
    }
    char text[AX_MOBILENET_TEXT];
    if (agree <= AX_MOBILENET_STAGES / 2)
        return ax_fail(err, AX_EFORMAT, "%s: not a MobileNet-v2 of any width: its channels are %s",
                       ax_safetensors_name(st), ax_mobilenet_print(&is, text));
    for (int i = 0; i < AX_MOBILENET_STAGES; i++)
        best.stage[i].blocks = is.stage[i].blocks;
    *out = best;
    return AX_OK;
}

/* ---- tensors ---- */

ax_code ax_mobilenet_load(const ax_mobilenet *m, ax_params *p, const ax_safetensors *st, ax_err *err)
{
    static const char prefix[] = "encoder.";
    naming as = OWN;
    ax_code code = find_naming(st, &as, err);
    for (size_t i = 0; i < ax_params_count(p) && code == AX_OK; i++) {
        const char *name = ax_params_spec(p, i)->name;
        char theirs[NAME];
        if (!strncmp(name, prefix, sizeof prefix - 1))
            code = ax_tensor_load(p, i, st, their_name(m, as, name, theirs), err);
    }
    return code;
}
