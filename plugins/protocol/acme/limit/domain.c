#include "order/record.h"

#include "domain.h"

#include <libpsl.h>

/* A suffix and the label before it. */
static signet_text_t with_label(signet_text_t name, uint64_t suffix_length)
{
    uint64_t start = name.length - suffix_length;
    if (start < 2) {
        return name;
    }
    start--; /* the dot */
    while (start > 0 && name.data[start - 1] != '.') {
        start--;
    }
    return (signet_text_t){name.data + start, name.length - start};
}

static int is_below(signet_text_t name, signet_text_t suffix)
{
    if (name.length <= suffix.length || name.data[name.length - suffix.length - 1] != '.') {
        return 0;
    }
    const signet_text_t end = {name.data + name.length - suffix.length, suffix.length};
    return signet_text_equal_nocase(end, suffix);
}

/* The longest private suffix that the name is below; empty: none. */
static signet_text_t private_suffix(const acme_t *acme, signet_text_t name)
{
    signet_text_t longest = {NULL, 0};
    for (uint64_t i = 0; acme->private_suffixes != NULL && i < acme->private_suffixes->member_count;
         i++) {
        signet_text_t suffix =
            SIGNET_AT(signet_setting_t, acme->private_suffixes->members, i)->text;
        if (suffix.length > longest.length && is_below(name, suffix)) {
            longest = suffix;
        }
    }
    return longest;
}

signet_text_t acme_domain_registered(signet_call_t *call, const acme_t *acme,
                                     const acme_identifier_t *identifier)
{
    signet_text_t name = identifier->value;
    if (!signet_text_is(identifier->type, "dns")) {
        return name;
    }
    if (signet_text_starts(name, "*.")) {
        name.data += 2;
        name.length -= 2;
    }
    signet_text_t suffix = private_suffix(acme, name);
    if (suffix.length > 0) {
        return with_label(name, suffix.length);
    }
    const char *string = signet_text_string(call, name);
    if (string == NULL) {
        return (signet_text_t){NULL, 0};
    }
    const char *registered = psl_registrable_domain(psl_builtin(), string);
    return registered != NULL ? signet_text(registered) : name;
}
