/* Keys of earlier certificates, of whatever issuer, that their holders hand in to be kept. */
#include "archive/archive.h"
#include "archive/match.h"
#include "issue/denial.h"
#include "permission.h"
#include "record/record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>

#define SIGNS (SIGNET_KEY_USAGE_DIGITAL_SIGNATURE | SIGNET_KEY_USAGE_NON_REPUDIATION)
#define CERTIFICATE_MAX 65536U

/* The profile says to which recovery key, and who may; what the certificate holds is not its
 * doing. */
static int32_t find_profile(const ca_t *ca, signet_call_t *call, signet_text_t name,
                            const ca_profile_t **profile)
{
    *profile = ca_tenant_profile(ca, call, name);
    if (*profile == NULL)
        return signet_fail_field(call, SIGNET_NOT_FOUND, "profile.not-found", "profile",
                                 "there is no such profile; the list of profiles says which there "
                                 "are");
    if ((*profile)->archive == NULL || (*profile)->authority == NULL)
        return signet_fail_field(call, SIGNET_INVALID, "archive.not-kept", "profile",
                                 "the profile \"%.*s\" archives no keys, or has no authority",
                                 SIGNET_FORMAT((*profile)->name));
    return ca_permission_request(call, *profile, (*profile)->authority);
}

/* A certificate without key usage may be used for signatures as well. */
static int32_t check(signet_call_t *call, const signet_key_import_t *request,
                     const signet_x509_t *x509)
{
    if (x509->is_ca || x509->key_usage == 0 || (x509->key_usage & SIGNS) != 0)
        return signet_fail_field(call, SIGNET_INVALID, "archive.signing-key", "pkcs12",
                                 "the certificate is not for encryption alone; keys that sign are "
                                 "never archived");
    return ca_match_key(call, request->private_key, x509->key.spki);
}

/* Whether the actor may ask for certificates with all these names. */
static int32_t check_names(signet_call_t *call, const ca_profile_t *profile,
                           const signet_certificate_t *certificate)
{
    ca_names_t names = {.count = certificate->name_count};
    names.items = signet_alloc(call, names.count + 1, sizeof *names.items);
    if (names.items == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < names.count; i++)
        names.items[i].text = certificate->names[i];
    if (names.count == 0)
        return signet_fail_field(call, SIGNET_INVALID, "archive.nameless", "pkcs12",
                                 "the certificate holds no name that the key could be found by");
    return ca_permission_names(call, profile, profile->authority, &names);
}

static int32_t describe(signet_call_t *call, const signet_key_import_t *request,
                        const ca_profile_t *profile, ca_archived_t *archived)
{
    const signet_x509_t *x509 = NULL;
    signet_certificate_t certificate = {.size = sizeof certificate};
    signet_archived_key_t *key = &archived->key;
    int32_t status = signet_x509_parse(call, request->certificate, &x509);
    if (status == SIGNET_OK)
        status = check(call, request, x509);
    if (status == SIGNET_OK)
        status = ca_names_of_certificate(call, x509, &certificate);
    if (status == SIGNET_OK)
        status = check_names(call, profile, &certificate);
    if (status == SIGNET_OK)
        status = signet_name_text(call, x509->attributes, x509->attribute_count, &key->subject);
    if (status == SIGNET_OK)
        status = signet_sha256(call, request->certificate, &key->serial);
    if (status == SIGNET_OK)
        status = signet_sha256(call, x509->key.spki, &key->spki_sha256);
    if (status != SIGNET_OK)
        return status;
    key->size = sizeof *key;
    key->authority = SIGNET_TEXT(CA_ARCHIVED_IMPORTED);
    key->certificate = request->certificate;
    key->profile = profile->name;
    key->requester = call->services->actor(call)->id;
    key->names = certificate.names;
    key->name_count = certificate.name_count;
    key->not_after = x509->not_after;
    return SIGNET_OK;
}

static int32_t commit(ca_t *ca, signet_call_t *call, const ca_archived_t *archived)
{
    const signet_archived_key_t *key = &archived->key;
    signet_journal_t journal;
    signet_change_t change;
    signet_text_t id = ca_record_key(call, key->authority, key->serial);
    signet_text_t object = signet_format(call, "certificate:%.*s", SIGNET_FORMAT(id));
    if (id.data == NULL || object.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_pair_t pairs[] = {signet_pair("profile", key->profile),
                             signet_pair("subject", key->subject),
                             signet_pair("recovery_key", archived->recovery_key)};
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_KEY_ARCHIVED),
                            .object = object,
                            .fields = pairs,
                            .field_count = sizeof pairs / sizeof pairs[0]};
    int32_t status = ca_journal(ca, call, &journal);
    if (status == SIGNET_OK)
        status = ca_archived_put(call, archived, &change);
    if (status == SIGNET_OK)
        status = journal.interface->commit(journal.instance, call, &change, 1, &entry);
    if (status != SIGNET_CONFLICT)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_EXISTS, "archive.exists",
                       "the key of this certificate is archived already");
}

static int32_t import(ca_t *ca, signet_call_t *call, const signet_key_import_t *request,
                      ca_archived_t *archived)
{
    const ca_profile_t *profile = NULL;
    int32_t status = find_profile(ca, call, request->profile, &profile);
    if (status == SIGNET_OK && request->certificate.length > CERTIFICATE_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "certificate.too-large", "pkcs12",
                                 "the certificate is larger than %u octets", CERTIFICATE_MAX);
    if (status == SIGNET_OK)
        status = describe(call, request, profile, archived);
    if (status == SIGNET_OK)
        status = ca_archive_wrap(call, profile->archive, request->private_key, archived);
    return status == SIGNET_OK ? commit(ca, call, archived) : status;
}

int32_t ca_archive_import(void *instance, signet_call_t *call, const signet_key_import_t *request,
                          const signet_archived_key_t **archived)
{
    ca_t *ca = instance;
    ca_archived_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = import(ca, call, request, made);
    if (status == SIGNET_DENIED || status == SIGNET_INVALID) {
        signet_issue_request_t asked = {.size = sizeof asked, .profile = request->profile};
        ca_denial_issue(ca, call, &asked, SIGNET_TEXT(""));
    }
    if (status == SIGNET_OK)
        *archived = &made->key;
    return status;
}
