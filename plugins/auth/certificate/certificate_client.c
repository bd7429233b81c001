#include "certificate_client.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

static const uint8_t alternative_names[] = {0x55, 0x1d, 0x11}; /* 2.5.29.17 */

static int32_t read_names(signet_call_t *call, certificate_client_t *client)
{
    const signet_extension_t *extension =
        signet_extension_find(client->x509->extensions, client->x509->extension_count,
                              alternative_names, sizeof alternative_names);
    const signet_general_name_t *general = NULL;
    uint64_t count = 0;
    if (extension == NULL)
        return SIGNET_OK;
    int32_t status = signet_general_names_parse(call, extension->value, &general, &count);
    if (status != SIGNET_OK)
        return status;
    signet_canonical_t *names = signet_alloc(call, count + 1, sizeof *names);
    if (names == NULL)
        return signet_status(call);
    for (uint64_t i = 0; i < count; i++) {
        status = signet_name_from_general(call, &general[i], &names[client->name_count]);
        if (status == SIGNET_OK)
            client->name_count++;
        else if (status == SIGNET_UNSUPPORTED)
            call->services->clear(call); /* a type that no rule can speak of */
        else
            return status;
    }
    client->names = names;
    return SIGNET_OK;
}

int32_t certificate_client_read(signet_call_t *call, signet_bytes_t der,
                                certificate_client_t *client)
{
    *client = (certificate_client_t){.x509 = NULL};
    int32_t status = signet_x509_parse(call, der, &client->x509);
    if (status == SIGNET_OK)
        status = signet_sha256(call, der, &client->fingerprint);
    return status == SIGNET_OK ? read_names(call, client) : status;
}

/* The part behind a prefix; 0 where the text does not begin with it. */
static int behind(signet_text_t text, const char *prefix, signet_text_t *rest)
{
    uint64_t length = signet_text(prefix).length;
    if (!signet_text_starts(text, prefix))
        return 0;
    *rest = (signet_text_t){text.data + length, text.length - length};
    return 1;
}

static int is_name_type(signet_text_t type)
{
    return signet_text_is(type, "dns") || signet_text_is(type, "ip") ||
           signet_text_is(type, "email") || signet_text_is(type, "uri");
}

int certificate_field_kind(signet_text_t name)
{
    static const char *const given[] = {"authority", "profile", "serial", "fingerprint"};
    signet_text_t rest;
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (signet_text_is(name, given[i]))
            return CERTIFICATE_FIELD_GIVEN;
    if (signet_text_is(name, "subject") || (behind(name, "san.", &rest) && is_name_type(rest)) ||
        (behind(name, "subject.", &rest) && signet_attribute_oid(rest).length > 0))
        return CERTIFICATE_FIELD_CHOSEN;
    return CERTIFICATE_FIELD_UNKNOWN;
}

/* Adds a value unless there is none. A text that could not be made has set the error. */
static int32_t one(signet_call_t *call, signet_text_t value, signet_text_t *values, uint64_t *count)
{
    if (value.length > 0)
        values[(*count)++] = value;
    return call->services->error(call) == NULL ? SIGNET_OK : signet_status(call);
}

static int32_t subject_text(signet_call_t *call, const certificate_client_t *client,
                            signet_text_t *values, uint64_t *count)
{
    signet_text_t text;
    int32_t status =
        signet_name_text(call, client->x509->attributes, client->x509->attribute_count, &text);
    if (status == SIGNET_OK && text.length > 0)
        values[(*count)++] = text;
    return status;
}

int32_t certificate_client_values(signet_call_t *call, const certificate_client_t *client,
                                  signet_text_t field, const signet_text_t **list, uint64_t *count)
{
    const signet_x509_t *x509 = client->x509;
    signet_text_t rest;
    signet_text_t *values =
        signet_alloc(call, client->name_count + x509->attribute_count + 1, sizeof *values);
    *list = values;
    *count = 0;
    if (values == NULL)
        return signet_status(call);
    if (signet_text_is(field, "authority"))
        return one(call, client->authority, values, count);
    if (signet_text_is(field, "profile"))
        return one(call, client->profile, values, count);
    if (signet_text_is(field, "serial"))
        return one(call, signet_hex(call, x509->serial), values, count);
    if (signet_text_is(field, "fingerprint"))
        return one(call, signet_hex(call, client->fingerprint), values, count);
    if (signet_text_is(field, "subject"))
        return subject_text(call, client, values, count);
    if (behind(field, "subject.", &rest)) {
        signet_bytes_t oid = signet_attribute_oid(rest);
        for (uint64_t i = 0; i < x509->attribute_count; i++)
            if (signet_bytes_equal(x509->attributes[i].oid, oid))
                values[(*count)++] = x509->attributes[i].value;
    } else if (behind(field, "san.", &rest)) {
        for (uint64_t i = 0; i < client->name_count; i++) {
            signet_text_t value;
            if (signet_text_equal(signet_text_split(client->names[i].text, ':', &value), rest))
                values[(*count)++] = client->names[i].value;
        }
    }
    return SIGNET_OK;
}
