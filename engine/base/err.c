#include "engine/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ax_code ax_fail(ax_err *err, ax_code code, const char *fmt, ...)
{
    if (err) {
        va_list args;
        va_start(args, fmt);
        char text[sizeof err->msg];
        vsnprintf(text, sizeof text, fmt, args); /* fmt may print err->msg itself */
        va_end(args);
        memcpy(err->msg, text, sizeof text);
        err->code = code;
    }
    return code;
}

ax_code ax_fail_prefix(ax_err *err, const char *prefix)
{
    char text[sizeof err->msg];
    memcpy(text, err->msg, sizeof text);
    int n = snprintf(err->msg, sizeof err->msg, "%s: ", prefix);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof err->msg ? (size_t)n : sizeof err->msg - 1;
    snprintf(err->msg + used, sizeof err->msg - used, "%s", text);
    return err->code;
}

void *ax_new(size_t bytes, const char *what, ax_err *err)
{
    void *mem = calloc(1, bytes);
    if (!mem)
        ax_fail(err, AX_ENOMEM, "no memory for %s", what);
    return mem;
}

int ax_exit_code(ax_code code)
{
    return code == AX_OK ? 0 : code == AX_EINVAL ? 2 : code == AX_EDEVICE ? 3 : 1;
}
