/* Reads JSON written by other programs (annotations, results, lists) as a tree. yajl does the parsing; numbers are
   doubles, so ids are exact up to 2^53. */
#ifndef AX_BASE_JSON_H
#define AX_BASE_JSON_H

#include "engine/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AX_JSON_EXACT (INT64_C(1) << 53) /* the largest id that is exact */
enum { AX_JSON_DEPTH = 64 };             /* deeper nesting is refused */

typedef enum ax_json_kind {
    AX_JSON_NULL,
    AX_JSON_BOOL,
    AX_JSON_NUMBER,
    AX_JSON_STRING,
    AX_JSON_ARRAY,
    AX_JSON_OBJECT
} ax_json_kind;

/* A value. Everything it points to belongs to its document. */
typedef struct ax_json ax_json;
struct ax_json {
    const char *key;     /* key of an object's member; NULL for other values */
    const ax_json *next; /* the next value in the same array or object; NULL = the last */
    ax_json_kind kind;
    union {
        bool truth;
        double number;
        struct {
            const char *text; /* UTF-8, zero-terminated; n also counts zero bytes within the string */
            size_t n;
        } string;
        struct {
            const ax_json *first; /* NULL = empty */
            size_t n;
        } list; /* array and object */
    } u;
};

typedef struct ax_json_doc ax_json_doc;

/* Parses n bytes, with or without a byte-order mark. Returns NULL on error: AX_EFORMAT "NAME: line 3: why", or
   AX_ENOMEM. */
ax_json_doc *ax_json_parse(const char *bytes, size_t n, const char *name, ax_err *err);
/* Reads and parses a regular file. Errors as above, and AX_EIO. */
ax_json_doc *ax_json_open(const char *path, ax_err *err);
const ax_json *ax_json_root(const ax_json_doc *doc);
void ax_json_free(ax_json_doc *doc);

/* Called with one element of a list at a time, which is valid only during the call. Any other code than AX_OK ends the
   reading. */
typedef ax_code (*ax_json_take)(void *context, const char *list, const ax_json *element, ax_err *err);
/* Reads a file too large for a tree. When an object is at the top, `take` is called with each element of each array
   that is a member of it, and the member's key; other members are skipped. When an array is at the top, `take` is
   called with each of its elements and the key "". Errors as ax_json_open and those of take, whose message is prefixed
   with name and line. */
ax_code ax_json_each(const char *path, ax_json_take take, void *context, ax_err *err);

/* The member of an object with this key, the last one of several (as in most readers). NULL: no such member, or
   `object` is NULL or not an object. */
const ax_json *ax_json_get(const ax_json *object, const char *key);
/* The same, if the member is of that kind; else NULL. */
const ax_json *ax_json_get_as(const ax_json *object, const char *key, ax_json_kind kind);
/* Reads a numeric member into *out. False when there is none; *out is then unchanged. */
bool ax_json_number(const ax_json *object, const char *key, double *out);
/* The same for a whole number from least to most. */
bool ax_json_whole(const ax_json *object, const char *key, int64_t least, int64_t most, int64_t *out);
/* The text of a string member; NULL when there is none. */
const char *ax_json_text(const ax_json *object, const char *key);
/* Reads an array of exactly cap numbers into out. False for anything else. */
bool ax_json_numbers(const ax_json *array, double *out, size_t cap);

#endif
