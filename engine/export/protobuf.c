#include "engine/export/protobuf.h"

#include <string.h>

enum { VARINT = 0, LENGTH = 2, FIXED32 = 5 }; /* wire types */

static void add_varint(ax_str *m, uint64_t value)
{
    char byte[10];
    size_t n = 0;
    do {
        byte[n++] = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value);
    ax_str_bytes(m, byte, n);
}

static void add_tag(ax_str *m, unsigned field, unsigned wire)
{
    add_varint(m, (uint64_t)field << 3 | wire);
}

void ax_pb_varint(ax_str *m, unsigned field, uint64_t value)
{
    add_tag(m, field, VARINT);
    add_varint(m, value);
}

void ax_pb_float(ax_str *m, unsigned field, float value)
{
    uint32_t bits;
    char byte[4];
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        byte[i] = (char)(bits >> 8 * i);
    add_tag(m, field, FIXED32);
    ax_str_bytes(m, byte, sizeof byte);
}

void ax_pb_bytes(ax_str *m, unsigned field, const void *bytes, size_t n)
{
    add_tag(m, field, LENGTH);
    add_varint(m, n);
    ax_str_bytes(m, bytes, n);
}

void ax_pb_text(ax_str *m, unsigned field, const char *text)
{
    ax_pb_bytes(m, field, text, strlen(text));
}

void ax_pb_message(ax_str *m, unsigned field, const ax_str *part)
{
    ax_pb_bytes(m, field, part->text, part->len);
    if (!ax_str_ok(part))
        m->failed = true;
}
