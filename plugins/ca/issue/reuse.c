#include "issue/reuse.h"

#include "record/record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define PAGE 100U

/* Who a certificate is for: its subject, or where that is empty all its names. */
typedef struct holder {
    signet_text_t subject;
    const ca_names_t *names;
} holder_t;

/* Looks at one certificate; sets `*stop` to end the search. */
typedef int32_t (*look_t)(signet_call_t *call, const ca_draft_t *draft, const holder_t *holder,
                          const signet_certificate_t *certificate, uint64_t *found, int *stop);

static int32_t find_holder(signet_call_t *call, const ca_draft_t *draft, holder_t *holder)
{
    const signet_attribute_t *attributes = NULL;
    uint64_t count = 0;
    holder->names = &draft->all;
    int32_t status = signet_name_parse(call, draft->subject.name, &attributes, &count);
    return status == SIGNET_OK ? signet_name_text(call, attributes, count, &holder->subject)
                               : status;
}

static int is_held_by(const signet_certificate_t *certificate, const holder_t *holder)
{
    if (holder->subject.length > 0 || certificate->subject.length > 0)
        return signet_text_equal(holder->subject, certificate->subject);
    if (certificate->name_count != holder->names->count)
        return 0;
    for (uint64_t i = 0; i < certificate->name_count; i++) {
        int known = 0;
        for (uint64_t j = 0; !known && j < holder->names->count; j++)
            known = signet_text_equal(certificate->names[i], holder->names->items[j].text);
        if (!known)
            return 0;
    }
    return 1;
}

/* Looks at every certificate for which a condition holds, page by page. */
static int32_t search(ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                      const holder_t *holder, const signet_field_t *value, look_t look,
                      uint64_t *found)
{
    signet_store_t store;
    int stop = 0;
    signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = value};
    signet_query_t query = {.size = sizeof query,
                            .flags = SIGNET_QUERY_NO_BODY,
                            .collection = SIGNET_TEXT(CA_CERTIFICATES),
                            .conditions = &condition,
                            .condition_count = 1,
                            .limit = PAGE};
    int32_t status = ca_store(ca, call, &store);
    do {
        const signet_page_t *page = NULL;
        if (status == SIGNET_OK)
            status = store.interface->query(store.instance, call, &query, &page);
        for (uint64_t i = 0; status == SIGNET_OK && !stop && i < page->count; i++) {
            ca_record_t *record = NULL;
            status = ca_record_decode(call, page->records[i], &record);
            if (status == SIGNET_OK)
                status = look(call, draft, holder, &record->certificate, found, &stop);
        }
        if (status == SIGNET_OK)
            query.cursor = page->cursor;
    } while (status == SIGNET_OK && !stop && query.cursor.length > 0);
    return status;
}

static int32_t look_at_key(signet_call_t *call, const ca_draft_t *draft, const holder_t *holder,
                           const signet_certificate_t *certificate, uint64_t *found, int *stop)
{
    (void)found;
    *stop = 1;
    if (draft->profile->renewal_key == CA_RENEWAL_KEY_FORBIDDEN)
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-reused", "csr",
                                 "the key in the request was certified before; the profile "
                                 "\"%.*s\" wants a new key each time",
                                 SIGNET_FORMAT(draft->profile->name));
    if (!is_held_by(certificate, holder))
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-of-another", "csr",
                                 "the key in the request was certified for another subject; make a "
                                 "new one");
    *stop = 0;
    return SIGNET_OK;
}

static int32_t check_key(ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                         const holder_t *holder)
{
    const ca_profile_t *profile = draft->profile;
    signet_bytes_t digest;
    if (draft->predecessor != NULL) {
        int same = signet_bytes_equal(draft->predecessor->key.spki, draft->csr->key.spki);
        if (profile->renewal_key == CA_RENEWAL_KEY_REQUIRED && !same)
            return signet_fail_field(call, SIGNET_INVALID, "profile.key-changed", "csr",
                                     "the profile \"%.*s\" is renewed with the same key",
                                     SIGNET_FORMAT(profile->name));
        if (profile->renewal_key == CA_RENEWAL_KEY_FORBIDDEN && same)
            return signet_fail_field(call, SIGNET_INVALID, "profile.key-reused", "csr",
                                     "the profile \"%.*s\" is renewed with a new key",
                                     SIGNET_FORMAT(profile->name));
    }
    if (profile->renewal_key != CA_RENEWAL_KEY_FORBIDDEN && !profile->shared_key_refused)
        return SIGNET_OK;
    int32_t status = signet_sha256(call, draft->csr->key.spki, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_field_t value = signet_field_bytes("spki", digest);
    return search(ca, call, draft, holder, &value, look_at_key, &(uint64_t){0});
}

static int32_t look_at_active(signet_call_t *call, const ca_draft_t *draft, const holder_t *holder,
                              const signet_certificate_t *certificate, uint64_t *found, int *stop)
{
    int replaced = draft->predecessor != NULL &&
                   signet_bytes_equal(draft->predecessor->serial, certificate->serial);
    *found += !replaced && certificate->not_after > draft->now &&
              signet_text_is(certificate->state, SIGNET_CERTIFICATE_VALID) &&
              signet_text_equal(certificate->profile, draft->profile->name) &&
              is_held_by(certificate, holder);
    *stop = *found >= draft->profile->max_active;
    if (*stop)
        return signet_fail_field(call, SIGNET_INVALID, "profile.max-active", "csr",
                                 "the profile \"%.*s\" permits %llu valid certificates for one "
                                 "subject, and there are as many; renew or revoke one",
                                 SIGNET_FORMAT(draft->profile->name),
                                 (unsigned long long)draft->profile->max_active);
    return SIGNET_OK;
}

/* Certificates are found by one of their names, of which there is one: profiles with this rule need
 * a name or a common name. */
static int32_t check_active(ca_t *ca, signet_call_t *call, const ca_draft_t *draft,
                            const holder_t *holder)
{
    uint64_t found = 0;
    if (draft->profile->max_active == 0 || draft->all.count == 0)
        return SIGNET_OK;
    signet_field_t value = signet_field_text("names", draft->all.items[0].value);
    return search(ca, call, draft, holder, &value, look_at_active, &found);
}

int32_t ca_reuse_check(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    const ca_profile_t *profile = draft->profile;
    holder_t holder = {{NULL, 0}, NULL};
    if (draft->predecessor != NULL && profile->renewal_window_ms > 0 &&
        draft->now < draft->predecessor->not_after - profile->renewal_window_ms)
        return signet_fail_field(
            call, SIGNET_INVALID, "profile.renewal-early", "replaces",
            "the certificate may be renewed from %.*s on",
            SIGNET_FORMAT(signet_time_text(call, draft->predecessor->not_after -
                                                     profile->renewal_window_ms)));
    if (profile->renewal_key == CA_RENEWAL_KEY_ALLOWED && !profile->shared_key_refused &&
        profile->max_active == 0)
        return SIGNET_OK;
    int32_t status = find_holder(call, draft, &holder);
    if (status == SIGNET_OK)
        status = check_key(ca, call, draft, &holder);
    return status == SIGNET_OK ? check_active(ca, call, draft, &holder) : status;
}

int32_t ca_attestation_check(signet_call_t *call, const ca_draft_t *draft)
{
    const signet_issue_request_t *request = draft->request;
    const signet_setting_t *wanted = signet_setting(draft->profile->setting, "attestations");
    uint64_t count = wanted == NULL ? 0 : wanted->member_count;
    if (count == 0)
        return SIGNET_OK;
    int proved = SIGNET_HAS(request, attestation.length) &&
                 SIGNET_HAS(request, attested_key.length) &&
                 signet_bytes_equal(request->attested_key, draft->csr->key.spki);
    for (uint64_t i = 0; proved && i < count; i++) {
        if (signet_text_equal(signet_setting_at(wanted, i)->text, request->attestation))
            return SIGNET_OK;
    }
    return signet_fail_field(call, SIGNET_INVALID, "profile.attestation-required", "csr",
                             "the profile \"%.*s\" certifies keys alone that hardware attests; ask "
                             "over a protocol that carries the attestation of this key",
                             SIGNET_FORMAT(draft->profile->name));
}
