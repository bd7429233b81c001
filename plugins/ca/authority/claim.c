#include "authority/claim.h"

#include "authority/bounds.h"
#include "profile/extension.h"

#include <signet/sdk/der.h>
#include <string.h>

/* id-on-SmtpUTF8Mailbox (RFC 8398): a mailbox in an otherName, bound by constraints on mailboxes
 * (RFC 9598, 6). */
static const uint8_t smtp_mailbox[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09};
static const uint8_t server_auth[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
static const uint8_t any_usage[] = {0x55, 0x1d, 0x25, 0x00};

typedef struct claims {
    ca_claim_t *items;
    uint64_t count;
    int has_dns; /* the alternative names hold one */
    int has_email;
} claims_t;

static void add_readable(claims_t *claims, const signet_canonical_t *name)
{
    claims->items[claims->count++] =
        (ca_claim_t){.type = name->type, .readable = 1, .name = *name, .text = name->text};
}

static void add_unreadable(claims_t *claims, uint8_t type, signet_text_t text)
{
    claims->items[claims->count++] = (ca_claim_t){.type = type, .text = text};
}

static void add_directory(claims_t *claims, signet_bytes_t name, const char *text)
{
    claims->items[claims->count++] = (ca_claim_t){
        .type = CA_GENERAL_DIRECTORY, .readable = 1, .directory = name, .text = signet_text(text)};
}

static int is_smtp_mailbox(signet_bytes_t other)
{
    signet_der_t der = signet_der(other);
    signet_bytes_t oid;
    return signet_der_oid(&der, &oid) == 0 &&
           signet_bytes_equal(oid, (signet_bytes_t){smtp_mailbox, sizeof smtp_mailbox});
}

/* A text as a name of a type, or as one that cannot be read. */
static int32_t add_text(signet_call_t *call, claims_t *claims, uint8_t type, const char *word,
                        signet_text_t value)
{
    signet_canonical_t name;
    int32_t status = signet_name_canonical(call, word, value, &name);
    if (status == SIGNET_OK)
        add_readable(claims, &name);
    if (status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    add_unreadable(claims, type, value);
    return SIGNET_OK;
}

static int32_t add_general(signet_call_t *call, claims_t *claims,
                           const signet_general_name_t *general)
{
    signet_canonical_t name;
    claims->has_dns = claims->has_dns || general->type == CA_GENERAL_DNS;
    claims->has_email = claims->has_email || general->type == CA_GENERAL_EMAIL;
    if (general->type == CA_GENERAL_DIRECTORY) {
        add_directory(claims, general->value, "a directory name");
        return SIGNET_OK;
    }
    int32_t status = signet_name_from_general(call, general, &name);
    if (status == SIGNET_OK)
        add_readable(claims, &name);
    if (status != SIGNET_UNSUPPORTED && status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    add_unreadable(claims, general->type, SIGNET_TEXT("a name of a type that is not read"));
    if (general->type == CA_GENERAL_OTHER && is_smtp_mailbox(general->value))
        add_unreadable(claims, CA_GENERAL_EMAIL, SIGNET_TEXT("a mailbox as otherName"));
    return SIGNET_OK;
}

/* What may stand in a host name as clients read them, and a dot among it. */
static int looks_like_host(signet_text_t text)
{
    int dot = 0;
    for (uint64_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.' || c == '*'))
            return 0;
        dot = dot || c == '.';
    }
    return dot;
}

/* A text that is compared as it stands, as clients that take a common name for a host do. */
static void add_host(claims_t *claims, signet_text_t text)
{
    signet_canonical_t name = {.type = CA_GENERAL_DNS, .text = text, .value = text};
    add_readable(claims, &name);
}

/* A common name: as an address, as a host name, or as neither. An address counts as a host name too
 * where there is no alternative one. `always`: clients have no other name to compare, so that any
 * common name counts as a host name. */
static int32_t add_common_name(signet_call_t *call, claims_t *claims, signet_text_t value,
                               int always)
{
    signet_canonical_t name;
    int32_t status = signet_name_canonical(call, "ip", value, &name);
    int address = status == SIGNET_OK;
    if (address)
        add_readable(claims, &name);
    else if (status != SIGNET_INVALID)
        return status;
    call->services->clear(call);
    if (value.length > 1 && value.data[value.length - 1] == '.')
        value.length--;
    if ((!address || !claims->has_dns) && memchr(value.data, '.', value.length) != NULL) {
        status = signet_name_canonical(call, "dns", value, &name);
        if (status == SIGNET_OK)
            add_readable(claims, &name);
        if (status != SIGNET_INVALID)
            return status;
        call->services->clear(call);
        always = always || looks_like_host(value);
    }
    if (always)
        add_host(claims, value);
    return SIGNET_OK;
}

/* Whether the certificate may be a TLS server's: it says so, or it says nothing. */
static int32_t may_serve(signet_call_t *call, const signet_x509_t *x509, int *serves)
{
    const signet_bytes_t *usages = NULL;
    uint64_t count = 0;
    int stated = 0;
    int32_t status = ca_usages_read(call, x509, &stated, &usages, &count);
    *serves = !stated;
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        *serves =
            *serves ||
            signet_bytes_equal(usages[i], (signet_bytes_t){server_auth, sizeof server_auth}) ||
            signet_bytes_equal(usages[i], (signet_bytes_t){any_usage, sizeof any_usage});
    return status;
}

/* Whether a subject has an attribute more than once: some clients then take none of them. */
static int is_repeated(const signet_x509_t *x509, signet_bytes_t oid)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < x509->attribute_count; i++)
        if (signet_bytes_equal(x509->attributes[i].oid, oid))
            count++;
    return count > 1;
}

static int32_t add_common_names(signet_call_t *call, claims_t *claims, const signet_x509_t *x509)
{
    signet_bytes_t oid = signet_attribute_oid(SIGNET_TEXT("CN"));
    int serves = 0;
    int32_t status = may_serve(call, x509, &serves);
    int only = serves && !claims->has_dns;
    for (uint64_t i = 0; status == SIGNET_OK && i < x509->attribute_count; i++) {
        if (signet_bytes_equal(x509->attributes[i].oid, oid))
            status = add_common_name(call, claims, x509->attributes[i].value, only);
    }
    if (only && is_repeated(x509, oid))
        add_unreadable(claims, CA_GENERAL_DNS, SIGNET_TEXT("a second common name"));
    return status;
}

static int32_t add_subject(signet_call_t *call, claims_t *claims, const signet_x509_t *x509)
{
    signet_bytes_t oid = signet_attribute_oid(SIGNET_TEXT("emailAddress"));
    int32_t status = SIGNET_OK;
    if (x509->attribute_count > 0)
        add_directory(claims, x509->subject, "the subject");
    for (uint64_t i = 0; status == SIGNET_OK && i < x509->attribute_count; i++) {
        if (signet_bytes_equal(x509->attributes[i].oid, oid))
            status = add_text(call, claims, CA_GENERAL_EMAIL, "email", x509->attributes[i].value);
    }
    if (!claims->has_email && is_repeated(x509, oid))
        add_unreadable(claims, CA_GENERAL_EMAIL, SIGNET_TEXT("a second mail address"));
    if (status == SIGNET_OK && !x509->is_ca)
        status = add_common_names(call, claims, x509);
    return status;
}

int32_t ca_claims(signet_call_t *call, const signet_x509_t *x509, const ca_claim_t **claims,
                  uint64_t *count)
{
    const signet_extension_t *extension =
        signet_extension_find(x509->extensions, x509->extension_count, ca_oid_subject_alt_name.data,
                              ca_oid_subject_alt_name.length);
    const signet_general_name_t *general = NULL;
    uint64_t general_count = 0;
    claims_t found = {0};
    int32_t status = SIGNET_OK;
    if (extension != NULL)
        status = signet_general_names_parse(call, extension->value, &general, &general_count);
    if (status != SIGNET_OK)
        return status;
    /* An alternative name and a common name make two claims at most, another attribute one. */
    found.items =
        signet_alloc(call, 2 * general_count + 2 * x509->attribute_count + 1, sizeof *found.items);
    if (found.items == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < general_count; i++)
        status = add_general(call, &found, &general[i]);
    if (status == SIGNET_OK)
        status = add_subject(call, &found, x509);
    *claims = found.items;
    *count = found.count;
    return status;
}

int32_t ca_claim_permitted(signet_call_t *call, const ca_constraint_t *constraint,
                           const ca_claim_t *claim, int *permitted)
{
    if (!ca_constraint_mentions(constraint, claim->type)) {
        *permitted = 1;
        return SIGNET_OK;
    }
    *permitted = 0;
    if (!claim->readable)
        return SIGNET_OK;
    if (claim->type == CA_GENERAL_DIRECTORY)
        return ca_constraint_permits_directory(call, constraint, claim->directory, permitted);
    *permitted = ca_constraint_permits(constraint, &claim->name);
    return SIGNET_OK;
}
