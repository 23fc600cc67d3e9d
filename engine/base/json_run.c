#include "engine/base/json_run.h"

#include <stdio.h>
#include <string.h>

/* yajl's first line states the error; the other lines show the place. */
static void say_syntax(char *out, yajl_handle handle)
{
    unsigned char *text = yajl_get_error(handle, 0, NULL, 0);
    snprintf(out, AX_JSON_WHY, "%s", text ? (const char *)text : "not JSON");
    out[strcspn(out, "\n")] = '\0';
    if (text)
        yajl_free_error(handle, text);
}

ax_code ax_json_run(const yajl_callbacks *callbacks, void *context, const char *bytes, size_t n, size_t *at, char *why)
{
    yajl_handle handle = yajl_alloc(callbacks, NULL, context);
    if (!handle)
        return AX_ENOMEM;
    yajl_status status = yajl_parse(handle, (const unsigned char *)bytes, n);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(handle);
    if (at)
        *at = yajl_get_bytes_consumed(handle);
    if (status == yajl_status_error)
        say_syntax(why, handle);
    yajl_free(handle);
    return status == yajl_status_ok ? AX_OK : status == yajl_status_error ? AX_EFORMAT : AX_ECANCEL;
}
