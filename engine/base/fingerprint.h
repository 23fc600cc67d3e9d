/* What tells files apart without reading them: their names, sizes and times. */
#ifndef AX_BASE_FINGERPRINT_H
#define AX_BASE_FINGERPRINT_H

#include <stdint.h>
#include <sys/stat.h>

typedef struct ax_fingerprint {
    uint64_t data;  /* of names, sizes and times of modification: a copy that keeps the times has the same */
    uint64_t files; /* of the times of the last change of the inodes too, which nobody can set: it differs for a copy */
} ax_fingerprint;

extern const ax_fingerprint ax_fingerprint_start;
void ax_fingerprint_add_number(ax_fingerprint *f, uint64_t number);
/* Takes a file in. The order matters. */
void ax_fingerprint_add(ax_fingerprint *f, const char *name, const struct stat *st);

#endif
