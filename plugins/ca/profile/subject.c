#include "profile/subject.h"

#include "authority/distinguished.h"
#include "profile/template.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

static int rule_kind(signet_text_t word)
{
    if (signet_text_is(word, "required"))
        return CA_SUBJECT_REQUIRED;
    if (signet_text_is(word, "optional"))
        return CA_SUBJECT_OPTIONAL;
    if (signet_text_is(word, "name"))
        return CA_SUBJECT_NAME;
    return ca_substitute_has(word) ? CA_SUBJECT_MADE : CA_SUBJECT_FIXED;
}

static int32_t configure_rule(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *item,
                              ca_subject_rule_t *rule)
{
    signet_text_t value;
    rule->type = signet_text_split(item->text, '=', &value);
    rule->kind = rule_kind(value);
    rule->value = value;
    signet_bytes_t oid = signet_attribute_oid(rule->type);
    signet_bytes_t encoded;
    rule->is_common_name = signet_bytes_equal(oid, signet_attribute_oid(SIGNET_TEXT("CN")));
    rule->is_email = signet_bytes_equal(oid, signet_attribute_oid(SIGNET_TEXT("emailAddress")));
    int right = oid.length > 0 && ca_distinguished_value(value) &&
                (rule->kind != CA_SUBJECT_NAME || rule->is_common_name);
    if (right && rule->kind == CA_SUBJECT_FIXED) {
        right = signet_name_encode(call, &rule->type, &rule->value, 1, &encoded) == SIGNET_OK;
        call->services->clear(call);
    }
    if (!right)
        return signet_setting_fail(call, item, "profile.subject",
                                   "\"%.*s\" is no rule for the subject; write TYPE=required, "
                                   "TYPE=optional, CN=name or TYPE=VALUE",
                                   SIGNET_FORMAT(item->text));
    if (rule->kind == CA_SUBJECT_MADE) {
        int32_t status = ca_substitute_check(call, item, value);
        if (status != SIGNET_OK)
            return status;
    }
    return ca_pool_bytes(pool, call, oid, &rule->oid);
}

int32_t ca_subject_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *list,
                             ca_subject_rule_t **rules, uint64_t *count)
{
    *count = list == NULL ? 0 : list->member_count;
    *rules = ca_pool_alloc(pool, call, *count + 1, sizeof **rules);
    if (*rules == NULL)
        return SIGNET_NO_MEMORY;
    if (*count > CA_NAME_MAX_ATTRIBUTES)
        return signet_setting_fail(call, list, "profile.subject",
                                   "the subject has more than %u rules", CA_NAME_MAX_ATTRIBUTES);
    for (uint64_t i = 0; i < *count; i++) {
        int32_t status = configure_rule(pool, call, signet_setting_at(list, i), &(*rules)[i]);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

/* The value asked for: the first attribute of the type; else what was filled. */
static signet_text_t asked(const ca_subject_rule_t *rule, const ca_subject_request_t *request)
{
    const ca_source_t *source = request->source;
    if (rule->is_common_name && source->common_name.length > 0)
        return source->common_name;
    for (uint64_t i = 0; i < source->attribute_count; i++) {
        if (signet_bytes_equal(source->attributes[i].oid, rule->oid))
            return source->attributes[i].value;
    }
    for (uint64_t i = 0; i < request->filled_count; i++) {
        if (signet_bytes_equal(request->filled[i].oid, rule->oid))
            return request->filled[i].value;
    }
    return (signet_text_t){NULL, 0};
}

/* A common name that must be one of the names. */
static int32_t from_names(signet_call_t *call, const ca_subject_request_t *request,
                          signet_text_t wanted, signet_text_t *value)
{
    const ca_source_t *source = request->source;
    if (source->name_count == 0)
        return signet_fail_field(call, SIGNET_INVALID, "profile.name-required", "names",
                                 "the certificate needs a name; put a subjectAltName into the "
                                 "request");
    for (uint64_t i = 0; i < source->name_count; i++) {
        if (signet_text_equal_nocase(source->names[i].value, wanted)) {
            *value = source->names[i].value;
            return SIGNET_OK;
        }
    }
    if (wanted.length > 0 && !(request->names_replaced && source->common_name.length == 0))
        return signet_fail_field(call, SIGNET_INVALID, "profile.common-name", "csr",
                                 "the common name \"%.*s\" is not among the names asked for",
                                 SIGNET_FORMAT(wanted));
    *value = source->names[0].value;
    return SIGNET_OK;
}

/* The upper bound of a common name (RFC 5280, appendix A.1). */
#define COMMON_NAME_MAX 64U

/* The value that a rule gives; empty: the attribute is left out. */
static int32_t apply(signet_call_t *call, const ca_subject_rule_t *rule,
                     const ca_subject_request_t *request, signet_text_t *value)
{
    if (rule->kind == CA_SUBJECT_MADE)
        return ca_substitute(call, rule->value, request->source, value);
    *value = rule->kind == CA_SUBJECT_FIXED ? rule->value : asked(rule, request);
    if (rule->kind == CA_SUBJECT_NAME) {
        int32_t status = from_names(call, request, *value, value);
        if (status != SIGNET_OK)
            return status;
        /* A name too long for the attribute stands in the subjectAltName alone. */
        if (value->length > COMMON_NAME_MAX)
            *value = (signet_text_t){NULL, 0};
        return SIGNET_OK;
    }
    if (rule->kind == CA_SUBJECT_REQUIRED && value->length == 0)
        return signet_fail_field(call, SIGNET_INVALID, "profile.subject-required", "csr",
                                 "the subject needs an attribute %.*s", SIGNET_FORMAT(rule->type));
    if (value->length > 0 && !ca_distinguished_value(*value))
        return signet_fail_field(call, SIGNET_INVALID, "profile.subject", "csr",
                                 "the attribute %.*s of the subject holds characters that no name "
                                 "may hold",
                                 SIGNET_FORMAT(rule->type));
    return SIGNET_OK;
}

int32_t ca_subject_build(signet_call_t *call, const ca_subject_rule_t *rules, uint64_t count,
                         const ca_subject_request_t *request, ca_subject_t *subject)
{
    signet_text_t types[CA_NAME_MAX_ATTRIBUTES];
    signet_text_t values[CA_NAME_MAX_ATTRIBUTES];
    uint64_t used = 0;
    *subject = (ca_subject_t){0};
    /* Rules are written most specific first, names are encoded the other way round. */
    for (uint64_t i = count; i > 0; i--) {
        const ca_subject_rule_t *rule = &rules[i - 1];
        signet_text_t value;
        int32_t status = apply(call, rule, request, &value);
        if (status != SIGNET_OK)
            return status;
        if (value.length == 0)
            continue;
        types[used] = rule->type;
        values[used++] = value;
        if (rule->is_common_name)
            subject->common_name = value;
        if (rule->is_email)
            subject->email = value;
    }
    if (used == 0) {
        subject->name = ca_empty_name;
        return SIGNET_OK;
    }
    return signet_name_encode(call, types, values, used, &subject->name);
}
