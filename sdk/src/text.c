/* Text, bytes and memory of a call. */
#include <limits.h>
#include <openssl/crypto.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *signet_alloc(signet_call_t *call, uint64_t count, uint64_t size)
{
    if (size != 0 && count > UINT64_MAX / size) {
        signet_fail_memory(call);
        return NULL;
    }
    /* An empty array is a valid array: NULL is kept for failure. */
    uint64_t length = count * size;
    return call->services->alloc(call, length > 0 ? length : 1);
}

signet_text_t signet_text(const char *string)
{
    if (!string) {
        return (signet_text_t){NULL, 0};
    }
    return (signet_text_t){string, strlen(string)};
}

/* A NUL follows every copy, so that a text that is known to hold none can be used as a string. */
static char *copy(signet_call_t *call, const void *data, uint64_t length)
{
    if (length == UINT64_MAX) {
        signet_fail_memory(call);
        return NULL;
    }
    char *memory = signet_alloc(call, length + 1, 1);
    if (memory && length > 0) {
        memcpy(memory, data, length);
    }
    return memory;
}

signet_text_t signet_text_copy(signet_call_t *call, signet_text_t text)
{
    char *memory = copy(call, text.data, text.length);
    return (signet_text_t){memory, memory ? text.length : 0};
}

signet_bytes_t signet_bytes_copy(signet_call_t *call, signet_bytes_t bytes)
{
    char *memory = copy(call, bytes.data, bytes.length);
    return (signet_bytes_t){(const uint8_t *)memory, memory ? bytes.length : 0};
}

const char *signet_text_string(signet_call_t *call, signet_text_t text)
{
    if (text.length > 0 && memchr(text.data, 0, text.length)) {
        signet_fail(call, SIGNET_INVALID, "text.nul", "A text holds a NUL character: remove it.");
        return NULL;
    }
    return copy(call, text.data, text.length);
}

signet_text_t signet_format_list(signet_call_t *call, const char *format, va_list arguments)
{
    signet_text_t text = {NULL, 0};
    va_list again;
    va_copy(again, arguments);
    /* Most texts are short and formatted once; the length of others is known then. */
    char small[256];
    int length = vsnprintf(small, sizeof small, format, arguments);
    if (length >= 0 && (uint64_t)length < sizeof small) {
        text = signet_text_copy(call, (signet_text_t){small, (uint64_t)length});
        OPENSSL_cleanse(small, (size_t)length);
    } else if (length >= 0) {
        uint64_t size = (uint64_t)length + 1;
        char *memory = signet_alloc(call, size, 1);
        if (memory && vsnprintf(memory, size, format, again) == length) {
            text = (signet_text_t){memory, (uint64_t)length};
        }
    } else {
        signet_fail_memory(call);
    }
    va_end(again);
    return text;
}

signet_text_t signet_format(signet_call_t *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    signet_text_t text = signet_format_list(call, format, arguments);
    va_end(arguments);
    return text;
}

int signet_text_equal(signet_text_t a, signet_text_t b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

int signet_text_is(signet_text_t text, const char *string)
{
    return signet_text_equal(text, signet_text(string));
}

static char lower(char character)
{
    if (character >= 'A' && character <= 'Z') {
        return (char)(character - 'A' + 'a');
    }
    return character;
}

int signet_text_equal_nocase(signet_text_t a, signet_text_t b)
{
    if (a.length != b.length) {
        return 0;
    }
    for (uint64_t i = 0; i < a.length; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return 0;
        }
    }
    return 1;
}

int signet_text_starts(signet_text_t text, const char *prefix)
{
    uint64_t length = strlen(prefix);
    return text.length >= length && (length == 0 || memcmp(text.data, prefix, length) == 0);
}

int signet_text_ends(signet_text_t text, const char *suffix)
{
    uint64_t length = strlen(suffix);
    return text.length >= length &&
           (length == 0 || memcmp(text.data + (text.length - length), suffix, length) == 0);
}

int signet_text_compare(signet_text_t a, signet_text_t b)
{
    uint64_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;
    if (order != 0) {
        return order < 0 ? -1 : 1;
    }
    return (a.length > b.length) - (a.length < b.length);
}

int signet_bytes_equal(signet_bytes_t a, signet_bytes_t b)
{
    return signet_text_equal(signet_bytes_text(a), signet_bytes_text(b));
}

int signet_bytes_equal_secret(signet_bytes_t a, signet_bytes_t b)
{
    if (a.length != b.length) {
        return 0;
    }
    if (a.length == 0) {
        return 1;
    }
    /* A comparison of its own, so that no compiler makes a branch on the secret of it. */
    return CRYPTO_memcmp(a.data, b.data, a.length) == 0;
}

signet_text_t signet_bytes_text(signet_bytes_t bytes)
{
    return (signet_text_t){(const char *)bytes.data, bytes.length};
}

signet_bytes_t signet_text_bytes(signet_text_t text)
{
    return (signet_bytes_t){(const uint8_t *)text.data, text.length};
}

signet_text_t signet_text_split(signet_text_t text, char separator, signet_text_t *rest)
{
    const char *found = text.length > 0 ? memchr(text.data, separator, text.length) : NULL;
    if (!found) {
        *rest = (signet_text_t){NULL, 0};
        return text;
    }
    uint64_t length = (uint64_t)(found - text.data);
    *rest = (signet_text_t){found + 1, text.length - length - 1};
    return (signet_text_t){text.data, length};
}

int signet_text_matches(signet_text_t text, signet_text_t pattern)
{
    uint64_t t = 0;
    uint64_t p = 0;
    /* Where to go on after a mismatch: the last '*', taken to cover one character more. */
    uint64_t star = UINT64_MAX;
    uint64_t covered = 0;
    while (t < text.length) {
        if (p < pattern.length && pattern.data[p] == '*') {
            star = p++;
            covered = t;
        } else if (p < pattern.length && pattern.data[p] == text.data[t]) {
            p++;
            t++;
        } else if (star != UINT64_MAX) {
            p = star + 1;
            t = ++covered;
        } else {
            return 0;
        }
    }
    while (p < pattern.length && pattern.data[p] == '*') {
        p++;
    }
    return p == pattern.length;
}

void signet_wipe(void *memory, uint64_t length)
{
    if (memory) {
        OPENSSL_cleanse(memory, length);
    }
}
