/* UTF-8 decoding, encoding and checks. */
#ifndef AX_BASE_UTF8_H
#define AX_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length in bytes of the well-formed character at text (zero-terminated); 0 when it is malformed: overlong forms,
   surrogates and values above U+10FFFF (Unicode 15, table 3-7). 1 at the terminator. */
size_t ax_utf8_len(const char *text);
/* Decodes the character at text into *code and returns its length. A malformed byte gives *code = 0xFFFD and length
   1. */
size_t ax_utf8_decode(const char *text, uint32_t *code);
/* Encodes code into buf (at least 5 bytes, zero-terminated); returns the length without the terminator. */
size_t ax_utf8_encode(uint32_t code, char *buf);
/* Whether a character is invisible and may change how others look: control characters (C0, DEL, C1), line and paragraph
   separators, marks that change the direction of writing, and characters without shape or width that join nothing. */
bool ax_utf8_unseen(uint32_t code);

/* Length of the longest prefix of text of at most `most` bytes that ends between characters: for "%.*s". */
int ax_utf8_fit(const char *text, int most);

/* Columns of a terminal that the text takes: two for a wide character (East Asian, emoji), none for a combining mark.
 */
int ax_utf8_columns(const char *text);

/* Whether text is well-formed and fully visible: required of new names and notes. */
bool ax_utf8_is_plain(const char *text);

/* Copies text as one line of well-formed UTF-8, cut between characters when it doesn't fit; invisible characters
   (ax_utf8_unseen) and malformed bytes become '?'. cap > 0. */
void ax_utf8_copy(char *out, size_t cap, const char *text);

#endif
