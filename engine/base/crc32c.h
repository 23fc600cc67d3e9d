/* CRC-32C (Castagnoli), as in iSCSI (RFC 3720) and ext4. */
#ifndef AX_BASE_CRC32C_H
#define AX_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continues the checksum crc with n more bytes; the first call passes 0. */
uint32_t ax_crc32c(uint32_t crc, const void *bytes, size_t n);
/* The same, byte by byte, on any processor. */
uint32_t ax_crc32c_plain(uint32_t crc, const void *bytes, size_t n);

#endif
