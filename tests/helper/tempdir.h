/* A temporary folder for a test, made and removed by fixtures of cmocka. */
#ifndef AX_TEST_TEMPDIR_H
#define AX_TEST_TEMPDIR_H

#include <stddef.h>

enum { AX_TEMPDIR_PATH = 512 }; /* holds every path that these functions make */

/* Where it is: an absolute path. */
extern char ax_tempdir[32];
/* Makes it, empty; removes it with all that is in it. 0, or -1 with errno. */
int ax_tempdir_make(void **state);
int ax_tempdir_remove(void **state);
/* The path of a file in it, which need not exist; the text holds until the fourth call from here. */
const char *ax_tempdir_path(const char *name);
/* A text with the folder's path for each $. */
void ax_tempdir_spell(const char *text, char *out, size_t cap);

#endif
