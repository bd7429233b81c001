#include "texts.h"

#include <signet/sdk/text.h>
#include <string.h>

uint64_t store_texts_length(const signet_text_t *texts, uint64_t count)
{
    uint64_t length = 0;
    for (uint64_t i = 0; i < count; i++)
        length += 4 + texts[i].length;
    return length;
}

void store_texts_encode(const signet_text_t *texts, uint64_t count, uint8_t *output)
{
    for (uint64_t i = 0; i < count; i++) {
        uint32_t length = (uint32_t)texts[i].length;
        *output++ = (uint8_t)(length >> 24);
        *output++ = (uint8_t)(length >> 16);
        *output++ = (uint8_t)(length >> 8);
        *output++ = (uint8_t)length;
        if (length)
            memcpy(output, texts[i].data, length);
        output += length;
    }
}

int store_texts_next(signet_bytes_t *list, signet_text_t *text)
{
    if (list->length < 4)
        return 0;
    uint64_t length = (uint64_t)list->data[0] << 24 | (uint64_t)list->data[1] << 16 |
                      (uint64_t)list->data[2] << 8 | list->data[3];
    if (length > list->length - 4)
        return 0;
    *text = (signet_text_t){(const char *)list->data + 4, length};
    list->data += 4 + length;
    list->length -= 4 + length;
    return 1;
}

int store_texts_compare(signet_text_t text, uint32_t compare, signet_text_t value)
{
    int order = 0;
    switch (compare) {
    case SIGNET_COMPARE_EQUAL:
        return signet_text_equal(text, value);
    case SIGNET_COMPARE_PREFIX:
        return text.length >= value.length &&
               (value.length == 0 || memcmp(text.data, value.data, value.length) == 0);
    default:
        break;
    }
    order = signet_text_compare(text, value);
    switch (compare) {
    case SIGNET_COMPARE_LESS:
        return order < 0;
    case SIGNET_COMPARE_AT_MOST:
        return order <= 0;
    case SIGNET_COMPARE_GREATER:
        return order > 0;
    case SIGNET_COMPARE_AT_LEAST:
        return order >= 0;
    default:
        return 0;
    }
}

static void any_element(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    signet_bytes_t list = {sqlite3_value_blob(arguments[0]),
                           (uint64_t)sqlite3_value_bytes(arguments[0])};
    uint32_t compare = (uint32_t)sqlite3_value_int(arguments[1]);
    signet_text_t value = {(const char *)sqlite3_value_text(arguments[2]),
                           (uint64_t)sqlite3_value_bytes(arguments[2])};
    signet_text_t text;
    int found = 0;
    while (!found && store_texts_next(&list, &text))
        found = store_texts_compare(text, compare, value);
    sqlite3_result_int(context, found);
}

int store_texts_register(sqlite3 *database)
{
    return sqlite3_create_function_v2(database, "signet_texts", 3,
                                      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                      any_element, NULL, NULL, NULL);
}
