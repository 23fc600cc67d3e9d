/* Errors: a code for the program and one line for the user. The error is the last argument of every call that can
   fail. */
#ifndef AX_BASE_ERR_H
#define AX_BASE_ERR_H

#include <stddef.h>

typedef enum ax_code {
    AX_OK,
    AX_ENOMEM,  /* out of memory, or beyond a memory limit */
    AX_EINVAL,  /* the caller asked for something that makes no sense: a usage error */
    AX_EIO,     /* the operating system refused */
    AX_EFORMAT, /* a file or message isn't in the expected format */
    AX_EDEVICE, /* a compute device failed or is not there */
    AX_ECANCEL, /* somebody asked to stop */
    AX_EBUSY,   /* in use by another process */
    AX_EDATA,   /* a data set can't be read, or can't be used */
    AX_CODE_LAST = AX_EDATA
} ax_code;

typedef struct ax_err {
    ax_code code;
    char msg[504];
} ax_err;

/* Writes the message (printf style; one line, no full stop) and returns code. err may be NULL. Overwrites an earlier
   error; a call that succeeds leaves err untouched. */
ax_code ax_fail(ax_err *err, ax_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Prepends "prefix: " to the message; returns err->code. */
ax_code ax_fail_prefix(ax_err *err, const char *prefix);
/* Memory of zeros, to be freed with free; NULL: "no memory for WHAT", like "a graph". */
void *ax_new(size_t bytes, const char *what, ax_err *err);
/* Exit code of the programs: 2 for AX_EINVAL (usage), 3 for AX_EDEVICE, 0 for AX_OK, else 1. */
int ax_exit_code(ax_code code);

#endif
