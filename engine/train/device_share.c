#include "engine/train/device_share.h"

/* A sixteenth of a device is left for code and the libraries' own memory, about 0.5 GB in each process. */
enum { SIXTEENTHS = 15 };

size_t ax_device_share(const ax_backend *be, ax_device *dev, size_t sharers, size_t own)
{
    size_t all = 0, left;
    if (!be->spare)
        return 0;
    left = be->spare(dev, &all);
    left = left < SIZE_MAX - own ? left + own : SIZE_MAX;
    const size_t part = all / 16 * SIXTEENTHS / sharers;
    return sharers > 1 && part < left ? part : left;
}
