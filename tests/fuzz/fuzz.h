/* Fuzz targets: one program for each parser, made with libFuzzer. A target must return whatever the bytes are; what
   sanitizers find ends it. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "engine/base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a file, for parsers that open one; its path goes into `path`. Returns the descriptor to close. */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[static 64])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

/* A parser that refuses says why. */
static inline void fuzz_said_why(ax_code code, const ax_err *err)
{
    if (code != AX_OK && (err->code != code || !err->msg[0]))
        abort();
}

#endif
