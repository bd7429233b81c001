#include "cursor.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

/* A cursor is base64url of: the first 16 octets of a SHA-256 over the query and the place, then
 * the place. All numbers are big-endian. */
#define CHECK_LENGTH 16U

static void add_number(signet_buffer_t *buffer, uint64_t number, unsigned octets)
{
    while (octets-- > 0)
        signet_buffer_add_byte(buffer, (uint8_t)(number >> (8 * octets)));
}

static void add_counted(signet_buffer_t *buffer, const void *data, uint64_t length)
{
    add_number(buffer, length, 4);
    signet_buffer_add(buffer, data, length);
}

static uint64_t read_number(signet_bytes_t *input, unsigned octets)
{
    uint64_t number = 0;
    if (input->length < octets) {
        input->data = NULL;
        input->length = 0;
        return 0;
    }
    for (unsigned i = 0; i < octets; i++)
        number = number << 8 | input->data[i];
    input->data += octets;
    input->length -= octets;
    return number;
}

static signet_bytes_t read_counted(signet_bytes_t *input)
{
    uint64_t length = read_number(input, 4);
    if (length > input->length)
        length = input->length;
    signet_bytes_t output = {input->data, length};
    if (length) {
        input->data += length;
        input->length -= length;
    }
    return output;
}

static void add_place(signet_buffer_t *buffer, const store_place_t *place)
{
    add_number(buffer, place->type, 1);
    add_number(buffer, (uint64_t)place->integer, 8);
    add_counted(buffer, place->value.data, place->value.length);
    add_number(buffer, (uint64_t)place->id, 8);
    add_counted(buffer, place->key.data, place->key.length);
    add_counted(buffer, place->tenant.data, place->tenant.length);
}

/* What must be the same for the next page as for this one. */
static void add_query(signet_buffer_t *buffer, const signet_query_t *query, signet_text_t tenant)
{
    add_number(buffer, query->flags & SIGNET_QUERY_DESCENDING, 1);
    add_counted(buffer, tenant.data, tenant.length);
    add_counted(buffer, query->collection.data, query->collection.length);
    add_counted(buffer, query->order.data, query->order.length);
    add_number(buffer, query->condition_count, 4);
    for (uint64_t i = 0; i < query->condition_count; i++) {
        const signet_condition_t *condition = SIGNET_AT(signet_condition_t, query->conditions, i);
        const signet_field_t *value = condition->value;
        add_number(buffer, condition->compare, 4);
        add_counted(buffer, value->name.data, value->name.length);
        add_counted(buffer, value->text.data, value->text.length);
        add_number(buffer, (uint64_t)value->integer, 8);
        add_counted(buffer, value->bytes.data, value->bytes.length);
    }
}

static int32_t digest(signet_call_t *call, const signet_query_t *query, signet_text_t tenant,
                      signet_bytes_t place, signet_bytes_t *output)
{
    signet_buffer_t buffer = signet_buffer(call, 512);
    signet_bytes_t input;
    add_query(&buffer, query, tenant);
    signet_buffer_add(&buffer, place.data, place.length);
    int32_t status = signet_buffer_bytes(&buffer, &input);
    if (status == SIGNET_OK)
        status = signet_sha256(call, input, output);
    output->length = CHECK_LENGTH;
    return status;
}

signet_text_t store_cursor_write(signet_call_t *call, const signet_query_t *query,
                                 signet_text_t tenant, const store_place_t *place)
{
    signet_buffer_t payload = signet_buffer(call, 256);
    signet_buffer_t whole = signet_buffer(call, 256);
    signet_bytes_t bytes;
    signet_bytes_t check;
    add_place(&payload, place);
    if (signet_buffer_bytes(&payload, &bytes) != SIGNET_OK ||
        digest(call, query, tenant, bytes, &check) != SIGNET_OK)
        return (signet_text_t){NULL, 0};
    signet_buffer_add(&whole, check.data, check.length);
    signet_buffer_add(&whole, bytes.data, bytes.length);
    if (signet_buffer_bytes(&whole, &bytes) != SIGNET_OK)
        return (signet_text_t){NULL, 0};
    return signet_base64url(call, bytes);
}

int32_t store_cursor_read(signet_call_t *call, const signet_query_t *query, signet_text_t tenant,
                          store_place_t *place)
{
    signet_bytes_t whole;
    signet_bytes_t check;
    memset(place, 0, sizeof(*place));
    if (query->cursor.length == 0)
        return SIGNET_OK;
    int32_t status = signet_base64url_decode(call, query->cursor, &whole);
    if (status != SIGNET_OK) {
        if (status != SIGNET_INVALID)
            return status;
        call->services->clear(call);
        whole.length = 0;
    }
    signet_bytes_t payload = {NULL, 0};
    if (whole.length > CHECK_LENGTH)
        payload = (signet_bytes_t){whole.data + CHECK_LENGTH, whole.length - CHECK_LENGTH};
    status = digest(call, query, tenant, payload, &check);
    if (status != SIGNET_OK)
        return status;
    if (payload.length == 0 || memcmp(check.data, whole.data, CHECK_LENGTH) != 0)
        return signet_fail_field(call, SIGNET_INVALID, "store.cursor", "cursor",
                                 "The cursor is damaged, or was given for another query: begin "
                                 "again without one.");
    place->set = 1;
    place->type = (uint32_t)read_number(&payload, 1);
    place->integer = (int64_t)read_number(&payload, 8);
    place->value = read_counted(&payload);
    place->id = (int64_t)read_number(&payload, 8);
    place->key = signet_bytes_text(read_counted(&payload));
    place->tenant = signet_bytes_text(read_counted(&payload));
    return SIGNET_OK;
}
