/* Runs yajl over a JSON text; used by the readers that bring their own callbacks. */
#ifndef AX_BASE_JSON_RUN_H
#define AX_BASE_JSON_RUN_H

#include "engine/base/err.h"

#include <stddef.h>

#include <yajl/yajl_parse.h>

enum { AX_JSON_WHY = 160 };

/* Parses n bytes; *at (may be NULL) becomes the number of bytes consumed. AX_ENOMEM: the parser wasn't made;
   AX_ECANCEL: a callback returned 0; AX_EFORMAT: why (AX_JSON_WHY bytes) receives the syntax error, a line without its
   place. */
ax_code ax_json_run(const yajl_callbacks *callbacks, void *context, const char *bytes, size_t n, size_t *at, char *why);

#endif
