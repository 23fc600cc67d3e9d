/* The data sets that --data can name, one row each. The rows make --help, the manual's table, completion and messages;
   data/open.c opens the data set. A spec is NAME, NAME:ARGUMENT, or either with options:
   NAME:ARGUMENT,option=value,option=value. */
#ifndef AX_CONFIG_DATASET_H
#define AX_CONFIG_DATASET_H

#include "engine/base/err.h"
#include "engine/base/str.h"

#include <stdbool.h>

/* name (data/ has its ax_NAME_open), form of its argument, whether the argument names files, tasks it has ground truth
   for (engine/candidate/tasks.h; the first is the default), options it accepts, description */
#define AX_DATASET_LIST(X)                                                                                             \
    X(scenes, "[:TRAIN,VAL]", false, "segmentation pose depth", "part",                                                \
      "street scenes that the program draws itself; how many of them")                                                 \
    X(camvid, ":DIR", true, "segmentation", "map ignore part",                                                         \
      "SegNet's CamVid: DIR/train.txt and DIR/val.txt list images and masks")                                          \
    X(list, ":FILE[,VAL]", true, "segmentation depth", "classes map ignore split scale part",                          \
      "lists of images and masks or depth maps; no VAL: every tenth line validates")                                   \
    X(nyu_png, ":DIR", true, "depth", "scale split part",                                                              \
      "images and 16-bit depth maps that DIR/train.txt and val.txt (test.txt) list")                                   \
    X(folder, ":DIR", true, "segmentation", "classes map ignore split part",                                           \
      "images and masks of the same names, in two folders or side by side")                                            \
    X(voc, ":DIR", true, "segmentation", "classes map ignore split list part",                                         \
      "PASCAL VOC's tree, or CVAT's like it: JPEGImages, SegmentationClass, ImageSets")                                \
    X(cityscapes, ":DIR", true, "segmentation", "map ignore split part",                                               \
      "Cityscapes: leftImg8bit and gtFine with all ids, of which 19 are classes")                                      \
    X(ade20k, ":DIR", true, "segmentation", "map ignore split",                                                        \
      "ADE20K's 150 classes: images and annotations of the scene parsing benchmark")                                   \
    X(yolo, ":DIR", true, "segmentation", "classes map split part",                                                    \
      "images and text files with outlines of objects; a class background is added")                                   \
    X(coco, ":FILE,DIR", true, "segmentation", "map split val test part",                                              \
      "COCO's annotations and a folder of images; a class background is added")                                        \
    X(labelme, ":DIR", true, "segmentation", "classes map split part",                                                 \
      "images and LabelMe's JSON of the same names; a class background is added")                                      \
    X(mpii, ":DIR", true, "pose", "split part", "MPII Human Pose: DIR/annot/train.json and valid.json, DIR/images")    \
    X(coco_keypoints, ":DIR", true, "pose", "split part",                                                              \
      "people of COCO: DIR/annotations/person_keypoints_train2017.json and so on")

/* name, form of its value, whether the value names files, description */
#define AX_DATASET_OPTION_LIST(X)                                                                                      \
    X(classes, "FILE", true, "the classes, instead of a class file of the data set")                                   \
    X(map, "FILE", true, "joins, renames and drops classes, by lines OLD -> NEW")                                      \
    X(ignore, "N", false, "an id, or a colour R,G,B, that is unlabelled")                                              \
    X(split, "A/B[/SEED]", false, "parts of training and validation, by the images' names and SEED (0)")               \
    X(scale, "N", false, "value of one metre in a depth map: 1000 (usual), 5000, ...; or sun")                         \
    X(list, "FILE", true, "what to train on, instead of the set's own list: SBD's of VOC")                             \
    X(val, "FILE,DIR", true, "annotations and images of validation")                                                   \
    X(test, "FILE,DIR", true, "annotations and images of the test part")                                               \
    X(part, "val|test", false, "what is judged as validation: its own images or the test images (val)")

#define AX_DATASET_OPTION_ENUM(name, form, files, doc) AX_DATASET_##name,
typedef enum ax_dataset_option { AX_DATASET_OPTION_LIST(AX_DATASET_OPTION_ENUM) AX_DATASET_OPTIONS } ax_dataset_option;

typedef struct ax_dataset {
    const char *name, *argument, *doc;
    bool files;
    const char *tasks, *options; /* names, separated by blanks */
} ax_dataset;
/* The i-th data set; NULL past the end. */
const ax_dataset *ax_dataset_at(int i);
/* The data set that a spec names, NULL = none. *argument is set to the text behind the colon, options included; NULL
   without one. */
const ax_dataset *ax_dataset_of(const char *spec, const char **argument);

/* A parsed spec. */
enum { AX_DATASET_SPEC = 512 }; /* most bytes of a spec, with the terminator */
typedef struct ax_dataset_spec {
    const ax_dataset *set;
    const char *argument;                   /* without the options; NULL = none */
    const char *option[AX_DATASET_OPTIONS]; /* values, NULL = not given */
    bool test;                              /* part=test: the test images serve as validation */
    char task[16];                          /* one of the data set's tasks; left empty by the parser */
    bool inspect;                           /* set for inspection only: incomplete pairs are no error (data/pairs.h) */
    char text[AX_DATASET_SPEC];             /* storage that the other members point into: don't copy this struct */
} ax_dataset_spec;
/* Parses a spec. An option begins with a comma, the name of an option and '='; its value ends where the next option
   begins, so it may contain commas. AX_EINVAL: an unknown data set, a missing argument, an option that is repeated,
   empty or not accepted by the data set. split= and part=test exclude each other: split data have no test part. */
ax_code ax_dataset_parse(const char *spec, ax_dataset_spec *out, ax_err *err);
/* The name of the i-th option, the form of its value and whether that names files; NULL past the end. */
const char *ax_dataset_option_at(int i, const char **form, bool *files, const char **doc);

/* Whether a blank-separated list of names contains this one. */
bool ax_dataset_lists(const char *names, const char *name);

/* A line per data set, for --help. */
void ax_dataset_help(ax_str *out);
/* A line per option. */
void ax_dataset_option_help(ax_str *out);
/* "scenes[:TRAIN,VAL], camvid:DIR, ..." for messages. */
void ax_dataset_forms(ax_str *out);

#endif
