/* One error type: a code for the program, one line for the person. The last argument of every fallible call. */
#ifndef AX_BASE_ERR_H
#define AX_BASE_ERR_H

typedef enum ax_code {
    AX_OK,
    AX_ENOMEM,  /* memory or a budget is used up */
    AX_EINVAL,  /* the caller asked for something that makes no sense: a usage error */
    AX_EIO,     /* the operating system refused */
    AX_EFORMAT, /* a file or message isn't what it claims to be */
    AX_EDEVICE, /* a compute device failed or is not there */
    AX_ECANCEL, /* somebody asked to stop */
    AX_EBUSY,   /* in use by another process */
    AX_EDATA,   /* a data set can't be read (any more), or is of no use */
    AX_CODE_LAST = AX_EDATA
} ax_code;

typedef struct ax_err {
    ax_code code;
    char msg[504];
} ax_err;

/* Writes the message (printf style; one line, no final stop) and returns code. err may be NULL. An error that is
   already there is overwritten; on success it is left untouched. */
ax_code ax_fail(ax_err *err, ax_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the message that is there; returns err->code. */
ax_code ax_fail_prefix(ax_err *err, const char *prefix);
/* Exit code of the programs: 2 for AX_EINVAL (usage), 3 for AX_EDEVICE, 0 for AX_OK, else 1. */
int ax_exit_code(ax_code code);

#endif
