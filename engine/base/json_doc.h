/* The memory of a JSON document: chunks that are freed together. */
#ifndef AX_BASE_JSON_DOC_H
#define AX_BASE_JSON_DOC_H

#include "engine/base/json.h"

typedef struct ax_json_chunk ax_json_chunk;
struct ax_json_doc {
    ax_json_chunk *top;
    ax_json *root;
};

/* Memory for n bytes that lives as long as the document; NULL without memory. */
void *ax_json_grab(ax_json_doc *doc, size_t n);
/* Frees all chunks but the first, for the next tree. */
void ax_json_forget(ax_json_doc *doc);

#endif
