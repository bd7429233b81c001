#include "core/text.h"

#include <string.h>

signet_text_t core_text(const char *string)
{
    signet_text_t text = {string, string ? strlen(string) : 0};
    return text;
}

int core_text_equal(signet_text_t left, signet_text_t right)
{
    return left.length == right.length &&
           (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

int core_text_is(signet_text_t text, const char *string)
{
    return core_text_equal(text, core_text(string));
}

int core_text_compare(signet_text_t left, signet_text_t right)
{
    uint64_t shared = left.length < right.length ? left.length : right.length;
    int order = shared ? memcmp(left.data, right.data, shared) : 0;
    if (order)
        return order;
    return (left.length > right.length) - (left.length < right.length);
}
