#include "profile/names.h"

#include "authority/distinguished.h"
#include "profile/extension.h"
#include "record/record.h"

#include <signet/sdk/error.h>
#include <stdlib.h>

/* One name, unless it is there already. */
static void add(ca_names_t *names, const signet_canonical_t *name)
{
    for (uint64_t i = 0; i < names->count; i++) {
        if (signet_text_equal(names->items[i].text, name->text))
            return;
    }
    names->items[names->count++] = *name;
}

static const ca_patterns_t *patterns_for(const ca_profile_t *profile, uint8_t type)
{
    static const ca_patterns_t none = {NULL, 0};
    switch (type) {
    case CA_NAME_DNS:
        return &profile->dns;
    case CA_NAME_IP:
        return &profile->ip;
    case CA_NAME_EMAIL:
        return &profile->email;
    case CA_NAME_URI:
        return &profile->uri;
    case CA_NAME_UPN:
        return &profile->upn;
    default:
        return &none;
    }
}

static int matches(const ca_pattern_t *pattern, const signet_canonical_t *name)
{
    if (pattern->range.length == 0)
        return signet_text_matches(name->value, pattern->text);
    signet_general_name_t range = {.type = CA_NAME_IP, .value = pattern->range};
    return signet_name_within(name, &range);
}

static int by_text(const void *left, const void *right)
{
    return signet_text_compare(*(const signet_text_t *)left, *(const signet_text_t *)right);
}

/* Whether the profile permits a name. */
static int32_t check(signet_call_t *call, const ca_profile_t *profile,
                     const signet_canonical_t *name)
{
    const ca_patterns_t *patterns = patterns_for(profile, name->type);
    /* Names are kept and compared line by line. */
    if (!ca_distinguished_value(name->value))
        return signet_fail_field(call, SIGNET_INVALID, "name.invalid", "names",
                                 "a name holds characters that no name may hold");
    if (name->type == CA_NAME_DNS && !profile->wildcards && signet_text_starts(name->value, "*"))
        return signet_fail_field(call, SIGNET_INVALID, "profile.wildcard-not-permitted", "names",
                                 "the profile \"%.*s\" permits no wildcard such as \"%.*s\"",
                                 SIGNET_FORMAT(profile->name), SIGNET_FORMAT(name->value));
    for (uint64_t i = 0; i < patterns->count; i++) {
        if (matches(&patterns->items[i], name))
            return SIGNET_OK;
    }
    if (profile->listed_count > 0 && bsearch(&name->text, profile->listed, profile->listed_count,
                                             sizeof name->text, by_text) != NULL)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "profile.name-not-permitted", "names",
                             "the profile \"%.*s\" does not permit the name \"%.*s\"",
                             SIGNET_FORMAT(profile->name), SIGNET_FORMAT(name->text));
}

static int32_t add_checked(signet_call_t *call, const ca_profile_t *profile, ca_names_t *names,
                           const signet_canonical_t *name)
{
    int32_t status = check(call, profile, name);
    if (status == SIGNET_OK)
        add(names, name);
    return status;
}

static int32_t from_request(signet_call_t *call, const ca_profile_t *profile,
                            const signet_issue_request_t *request, ca_names_t *names)
{
    static const char *const types[] = {"dns", "ip", "email", "uri", "upn"};
    for (uint64_t i = 0; i < request->name_count; i++) {
        const signet_requested_name_t *asked =
            SIGNET_AT(signet_requested_name_t, request->names, i);
        const char *type = NULL;
        for (size_t j = 0; j < sizeof types / sizeof types[0]; j++) {
            if (signet_text_is(asked->type, types[j]))
                type = types[j];
        }
        if (signet_text_is(asked->type, "cn") && names->common_name.length == 0) {
            names->common_name = asked->value;
            continue;
        }
        if (type == NULL)
            return signet_fail_field(
                call, SIGNET_INVALID, "profile.name-type", "names",
                "\"%.*s\" is no type of name; use dns, ip, email, uri, upn, or "
                "cn once",
                SIGNET_FORMAT(asked->type));
        signet_canonical_t name = {0};
        int32_t status = signet_name_canonical(call, type, asked->value, &name);
        if (status == SIGNET_OK)
            status = add_checked(call, profile, names, &name);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

static int32_t from_csr(signet_call_t *call, const ca_profile_t *profile, const signet_csr_t *csr,
                        ca_names_t *names)
{
    for (uint64_t i = 0; i < csr->name_count; i++) {
        signet_canonical_t name = {0};
        int32_t status = signet_name_from_general(call, &csr->names[i], &name);
        if (status == SIGNET_UNSUPPORTED) {
            call->services->clear(call);
            return signet_fail_field(call, SIGNET_INVALID, "profile.name-type", "csr",
                                     "the request asks for a name of a type that is not issued "
                                     "(GeneralName %u)",
                                     csr->names[i].type);
        }
        if (status == SIGNET_OK)
            status = add_checked(call, profile, names, &name);
        if (status != SIGNET_OK)
            return status;
    }
    return SIGNET_OK;
}

int32_t ca_names_collect(signet_call_t *call, const ca_profile_t *profile, const signet_csr_t *csr,
                         const signet_issue_request_t *request, ca_names_t *names)
{
    names->replaced = request->name_count > 0;
    uint64_t asked = names->replaced ? request->name_count : csr->name_count;
    if (asked > profile->max_names)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "profile.too-many-names", "names",
                                 "%llu names are asked for; the profile \"%.*s\" permits %llu",
                                 (unsigned long long)asked, SIGNET_FORMAT(profile->name),
                                 (unsigned long long)profile->max_names);
    names->items = signet_alloc(call, asked + profile->added_count + 1, sizeof *names->items);
    if (names->items == NULL)
        return SIGNET_NO_MEMORY;
    return names->replaced ? from_request(call, profile, request, names)
                           : from_csr(call, profile, csr, names);
}

int32_t ca_names_add(signet_call_t *call, const ca_profile_t *profile, const ca_source_t *source,
                     ca_names_t *names)
{
    names->asked = profile->added_count > 0 ? names->count : 0;
    for (uint64_t i = 0; i < profile->added_count; i++) {
        signet_text_t value;
        signet_canonical_t name = {0};
        int32_t status = ca_substitute(call, profile->added[i].text, source, &value);
        if (status == SIGNET_OK)
            status = signet_name_canonical(call, profile->added[i].type, value, &name);
        if (status != SIGNET_OK)
            return status;
        add(names, &name);
    }
    return SIGNET_OK;
}

int32_t ca_names_present(signet_call_t *call, const ca_profile_t *profile, const ca_names_t *names)
{
    if (names->count > 0 || !profile->names_required)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "profile.name-required", "names",
                             "the profile \"%.*s\" needs a name; put a subjectAltName into the "
                             "request",
                             SIGNET_FORMAT(profile->name));
}

int32_t ca_names_common(signet_call_t *call, signet_text_t value, signet_canonical_t *name)
{
    signet_text_t text = signet_format(call, "cn:%.*s", SIGNET_FORMAT(value));
    if (text.data == NULL)
        return SIGNET_NO_MEMORY;
    *name = (signet_canonical_t){
        .type = CA_NAME_COMMON, .text = text, .value = value, .encoded = signet_text_bytes(value)};
    return SIGNET_OK;
}

int32_t ca_names_with_subject(signet_call_t *call, const ca_profile_t *profile,
                              const ca_names_t *names, const ca_subject_t *subject, ca_names_t *all)
{
    *all = *names;
    all->items = signet_alloc(call, names->count + 2, sizeof *all->items);
    if (all->items == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < names->count; i++)
        all->items[i] = names->items[i];
    signet_canonical_t name = {0};
    int32_t status = SIGNET_OK;
    if (subject->common_name.length > 0) {
        status = ca_names_common(call, subject->common_name, &name);
        if (status == SIGNET_OK)
            add(all, &name);
    }
    if (status == SIGNET_OK && subject->email.length > 0) {
        status = signet_name_canonical(call, "email", subject->email, &name);
        if (status == SIGNET_OK)
            status = add_checked(call, profile, all, &name);
    }
    return status;
}

/* A common name that looks like a host is taken for one by old clients. */
static int32_t check_common(signet_call_t *call, const ca_authority_t *authority,
                            signet_text_t value, int *permitted)
{
    signet_text_t rest;
    signet_canonical_t host;
    *permitted = 1;
    signet_text_split(value, '.', &rest);
    if (rest.length == 0)
        return SIGNET_OK;
    int32_t status = signet_name_canonical(call, "dns", value, &host);
    if (status == SIGNET_INVALID) {
        call->services->clear(call);
        return SIGNET_OK;
    }
    if (status == SIGNET_OK)
        *permitted = ca_authority_permits(authority, &host);
    return status;
}

int32_t ca_names_check(signet_call_t *call, const ca_authority_t *authority,
                       const ca_names_t *names)
{
    for (uint64_t i = 0; i < names->count; i++) {
        const signet_canonical_t *name = &names->items[i];
        int permitted = 0;
        int32_t status = SIGNET_OK;
        if (name->type == CA_NAME_COMMON)
            status = check_common(call, authority, name->value, &permitted);
        else
            permitted = ca_authority_permits(authority, name);
        if (status != SIGNET_OK)
            return status;
        if (!permitted)
            return signet_fail_field(call, SIGNET_INVALID, "authority.name-constraint", "names",
                                     "the name \"%.*s\" lies outside the name constraints of the "
                                     "authority \"%.*s\" or of one above it",
                                     SIGNET_FORMAT(name->text), SIGNET_FORMAT(authority->name));
    }
    return SIGNET_OK;
}

int32_t ca_names_of_certificate(signet_call_t *call, const signet_x509_t *x509,
                                signet_certificate_t *certificate)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, ca_oid_subject_alt_name.data,
                              ca_oid_subject_alt_name.length);
    const signet_general_name_t *general = NULL;
    uint64_t count = 0;
    if (extension != NULL) {
        int32_t status = signet_general_names_parse(call, extension->value, &general, &count);
        if (status != SIGNET_OK)
            return status;
    }
    ca_names_t names = {.items = signet_alloc(call, count + 2, sizeof(signet_canonical_t))};
    if (names.items == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        signet_canonical_t name = {0};
        int32_t status = signet_name_from_general(call, &general[i], &name);
        if (status == SIGNET_OK)
            add(&names, &name);
        else if (status == SIGNET_UNSUPPORTED)
            call->services->clear(call);
        else
            return status;
    }
    signet_bytes_t oid = signet_attribute_oid(SIGNET_TEXT("CN"));
    for (uint64_t i = 0; i < x509->attribute_count; i++) {
        signet_canonical_t name = {0};
        if (!signet_bytes_equal(x509->attributes[i].oid, oid))
            continue;
        int32_t status = ca_names_common(call, x509->attributes[i].value, &name);
        if (status != SIGNET_OK)
            return status;
        add(&names, &name);
        break;
    }
    return ca_record_names(call, names.items, names.count, certificate);
}
