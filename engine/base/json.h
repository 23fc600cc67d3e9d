/* JSON that other programs wrote, as a tree: annotations, results, lists. yajl says what JSON is; numbers are doubles,
   so that ids are exact up to 2^53. */
#ifndef AX_BASE_JSON_H
#define AX_BASE_JSON_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum { AX_JSON_DEPTH = 64 }; /* deeper nesting is refused */

typedef enum ax_json_kind {
    AX_JSON_NULL,
    AX_JSON_BOOL,
    AX_JSON_NUMBER,
    AX_JSON_STRING,
    AX_JSON_ARRAY,
    AX_JSON_OBJECT
} ax_json_kind;

/* A value. What it points to belongs to its document. */
typedef struct ax_json ax_json;
struct ax_json {
    const char *key;     /* of a member of an object, else NULL */
    const ax_json *next; /* in the array or object that it is in; NULL = the last */
    ax_json_kind kind;
    union {
        bool truth;
        double number;
        struct {
            const char *text; /* UTF-8, terminated; a zero byte in it counts in n only */
            size_t n;
        } string;
        struct {
            const ax_json *first; /* NULL = empty */
            size_t n;
        } list; /* array and object */
    } u;
};

typedef struct ax_json_doc ax_json_doc;

/* Parses n bytes, with or without a byte-order mark. NULL: AX_EFORMAT "NAME: line 3: why", AX_ENOMEM. */
ax_json_doc *ax_json_parse(const char *bytes, size_t n, const char *name, ax_err *err);
/* Reads and parses a regular file; AX_EIO too. */
ax_json_doc *ax_json_open(const char *path, ax_err *err);
const ax_json *ax_json_root(const ax_json_doc *doc);
void ax_json_free(ax_json_doc *doc);

/* Gets one element of a list at a time, which lives until it returns; anything but AX_OK ends the reading. */
typedef ax_code (*ax_json_take)(void *context, const char *list, const ax_json *element, ax_err *err);
/* Goes through a file too large for a tree: `take` gets each element of each array that is a member of the object at
   the top, with the member's key; or, when an array is at the top, each of its elements, with the key "". The other
   members are passed over. Errors as ax_json_open and those of take, whose message gets name and line. */
ax_code ax_json_each(const char *path, ax_json_take take, void *context, ax_err *err);

/* The member of an object; of several of one key the last, as most readers have it. NULL: there is none, or `object`
   is NULL or no object. */
const ax_json *ax_json_get(const ax_json *object, const char *key);
/* The same, if it is of that kind. */
const ax_json *ax_json_get_as(const ax_json *object, const char *key, ax_json_kind kind);
/* A member that is a number into *out; false (and *out as it was): there is none. */
bool ax_json_number(const ax_json *object, const char *key, double *out);
/* A member that is a string; NULL: there is none. */
const char *ax_json_text(const ax_json *object, const char *key);
/* The numbers of an array into out[cap]. False: no array, more or fewer than cap elements, or one that is no number. */
bool ax_json_numbers(const ax_json *array, double *out, size_t cap);

#endif
