/* Fingerprints of files by names, sizes and times, without reading the contents. */
#ifndef AX_BASE_FINGERPRINT_H
#define AX_BASE_FINGERPRINT_H

#include <stdint.h>
#include <sys/stat.h>

typedef struct ax_fingerprint {
    uint64_t data;  /* hash of names, sizes and modification times: a copy that keeps the times has the same value */
    uint64_t files; /* also hashes the inodes' change times, which nobody can set: a copy has another value */
} ax_fingerprint;

extern const ax_fingerprint ax_fingerprint_start;
void ax_fingerprint_add_number(ax_fingerprint *f, uint64_t number);
/* Adds a file to the fingerprint. The order of files matters. */
void ax_fingerprint_add(ax_fingerprint *f, const char *name, const struct stat *st);

#endif
