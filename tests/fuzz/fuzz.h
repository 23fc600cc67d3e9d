/* Fuzz targets: one program for each parser, made with libFuzzer. A target must return, whatever the bytes are; an
   error found by a sanitizer ends it. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "engine/base/crc32c.h"
#include "engine/base/file.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Puts the bytes into a file, for parsers that open one; its path goes to `path`. Returns the descriptor to close. */
static inline int fuzz_file(const uint8_t *data, size_t size, char path[static 64])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

/* A folder for parsers that open files by name. run.sh removes it. */
enum { FUZZ_PATH = 256 };
static inline void fuzz_folder(char dir[static FUZZ_PATH])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, FUZZ_PATH, "%s/ax-fuzz-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        abort();
}

static inline void fuzz_put(const char *dir, const char *name, const void *bytes, size_t n)
{
    char path[2 * FUZZ_PATH];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || ax_write_all(fd, bytes, n, name, NULL) != AX_OK)
        abort();
    close(fd);
}

static inline void fuzz_drop(const char *dir, const char *name)
{
    char path[2 * FUZZ_PATH];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    unlink(path);
}

/* A copy (the caller frees it) of a file of engine/base/envelope.h, at least 8 bytes long, with the right checksum, so
   that its contents are parsed. */
static inline uint8_t *fuzz_seal(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size);
    if (!bytes)
        abort();
    memcpy(bytes, data, size);
    uint32_t crc = ax_crc32c(0, bytes, size - 5);
    bytes[size - 5] = 0xce;
    for (size_t i = 0; i < 4; i++)
        bytes[size - 4 + i] = (uint8_t)(crc >> (24 - 8 * i));
    return bytes;
}

/* A parser that refuses its input gives a reason. */
static inline void fuzz_said_why(ax_code code, const ax_err *err)
{
    if (code != AX_OK && (err->code != code || !err->msg[0]))
        abort();
}

#endif
