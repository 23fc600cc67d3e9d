/* UTF-8, as far as we need it. */
#ifndef AX_BASE_UTF8_H
#define AX_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at text (terminated string), 0 when it isn't one: overlong forms, surrogates
   and values past U+10FFFF are malformed (Unicode 15, table 3-7). At the terminator: 1. */
size_t ax_utf8_len(const char *text);
/* Decodes the character at text into *code and returns its bytes; malformed: *code = 0xFFFD, returns 1. */
size_t ax_utf8_decode(const char *text, uint32_t *code);
/* Encodes code into buf (at least 5 bytes, terminated); returns the bytes written without the terminator. */
size_t ax_utf8_encode(uint32_t code, char *buf);
/* Whether a character can't be seen and may change what is: control characters (C0, DEL, C1), the ends of lines and
   paragraphs, marks that turn the direction of writing, and what has neither shape nor width and joins nothing. */
bool ax_utf8_unseen(uint32_t code);

/* Bytes of text that go into most bytes without cutting a character in two: for "%.*s". */
int ax_utf8_fit(const char *text, int most);

/* Whether text is well-formed and all of it can be seen: what a new name or note must be. */
bool ax_utf8_is_plain(const char *text);

/* Copies text as one line of well-formed UTF-8, cut between characters where it doesn't fit; what can't be seen
   (ax_utf8_unseen) and malformed bytes become '?'. cap > 0. */
void ax_utf8_copy(char *out, size_t cap, const char *text);

#endif
