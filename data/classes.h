/* The classes of a data set: what they are in its masks (ids or colours), and which number training knows them by. */
#ifndef AX_DATA_CLASSES_H
#define AX_DATA_CLASSES_H

#include "engine/train/source.h"

enum { AX_CLASS_IGNORE = 255, AX_CLASS_WRONG = -1, AX_LABEL_IDS = 65536, AX_LABELS = 4096 };

/* A class as the data set has it. Several of them may be one class of the training, or none. */
typedef struct ax_label {
    char name[AX_TASK_OUTPUT_NAME];
    int32_t id;         /* its value in masks of ids, -1 = none */
    int32_t color;      /* 0xrrggbb in masks of colours, -1 = none */
    bool dropped;       /* it is unlabelled */
    bool touched;       /* by a line of a map */
    const char *mapped; /* its name after a map, NULL = its own; owned by ax_classes */
    int16_t class;      /* after ax_classes_finish */
} ax_label;

typedef struct ax_classes {
    ax_label *label; /* as they were added; owned */
    size_t n, cap;
    int32_t ignore_id, ignore_color; /* -1 = none */
    int32_t unlabelled;              /* an id that is so unless a label has it; 255 from the start, -1 = none */
    bool colors;                     /* a label has one */
    char *says;                      /* of a value that no label has, for messages; owned */
    /* made by ax_classes_finish */
    int16_t *of_id;    /* {AX_LABEL_IDS}: class, AX_CLASS_IGNORE or AX_CLASS_WRONG; owned */
    uint32_t *of_slot; /* colours by their hash: index of label + 1, 0 = free; owned */
    size_t slots;
} ax_classes;

ax_classes *ax_classes_new(ax_err *err);
void ax_classes_free(ax_classes *c);
/* Adds a class of the data set; name has n bytes. AX_EFORMAT: an empty or too long name, or a name, an id or a colour
   that is another one's. */
ax_code ax_classes_add(ax_classes *c, const char *name, size_t n, int32_t id, int32_t color, ax_err *err);
/* A class of a data set that is known, for tables. */
typedef struct ax_known_class {
    const char *name;
    uint8_t color[3];
    bool dropped; /* it is in masks, and unlabelled */
} ax_known_class;
/* Adds n of them with ids from `first` on; their colours are those of masks too. */
ax_code ax_classes_add_known(ax_classes *c, const ax_known_class *known, int n, int first, ax_err *err);
/* "N" or "R,G,B": what it says is unlabelled. AX_EINVAL. */
ax_code ax_classes_ignore(ax_classes *c, const char *text, ax_err *err);
/* Numbers the classes in the order of their first labels and writes their number, names and colours into info. says: of
   a value that no label has ("classes.txt has no such class"). AX_EFORMAT:
   none of its labels is a class, or there are more than 255. */
ax_code ax_classes_finish(ax_classes *c, const char *says, ax_source_info *info, ax_err *err);

/* The class of an id or a colour 0xrrggbb, AX_CLASS_IGNORE or AX_CLASS_WRONG. Where no label has a colour, a grey one
   is an id. */
int16_t ax_classes_of_id(const ax_classes *c, uint32_t id);
int16_t ax_classes_of_color(const ax_classes *c, uint32_t color);

/* The colour that VOC's tools give an id: its bits, three by three, from the top of red, green and blue on. */
uint32_t ax_class_color(uint32_t id);

#endif
