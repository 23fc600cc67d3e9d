/* The checksum that ends each chunk of a PNG file, for tests that write one. */
#ifndef AX_TEST_PNGCRC_H
#define AX_TEST_PNGCRC_H

#include <stddef.h>
#include <stdint.h>

/* Checksum of a chunk's name and contents; PNG specification, annex D. */
uint32_t ax_png_crc(const uint8_t *p, size_t n);

#endif
