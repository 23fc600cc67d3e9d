/* The classes of a data set: their ids or colours in masks, and their numbers in training. */
#ifndef AX_DATA_CLASSES_H
#define AX_DATA_CLASSES_H

#include "engine/train/source.h"

enum { AX_CLASS_IGNORE = 255, AX_CLASS_WRONG = -1, AX_LABEL_IDS = 65536, AX_LABELS = 4096 };

/* A class in the data set. Several may be one class in training, or none. */
typedef struct ax_label {
    char name[AX_TASK_OUTPUT_NAME];
    int32_t id;         /* value in masks of ids, -1 = none */
    int32_t color;      /* 0xrrggbb in masks of colours, -1 = none */
    bool dropped;       /* unlabelled */
    bool touched;       /* named in a map */
    const char *mapped; /* name given by a map, NULL = its own; owned by ax_classes */
    int16_t class;      /* number in training, after ax_classes_finish */
} ax_label;

typedef struct ax_classes {
    ax_label *label; /* in order of addition; owned */
    size_t n, cap;
    int32_t ignore_id, ignore_color; /* -1 = none */
    int32_t unlabelled;              /* id that is unlabelled unless a label has it; 255 by default, -1 = none */
    bool colors;                     /* a label has a colour */
    char *says;                      /* message for a value that no label has; owned */
    /* filled in by ax_classes_finish */
    int16_t *of_id;    /* {AX_LABEL_IDS}: class, AX_CLASS_IGNORE or AX_CLASS_WRONG; owned */
    uint32_t *of_slot; /* hash table of colours: index of the label + 1, 0 = free; owned */
    size_t slots;
} ax_classes;

ax_classes *ax_classes_new(ax_err *err);
void ax_classes_free(ax_classes *c);
/* Adds a class of the data set; name has n bytes. AX_EFORMAT: an empty or too long name, or a name, id or colour that
   another class has. */
ax_code ax_classes_add(ax_classes *c, const char *name, size_t n, int32_t id, int32_t color, ax_err *err);
/* A class of a known data set, for tables. */
typedef struct ax_known_class {
    const char *name;
    uint8_t color[3];
    bool dropped; /* occurs in masks, but is unlabelled */
} ax_known_class;
/* Adds n of them with ids from `first` on; their colours also identify them in masks. */
ax_code ax_classes_add_known(ax_classes *c, const ax_known_class *known, int n, int first, ax_err *err);
/* Sets the unlabelled id or colour from "N" or "R,G,B". AX_EINVAL. */
ax_code ax_classes_ignore(ax_classes *c, const char *text, ax_err *err);
/* Numbers the classes in the order of their first labels, and writes their number, names and colours into info. says:
   message for a value that no label has ("classes.txt has no such class"). AX_EFORMAT: no label is a class, or there
   are more than 255. */
ax_code ax_classes_finish(ax_classes *c, const char *says, ax_source_info *info, ax_err *err);

/* The class of an id or a colour 0xrrggbb, AX_CLASS_IGNORE or AX_CLASS_WRONG. If no label has a colour, a grey colour
   counts as an id. */
int16_t ax_classes_of_id(const ax_classes *c, uint32_t id);
int16_t ax_classes_of_color(const ax_classes *c, uint32_t color);

/* The colour of an id in VOC's tools: its bits, three at a time, from the top bits of red, green and blue downwards. */
uint32_t ax_class_color(uint32_t id);

#endif
