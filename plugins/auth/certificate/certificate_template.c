#include "certificate_template.h"

#include <signet/sdk/error.h>
#include <string.h>

#define TEXT_MAX 512U

/* The next piece of a template: literal text, or the name of a field. */
typedef struct piece {
    signet_text_t text;
    int is_field;
} piece_t;

static int begins_field(signet_text_t text)
{
    return text.length >= 2 && text.data[0] == '%' && text.data[1] == '{';
}

/* 1, or 0 at the end; -1 where a field does not end. */
static int next_piece(signet_text_t *rest, piece_t *piece)
{
    uint64_t length = 0;
    if (rest->length == 0)
        return 0;
    if (begins_field(*rest)) {
        const char *end = memchr(rest->data, '}', rest->length);
        if (end == NULL)
            return -1;
        length = (uint64_t)(end - rest->data) + 1;
        *piece = (piece_t){{rest->data + 2, length - 3}, 1};
    } else {
        do
            length++;
        while (length < rest->length &&
               !begins_field((signet_text_t){rest->data + length, rest->length - length}));
        *piece = (piece_t){{rest->data, length}, 0};
    }
    *rest = (signet_text_t){rest->data + length, rest->length - length};
    return 1;
}

int32_t certificate_template_check(signet_call_t *call, const signet_setting_t *setting, int sole)
{
    static const char reason[] = "certificate.template-invalid";
    signet_text_t rest = setting->text;
    int chosen = 0;
    int more;
    piece_t piece;
    while ((more = next_piece(&rest, &piece)) == 1) {
        int kind = piece.is_field ? certificate_field_kind(piece.text) : CERTIFICATE_FIELD_GIVEN;
        if (kind == CERTIFICATE_FIELD_UNKNOWN)
            return signet_setting_fail(call, setting, reason,
                                       "there is no field \"%.*s\": fields are subject, "
                                       "subject.CN and other attributes, san.dns, san.email, "
                                       "san.uri, san.ip, serial, fingerprint, authority and "
                                       "profile",
                                       SIGNET_FORMAT(piece.text));
        chosen += kind == CERTIFICATE_FIELD_CHOSEN;
    }
    if (more < 0)
        return signet_setting_fail(call, setting, reason,
                                   "a field of the template has no end: write it as %%{san.email}");
    if (sole && chosen > 1)
        return signet_setting_fail(call, setting, reason,
                                   "the template has %d fields of subject and san: two clients "
                                   "could get the same text; use one",
                                   chosen);
    return SIGNET_OK;
}

static int32_t fail(signet_call_t *call, signet_text_t field, const char *why)
{
    return signet_fail(call, SIGNET_INVALID, "certificate.field", "its field %.*s %s",
                       SIGNET_FORMAT(field), why);
}

static int32_t add_field(signet_call_t *call, signet_buffer_t *buffer, signet_text_t field,
                         const certificate_client_t *client, int pattern)
{
    const signet_text_t *values = NULL;
    uint64_t count = 0;
    int32_t status = certificate_client_values(call, client, field, &values, &count);
    if (status != SIGNET_OK)
        return status;
    if (count != 1)
        return fail(call, field, count == 0 ? "is missing" : "has several values");
    for (uint64_t i = 0; i < values[0].length; i++) {
        uint8_t octet = (uint8_t)values[0].data[i];
        if (octet < ' ' || octet == 0x7f)
            return fail(call, field, "holds a control character");
        if (pattern && octet == '*')
            return fail(call, field, "holds a '*'");
    }
    signet_buffer_add_text(buffer, values[0]);
    return SIGNET_OK;
}

int32_t certificate_template_expand(signet_call_t *call, signet_text_t template,
                                    const certificate_client_t *client, int pattern,
                                    signet_text_t *text)
{
    signet_buffer_t buffer = signet_buffer(call, 128);
    signet_text_t rest = template;
    piece_t piece;
    while (next_piece(&rest, &piece) == 1) {
        int32_t status = SIGNET_OK;
        if (piece.is_field)
            status = add_field(call, &buffer, piece.text, client, pattern);
        else
            signet_buffer_add_text(&buffer, piece.text);
        if (status != SIGNET_OK)
            return status;
    }
    if (buffer.length > TEXT_MAX)
        return fail(call, template, "becomes longer than 512 octets");
    return signet_buffer_text(&buffer, text);
}
