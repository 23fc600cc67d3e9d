#include "engine/train/source.h"

#include <stdlib.h>

void ax_sample_release(ax_sample *s)
{
    free(s->image);
    free(s->labels);
    *s = (ax_sample) { 0 };
}
