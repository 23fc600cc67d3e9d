#include "engine/train/source.h"

#include <stdlib.h>

void ax_sample_release(ax_sample *s)
{
    free(s->image);
    free(s->truth);
    *s = (ax_sample) { 0 };
}

ax_code ax_source_failed(ax_code code, ax_err *err)
{
    if (code == AX_EIO || code == AX_EFORMAT)
        code = AX_EDATA;
    if (err && code != AX_OK)
        err->code = code;
    return code;
}
