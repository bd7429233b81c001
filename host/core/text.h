/* Small helpers for text that is not NUL-terminated. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <signet/base.h>

/* What printf's "%.*s" takes. */
#define CORE_TEXT_ARG(text) (int)(text).length, (text).length ? (text).data : ""

/* The text of a C string, which must outlive it. NULL is empty. Any thread. */
signet_text_t core_text(const char *string);
/* 1 where both have the same bytes. Any thread. */
int core_text_equal(signet_text_t left, signet_text_t right);
/* 1 where `text` has the bytes of the C string. Any thread. */
int core_text_is(signet_text_t text, const char *string);
/* Order by bytes, as memcmp. Any thread. */
int core_text_compare(signet_text_t left, signet_text_t right);
/* The octets of the UTF-8 character at `data` (RFC 3629), of which `left` are there, and the
 * character; 0 where there is none. Any thread. */
size_t core_text_utf8(const unsigned char *data, size_t left, uint32_t *point);
/* 1 where all of it is UTF-8. Any thread. */
int core_text_is_utf8(signet_text_t text);

#endif
