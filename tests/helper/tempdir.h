/* A temporary folder for a test, made and removed by fixtures of cmocka. */
#ifndef AX_TEST_TEMPDIR_H
#define AX_TEST_TEMPDIR_H

#include <stddef.h>

enum { AX_TEMPDIR_PATH = 512 }; /* enough for every path that these functions make */

/* Its absolute path. */
extern char ax_tempdir[32];
/* Make the empty folder; remove it with its contents. 0, or -1 with errno. */
int ax_tempdir_make(void **state);
int ax_tempdir_remove(void **state);
/* The path of a file in it, which need not exist; the text stays valid until the fourth call after this one. */
const char *ax_tempdir_path(const char *name);
/* Copies a text with the folder's path in place of each $. */
void ax_tempdir_spell(const char *text, char *out, size_t cap);

#endif
