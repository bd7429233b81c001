#include "issue/reuse.h"

#include "issue/counted.h"
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

/* Holds another certificate of the same key against the rules. */
static int32_t look_at_key(signet_call_t *call, const ca_draft_t *draft, const holder_t *holder,
                           const signet_certificate_t *certificate)
{
    if (draft->profile->renewal_key == CA_RENEWAL_KEY_FORBIDDEN)
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-reused", "csr",
                                 "the key in the request was certified before; the profile "
                                 "\"%.*s\" wants a new key each time",
                                 SIGNET_FORMAT(draft->profile->name));
    if (!is_held_by(certificate, holder))
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-of-another", "csr",
                                 "the key in the request was certified for another subject; make a "
                                 "new one");
    return SIGNET_OK;
}

/* Looks at every certificate of a key that is on record, page by page. */
static int32_t search_key(signet_call_t *call, const signet_store_t *store, const ca_draft_t *draft,
                          const holder_t *holder, signet_bytes_t digest)
{
    const signet_field_t value = signet_field_bytes("spki", digest);
    signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_EQUAL, .value = &value};
    signet_query_t query = {.size = sizeof query,
                            .flags = SIGNET_QUERY_NO_BODY,
                            .collection = SIGNET_TEXT(CA_CERTIFICATES),
                            .conditions = &condition,
                            .condition_count = 1,
                            .limit = PAGE};
    int32_t status = SIGNET_OK;
    do {
        const signet_page_t *page = NULL;
        status = store->interface->query(store->instance, call, &query, &page);
        for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
            ca_record_t *record = NULL;
            status = ca_record_decode(call, page->records[i], &record);
            if (status == SIGNET_OK)
                status = look_at_key(call, draft, holder, &record->certificate);
        }
        if (status == SIGNET_OK)
            query.cursor = page->cursor;
    } while (status == SIGNET_OK && query.cursor.length > 0);
    return status;
}

/* Whether the key in the request follows the one of the certificate that is renewed. */
static int32_t check_renewal(signet_call_t *call, const ca_draft_t *draft)
{
    const ca_profile_t *profile = draft->profile;
    if (draft->predecessor == NULL)
        return SIGNET_OK;
    int same = signet_bytes_equal(draft->predecessor->key.spki, draft->csr->key.spki);
    if (profile->renewal_key == CA_RENEWAL_KEY_REQUIRED && !same)
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-changed", "csr",
                                 "the profile \"%.*s\" is renewed with the same key",
                                 SIGNET_FORMAT(profile->name));
    if (profile->renewal_key == CA_RENEWAL_KEY_FORBIDDEN && same)
        return signet_fail_field(call, SIGNET_INVALID, "profile.key-reused", "csr",
                                 "the profile \"%.*s\" is renewed with a new key",
                                 SIGNET_FORMAT(profile->name));
    return SIGNET_OK;
}

/* The reservation knows what is on its way and not on record yet. It is read first, so that
 * nothing slips through in between. */
static int32_t check_key(ca_t *ca, signet_call_t *call, const signet_store_t *store,
                         ca_draft_t *draft, const holder_t *holder)
{
    ca_reservation_t *reservation = &draft->reservations[draft->reservation_count];
    signet_bytes_t digest;
    signet_text_t key = {NULL, 0};
    uint64_t kept = 0;
    if (!ca_profile_looks_at_keys(draft->profile))
        return SIGNET_OK;
    int32_t status = ca_counted_keys(ca, call, store);
    if (status == SIGNET_OK)
        status = signet_sha256(call, draft->csr->key.spki, &digest);
    if (status == SIGNET_OK)
        status = ca_reservation_of_key(call, digest, &key);
    if (status == SIGNET_OK)
        status = ca_reservation_read(call, store, key, reservation);
    for (uint64_t i = 0; status == SIGNET_OK && i < reservation->count; i++) {
        ca_record_t *record = NULL;
        status = ca_reservation_find(call, store, reservation->certificates[i], &record);
        if (status == SIGNET_OK && record != NULL)
            status = look_at_key(call, draft, holder, &record->certificate);
        /* What the index of keys knows need not be remembered here. */
        if (record != NULL && record->key.length == 0)
            reservation->certificates[kept++] = reservation->certificates[i];
    }
    if (status == SIGNET_OK)
        status = search_key(call, store, draft, holder, digest);
    if (status != SIGNET_OK)
        return status;
    reservation->count = kept;
    draft->reservation_count++;
    return SIGNET_OK;
}

static int32_t holder_key(signet_call_t *call, const ca_draft_t *draft, const holder_t *holder,
                          signet_text_t *key)
{
    signet_text_t *names = signet_alloc(call, draft->all.count + 1, sizeof *names);
    if (names == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < draft->all.count; i++)
        names[i] = draft->all.items[i].text;
    return ca_reservation_of_holder(call, draft->profile->name, holder->subject, names,
                                    draft->all.count, key);
}

/* The reservation lists all that the holder has. */
static int32_t check_active(ca_t *ca, signet_call_t *call, const signet_store_t *store,
                            ca_draft_t *draft, const holder_t *holder)
{
    ca_reservation_t *reservation = &draft->reservations[draft->reservation_count];
    signet_text_t key = {NULL, 0};
    uint64_t kept = 0;
    uint64_t found = 0;
    if (draft->profile->max_active == 0)
        return SIGNET_OK;
    int32_t status = ca_counted_profile(ca, call, store, draft->profile);
    if (status == SIGNET_OK)
        status = holder_key(call, draft, holder, &key);
    if (status == SIGNET_OK)
        status = ca_reservation_read(call, store, key, reservation);
    for (uint64_t i = 0; status == SIGNET_OK && i < reservation->count; i++) {
        ca_record_t *record = NULL;
        status = ca_reservation_find(call, store, reservation->certificates[i], &record);
        if (record == NULL || !ca_reservation_active(record, draft->now))
            continue;
        found += !signet_text_equal(reservation->certificates[i], draft->predecessor_key);
        reservation->certificates[kept++] = reservation->certificates[i];
    }
    if (status != SIGNET_OK)
        return status;
    if (found >= draft->profile->max_active)
        return signet_fail_field(call, SIGNET_INVALID, "profile.max-active", "csr",
                                 "the profile \"%.*s\" permits %llu valid certificates for one "
                                 "subject, and there are as many; renew or revoke one",
                                 SIGNET_FORMAT(draft->profile->name),
                                 (unsigned long long)draft->profile->max_active);
    reservation->count = kept;
    draft->reservation_count++;
    return SIGNET_OK;
}

int32_t ca_reuse_check(ca_t *ca, signet_call_t *call, ca_draft_t *draft)
{
    const ca_profile_t *profile = draft->profile;
    holder_t holder = {{NULL, 0}, NULL};
    signet_store_t store;
    if (draft->predecessor != NULL && !draft->predecessor_due && profile->renewal_window_ms > 0 &&
        draft->now < draft->predecessor->not_after - profile->renewal_window_ms)
        return signet_fail_field(
            call, SIGNET_INVALID, "profile.renewal-early", "replaces",
            "the certificate may be renewed from %.*s on",
            SIGNET_FORMAT(signet_time_text(call, draft->predecessor->not_after -
                                                     profile->renewal_window_ms)));
    int32_t status = check_renewal(call, draft);
    draft->reservation_count = 0;
    if (status != SIGNET_OK || (!ca_profile_looks_at_keys(profile) && profile->max_active == 0))
        return status;
    status = find_holder(call, draft, &holder);
    if (status == SIGNET_OK)
        status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = check_key(ca, call, &store, draft, &holder);
    return status == SIGNET_OK ? check_active(ca, call, &store, draft, &holder) : status;
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
