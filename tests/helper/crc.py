"""CRC-32C, which our files close with, from its definition and with nothing of ours."""


def crc32c(data, crc=0):
    """RFC 3720 appendix B.4: polynomial 0x1EDC6F41, reflected, a table of what a byte does."""
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF
