#include "issue/field.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/text.h>
#include <string.h>

#define TAG "tag."
#define TAG_NAME_MAX 64U
#define SID "S-1-"

static int is_tag_character(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           character == '-' || character == '_';
}

int ca_field_known(signet_text_t name)
{
    if (signet_text_is(name, "owner") || signet_text_is(name, CA_FIELD_SID))
        return 1;
    if (!signet_text_starts(name, TAG) || name.length == strlen(TAG) ||
        name.length > strlen(TAG) + TAG_NAME_MAX)
        return 0;
    for (uint64_t i = strlen(TAG); i < name.length; i++) {
        if (!is_tag_character(name.data[i]))
            return 0;
    }
    return 1;
}

const signet_text_t *ca_field_value(const ca_fields_t *fields, signet_text_t name)
{
    for (uint64_t i = 0; i < fields->count; i++) {
        if (signet_text_equal(fields->items[i].name, name))
            return &fields->items[i].value;
    }
    return NULL;
}

static int is_value(signet_text_t value)
{
    if (value.length == 0 || value.length > CA_FIELD_VALUE_MAX || !signet_text_valid(value))
        return 0;
    for (uint64_t i = 0; i < value.length; i++) {
        if ((unsigned char)value.data[i] < ' ' || value.data[i] == 0x7f)
            return 0;
    }
    return 1;
}

/* "S-1-" and numbers joined by '-'. */
static int is_sid(signet_text_t value)
{
    uint64_t begin = strlen(SID);
    if (!signet_text_starts(value, SID) || value.length == begin)
        return 0;
    for (uint64_t i = begin; i < value.length; i++) {
        char character = value.data[i];
        int digit = character >= '0' && character <= '9';
        int joint = character == '-' && value.data[i - 1] != '-' && i + 1 < value.length;
        if (!digit && !joint)
            return 0;
    }
    return 1;
}

/* Room for one more. */
static int32_t grow(signet_call_t *call, ca_fields_t *fields)
{
    if (fields->count >= CA_FIELDS_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "request.fields", "fields",
                                 "a certificate has at most %u fields beside it", CA_FIELDS_MAX);
    if (fields->items != NULL)
        return SIGNET_OK;
    fields->items = signet_alloc(call, CA_FIELDS_MAX, sizeof *fields->items);
    return fields->items == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

int32_t ca_field_add(signet_call_t *call, ca_fields_t *fields, signet_text_t name,
                     signet_text_t value)
{
    if (!ca_field_known(name))
        return signet_fail_field(call, SIGNET_INVALID, "request.field", "fields",
                                 "there is no such field; fields are owner, sid and tag.NAME, NAME "
                                 "of lower-case letters, digits, '-' and '_'");
    if (!is_value(value) || (signet_text_is(name, CA_FIELD_SID) && !is_sid(value)))
        return signet_fail_field(call, SIGNET_INVALID, "request.field", "fields",
                                 "the value of the field %.*s is not a line of 1 to %u octets of "
                                 "UTF-8, or not of the field's form",
                                 SIGNET_FORMAT(name), CA_FIELD_VALUE_MAX);
    if (ca_field_value(fields, name) != NULL)
        return signet_fail_field(call, SIGNET_INVALID, "request.field", "fields",
                                 "the field %.*s is given twice", SIGNET_FORMAT(name));
    int32_t status = grow(call, fields);
    if (status != SIGNET_OK)
        return status;
    fields->items[fields->count++] =
        (signet_pair_t){.size = sizeof(signet_pair_t), .name = name, .value = value};
    return SIGNET_OK;
}

int32_t ca_fields_collect(signet_call_t *call, const signet_issue_request_t *request,
                          ca_fields_t *fields)
{
    int32_t status = SIGNET_OK;
    if (!SIGNET_HAS(request, field_count) || request->fields == NULL)
        return SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < request->field_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, request->fields, i);
        status = ca_field_add(call, fields, pair->name, pair->value);
    }
    return status;
}
