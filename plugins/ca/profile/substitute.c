#include "profile/substitute.h"

#include "authority/distinguished.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#define PART_MAX 256U

int ca_substitute_has(signet_text_t text)
{
    return text.length > 0 && memchr(text.data, '{', text.length) != NULL;
}

static int is_name_type(signet_text_t part)
{
    return signet_text_is(part, "dns") || signet_text_is(part, "ip") ||
           signet_text_is(part, "email") || signet_text_is(part, "upn");
}

static int is_part(signet_text_t part)
{
    return is_name_type(part) || signet_text_is(part, "requester") ||
           (signet_text_starts(part, "field.") && part.length > strlen("field.")) ||
           signet_attribute_oid(part).length > 0;
}

/* The next part in braces: `before` gets what stands before it, `text` moves behind it. 1 where
 * there is one, 0 where there is none, -1 for a brace without its other. */
static int next(signet_text_t *text, signet_text_t *before, signet_text_t *part)
{
    uint64_t begin = 0;
    while (begin < text->length && text->data[begin] != '{' && text->data[begin] != '}')
        begin++;
    *before = (signet_text_t){text->data, begin};
    if (begin == text->length)
        return 0;
    if (text->data[begin] == '}')
        return -1;
    uint64_t end = begin + 1;
    while (end < text->length && text->data[end] != '{' && text->data[end] != '}')
        end++;
    if (end == text->length || text->data[end] == '{')
        return -1;
    *part = (signet_text_t){text->data + begin + 1, end - begin - 1};
    *text = (signet_text_t){text->data + end + 1, text->length - end - 1};
    return 1;
}

int32_t ca_substitute_check(signet_call_t *call, const signet_setting_t *setting,
                            signet_text_t text)
{
    signet_text_t before;
    signet_text_t part;
    int found = next(&text, &before, &part);
    while (found == 1 && is_part(part))
        found = next(&text, &before, &part);
    if (found == 0)
        return SIGNET_OK;
    return signet_setting_fail(call, setting, "profile.substitute",
                               "\"%.*s\" has a part in braces that is not one of a request; use "
                               "{CN} and other attributes of the subject, {dns}, {ip}, {email}, "
                               "{upn}, {field.NAME} or {requester}",
                               SIGNET_FORMAT(setting->text));
}

static signet_text_t find_name(const ca_source_t *source, signet_text_t type)
{
    for (uint64_t i = 0; i < source->name_count; i++) {
        signet_text_t value;
        if (signet_text_equal(signet_text_split(source->names[i].text, ':', &value), type))
            return value;
    }
    return (signet_text_t){NULL, 0};
}

static signet_text_t find_field(const ca_source_t *source, signet_text_t name)
{
    for (uint64_t i = 0; i < source->field_count; i++) {
        const signet_pair_t *pair = SIGNET_AT(signet_pair_t, source->fields, i);
        if (signet_text_equal(pair->name, name))
            return pair->value;
    }
    return (signet_text_t){NULL, 0};
}

static signet_text_t find(const ca_source_t *source, signet_text_t part)
{
    signet_text_t rest;
    if (is_name_type(part))
        return find_name(source, part);
    if (signet_text_is(part, "requester"))
        return source->requester;
    if (signet_text_is(signet_text_split(part, '.', &rest), "field"))
        return find_field(source, rest);
    signet_bytes_t oid = signet_attribute_oid(part);
    if (source->common_name.length > 0 &&
        signet_bytes_equal(oid, signet_attribute_oid(SIGNET_TEXT("CN"))))
        return source->common_name;
    for (uint64_t i = 0; i < source->attribute_count; i++) {
        if (signet_bytes_equal(source->attributes[i].oid, oid))
            return source->attributes[i].value;
    }
    return (signet_text_t){NULL, 0};
}

static int is_plain(signet_text_t value)
{
    static const char refused[] = "*,/\\\"'`+=<>;#?{}|";
    if (!ca_distinguished_value(value) || value.length > PART_MAX || value.data[0] == ' ' ||
        value.data[value.length - 1] == ' ')
        return 0;
    for (uint64_t i = 0; i < value.length; i++) {
        if (memchr(refused, value.data[i], sizeof refused - 1) != NULL)
            return 0;
    }
    return 1;
}

int32_t ca_substitute(signet_call_t *call, signet_text_t text, const ca_source_t *source,
                      signet_text_t *result)
{
    signet_buffer_t buffer = signet_buffer(call, text.length + PART_MAX);
    signet_text_t before;
    signet_text_t part;
    while (next(&text, &before, &part) == 1) {
        signet_text_t value = find(source, part);
        if (value.length == 0)
            return signet_fail_field(call, SIGNET_INVALID, "profile.substitute-missing", "csr",
                                     "the profile makes names of the request's %.*s, which the "
                                     "request does not have",
                                     SIGNET_FORMAT(part));
        if (!is_plain(value))
            return signet_fail_field(call, SIGNET_INVALID, "profile.substitute-value", "csr",
                                     "the request's %.*s holds characters that may not become part "
                                     "of a name",
                                     SIGNET_FORMAT(part));
        signet_buffer_add_text(&buffer, before);
        signet_buffer_add_text(&buffer, value);
    }
    signet_buffer_add_text(&buffer, before);
    return signet_buffer_text(&buffer, result);
}
