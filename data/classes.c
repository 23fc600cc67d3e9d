#include "data/classes.h"

#include "engine/base/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t ax_class_color(uint32_t id)
{
    uint32_t color = 0;
    for (int bit = 7; id && bit >= 0; bit--, id >>= 3)
        for (int c = 0; c < 3; c++)
            color |= (id >> c & 1) << bit << (16 - 8 * c);
    return color;
}

ax_classes *ax_classes_new(ax_err *err)
{
    ax_classes *c = calloc(1, sizeof *c);
    if (!c)
        ax_fail(err, AX_ENOMEM, "no memory for classes");
    else
        *c = (ax_classes) { .ignore_id = -1, .ignore_color = -1, .unlabelled = 255 };
    return c;
}

void ax_classes_free(ax_classes *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n; i++)
        free((void *)(uintptr_t)c->label[i].mapped);
    free(c->label);
    free(c->says);
    free(c->of_id);
    free(c->of_slot);
    free(c);
}

static ax_code check_new(const ax_classes *c, const ax_label *label, ax_err *err)
{
    for (size_t i = 0; i < c->n; i++) {
        const ax_label *other = &c->label[i];
        if (!strcmp(other->name, label->name))
            return ax_fail(err, AX_EFORMAT, "class '%s' comes twice", label->name);
        if (label->id >= 0 && other->id == label->id)
            return ax_fail(err, AX_EFORMAT, "classes '%s' and '%s' both have id %d", other->name, label->name,
                           label->id);
        if (label->color >= 0 && other->color == label->color)
            return ax_fail(err, AX_EFORMAT, "classes '%s' and '%s' both have the colour %d,%d,%d", other->name,
                           label->name, label->color >> 16, label->color >> 8 & 255, label->color & 255);
    }
    return AX_OK;
}

ax_code ax_classes_add(ax_classes *c, const char *name, size_t n, int32_t id, int32_t color, ax_err *err)
{
    ax_label label = { .id = id, .color = color, .class = AX_CLASS_WRONG };
    if (!n)
        return ax_fail(err, AX_EFORMAT, "a class without a name");
    if (n >= sizeof label.name)
        return ax_fail(err, AX_EFORMAT, "a name of more than %zu bytes", sizeof label.name - 1);
    if (c->n == AX_LABELS)
        return ax_fail(err, AX_EFORMAT, "more than %d classes", AX_LABELS);
    memcpy(label.name, name, n);
    if (check_new(c, &label, err) != AX_OK)
        return AX_EFORMAT;
    ax_label *grown = ax_grow(c->label, c->n, &c->cap, sizeof *grown);
    if (!grown)
        return ax_fail(err, AX_ENOMEM, "no memory for classes");
    c->label = grown;
    c->label[c->n++] = label;
    c->colors = c->colors || color >= 0;
    return AX_OK;
}

ax_code ax_classes_add_known(ax_classes *c, const ax_known_class *known, int n, int first, ax_err *err)
{
    ax_code code = AX_OK;
    for (int i = 0; i < n && code == AX_OK; i++) {
        const uint8_t *rgb = known[i].color;
        code = ax_classes_add(c, known[i].name, strlen(known[i].name), first + i, rgb[0] << 16 | rgb[1] << 8 | rgb[2],
                              err);
        if (code == AX_OK)
            c->label[c->n - 1].dropped = known[i].dropped;
    }
    return code;
}

ax_code ax_classes_ignore(ax_classes *c, const char *text, ax_err *err)
{
    unsigned v[3];
    char more;
    int n = sscanf(text, "%5u,%3u,%3u%c", &v[0], &v[1], &v[2], &more);
    if (n == 3 && v[0] < 256 && v[1] < 256 && v[2] < 256) {
        c->ignore_color = (int32_t)(v[0] << 16 | v[1] << 8 | v[2]);
        return AX_OK;
    }
    if (sscanf(text, "%5u%c", &v[0], &more) != 1 || v[0] >= AX_LABEL_IDS)
        return ax_fail(err, AX_EINVAL, "ignore=%s: not an id from 0 to %d, nor a colour R,G,B", text, AX_LABEL_IDS - 1);
    c->ignore_id = (int32_t)v[0];
    return AX_OK;
}

/* ---- numbering ---- */

static const char *name_of(const ax_label *l)
{
    return l->mapped ? l->mapped : l->name;
}

static ax_code number_one(ax_label *l, ax_source_info *info, ax_err *err)
{
    for (int32_t k = 0; k < info->task.outputs; k++)
        if (!strcmp(info->task.name[k], name_of(l))) {
            l->class = (int16_t)k;
            return AX_OK;
        }
    if (info->task.outputs == AX_CLASS_IGNORE)
        return ax_fail(err, AX_EFORMAT, "more than %d classes", AX_CLASS_IGNORE);
    uint32_t color = l->color >= 0 ? (uint32_t)l->color : ax_class_color(l->id >= 0 ? (uint32_t)l->id & 255 : 0);
    l->class = (int16_t)info->task.outputs++;
    snprintf(info->task.name[l->class], AX_TASK_OUTPUT_NAME, "%s", name_of(l));
    for (int i = 0; i < 3; i++)
        info->task.color[l->class][i] = (uint8_t)(color >> (16 - 8 * i));
    return AX_OK;
}

static size_t first_slot(const ax_classes *c, uint32_t color)
{
    return (color * 0x9e3779b1u) >> 7 & (c->slots - 1);
}

static void put_color(ax_classes *c, size_t i)
{
    size_t at = first_slot(c, (uint32_t)c->label[i].color);
    while (c->of_slot[at])
        at = (at + 1) & (c->slots - 1);
    c->of_slot[at] = (uint32_t)i + 1;
}

ax_code ax_classes_finish(ax_classes *c, const char *says, ax_source_info *info, ax_err *err)
{
    info->task.outputs = 0;
    for (c->slots = 16; c->slots < 2 * c->n;)
        c->slots *= 2;
    c->says = strdup(says);
    c->of_id = malloc(AX_LABEL_IDS * sizeof *c->of_id);
    c->of_slot = calloc(c->slots, sizeof *c->of_slot);
    if (!c->says || !c->of_id || !c->of_slot)
        return ax_fail(err, AX_ENOMEM, "no memory for classes");
    for (size_t i = 0; i < AX_LABEL_IDS; i++)
        c->of_id[i] = (int32_t)i == c->unlabelled ? AX_CLASS_IGNORE : AX_CLASS_WRONG;
    for (size_t i = 0; i < c->n; i++) {
        ax_label *l = &c->label[i];
        bool dropped =
            l->dropped || (l->id >= 0 && l->id == c->ignore_id) || (l->color >= 0 && l->color == c->ignore_color);
        l->class = AX_CLASS_IGNORE;
        if (!dropped && number_one(l, info, err) != AX_OK)
            return AX_EFORMAT;
        if (l->id >= 0)
            c->of_id[l->id] = l->class;
        if (l->color >= 0)
            put_color(c, i);
    }
    if (c->ignore_id >= 0)
        c->of_id[c->ignore_id] = AX_CLASS_IGNORE;
    return info->task.outputs || !c->n ? AX_OK : ax_fail(err, AX_EFORMAT, "no class is left");
}

int16_t ax_classes_of_id(const ax_classes *c, uint32_t id)
{
    return id < AX_LABEL_IDS ? c->of_id[id] : AX_CLASS_WRONG;
}

int16_t ax_classes_of_color(const ax_classes *c, uint32_t color)
{
    if (c->ignore_color >= 0 && color == (uint32_t)c->ignore_color)
        return AX_CLASS_IGNORE;
    if (!c->colors)
        return color >> 8 == (color & 0xffff) ? c->of_id[color & 255] : AX_CLASS_WRONG;
    for (size_t at = first_slot(c, color); c->of_slot[at]; at = (at + 1) & (c->slots - 1)) {
        const ax_label *l = &c->label[c->of_slot[at] - 1];
        if ((uint32_t)l->color == color)
            return l->class;
    }
    return AX_CLASS_WRONG;
}
