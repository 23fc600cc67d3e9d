/* Numbers of golden files. Every function fails the test if it doesn't find what it is asked for. */
#ifndef TESTS_HELPER_GOLDEN_H
#define TESTS_HELPER_GOLDEN_H

#include "engine/base/json.h"
#include "engine/model/safetensors.h"

/* Parses tests/golden/NAME; ax_json_free. */
ax_json_doc *golden_json(const char *name);
/* The member of a path "a/b/c". */
const ax_json *golden_at(const ax_json *v, const char *path);
double golden_number(const ax_json *v, const char *path);
/* n numbers of an array, which may be nested. */
void golden_numbers(const ax_json *v, const char *path, double *out, size_t n);

/* A tensor's elements as doubles (malloc, the caller frees them); *n: their number. */
double *golden_tensor(const ax_safetensors *st, const char *name, size_t *n);

/* Fails unless |got - want| <= tolerance, or both are the same infinity or NAN. */
void golden_near(double got, double want, double tolerance, const char *what, size_t i);

#endif
