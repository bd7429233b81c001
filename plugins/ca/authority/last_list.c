#include "authority/last_list.h"

#include "authority/issued.h"
#include "authority/lineage.h"
#include "authority/list_file.h"
#include "status/number.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>
#include <signet/sdk/setting.h>

/* A record's body holds 1 MiB, and a commit 100 changes. */
#define PART_SIZE (UINT64_C(768) * 1024)
#define PARTS_MAX 90U
#define FIELDS 7U
#define SECOND_MS 1000

int32_t ca_last_list_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_field_declaration_t fields[] = {
        SIGNET_FIELD("number", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("sha256", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("entries", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("entry_count", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("this_update", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("next_update", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
        SIGNET_FIELD("parts", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    };
    /* As their generations. */
    static const signet_collection_t collection =
        SIGNET_COLLECTION(CA_LAST_LISTS, SIGNET_COLLECTION_GLOBAL, 1, fields);
    return store->interface->declare(store->instance, call, &collection);
}

static signet_text_t part_key(signet_call_t *call, signet_text_t authority, uint64_t generation,
                              uint64_t part)
{
    return signet_format(call, "%.*s/%010llu/%03llu", SIGNET_FORMAT(authority),
                         (unsigned long long)generation, (unsigned long long)part);
}

static int32_t get_part(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                        uint64_t generation, uint64_t part, const signet_record_t **stored)
{
    signet_text_t key = part_key(call, authority, generation, part);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    return store->interface->get(store->instance, call, SIGNET_TEXT(CA_LAST_LISTS), key, stored);
}

static int32_t damaged(signet_call_t *call, signet_text_t authority)
{
    return signet_fail(call, SIGNET_CORRUPT, "authority.list",
                       "the last revocation list of the authority \"%.*s\" is damaged; restore the "
                       "store from a backup",
                       SIGNET_FORMAT(authority));
}

/* Puts the parts together again and looks whether they are all there. */
static int32_t join(signet_call_t *call, const signet_store_t *store, signet_text_t authority,
                    uint64_t generation, const signet_record_t *first, ca_last_list_t *list)
{
    signet_bytes_t digest;
    signet_buffer_t buffer = signet_buffer(call, list->parts * PART_SIZE);
    int32_t status = SIGNET_OK;
    if (list->parts == 0 || list->parts > PARTS_MAX)
        return damaged(call, authority);
    signet_buffer_add(&buffer, first->body.data, first->body.length);
    for (uint64_t i = 1; status == SIGNET_OK && i < list->parts; i++) {
        const signet_record_t *stored = NULL;
        status = get_part(call, store, authority, generation, i, &stored);
        if (status == SIGNET_OK)
            signet_buffer_add(&buffer, stored->body.data, stored->body.length);
    }
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&buffer, &list->der);
    if (status == SIGNET_OK)
        status = signet_sha256(call, list->der, &digest);
    if (status == SIGNET_NOT_FOUND ||
        (status == SIGNET_OK && !signet_bytes_equal(digest, list->sha256)))
        return damaged(call, authority);
    return status;
}

int32_t ca_last_list_get(ca_t *ca, signet_call_t *call, signet_text_t authority,
                         uint64_t generation, ca_last_list_t *list)
{
    signet_store_t store;
    const signet_record_t *first = NULL;
    *list = (ca_last_list_t){0};
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = get_part(call, &store, authority, generation, 0, &first);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_NOT_FOUND, "authority.no-list",
                           "the key %llu of the authority \"%.*s\" has signed no last revocation "
                           "list",
                           (unsigned long long)generation, SIGNET_FORMAT(authority));
    }
    if (status != SIGNET_OK)
        return status;
    list->number = signet_record_bytes(first, "number");
    list->sha256 = signet_record_bytes(first, "sha256");
    list->entries = signet_record_bytes(first, "entries");
    list->entry_count = (uint64_t)signet_record_integer(first, "entry_count");
    list->this_update = signet_record_integer(first, "this_update");
    list->next_update = signet_record_integer(first, "next_update");
    list->parts = (uint64_t)signet_record_integer(first, "parts");
    list->version = first->version;
    return join(call, &store, authority, generation, first, list);
}

/* What a list is made of. */
typedef struct gathering {
    signet_buffer_t entries;
    uint64_t count;
    const signet_crl_t *published; /* the list in the authority's file; NULL: none by this key */
} gathering_t;

static int32_t add_revoked(ca_issued_t *issued, signet_call_t *call, const ca_record_t *record)
{
    gathering_t *gathering = issued->context;
    const signet_certificate_t *certificate = &record->certificate;
    const signet_crl_entry_t entry = {.serial = certificate->serial,
                                      .revoked_at = certificate->revoked_at,
                                      .reason = certificate->reason,
                                      .invalid_since = record->invalid_since};
    (void)call;
    signet_crl_add_entry(&gathering->entries, &entry);
    gathering->count++;
    return SIGNET_OK;
}

/* The list that a ceremony or a publisher left in the authority's file, where this key signed it:
 * the number goes on from there, and no entry of it is lost. */
static int32_t read_published(signet_call_t *call, const ca_authority_t *authority,
                              gathering_t *gathering)
{
    const signet_crl_t *crl = NULL;
    signet_text_t path;
    int32_t status = ca_lineage_file(call, authority, "crl", &path);
    /* One file without a mark may still be this key's. */
    if (status == SIGNET_OK && path.length == 0)
        path = signet_setting_text(authority->setting, "crl");
    if (status != SIGNET_OK || path.length == 0)
        return status;
    status = ca_list_file_read(call, path, &crl);
    if (status != SIGNET_OK || crl == NULL)
        return status;
    status =
        signet_verifier_verify(call, authority->verifier, crl->algorithm, crl->tbs, crl->signature);
    if (status == SIGNET_OK) {
        gathering->published = crl;
        return SIGNET_OK;
    }
    /* It is another key's. */
    call->services->clear(call);
    return SIGNET_OK;
}

/* Whether a serial is on record, and so judged by its record. */
static int32_t is_known(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                        signet_bytes_t serial, int *known)
{
    signet_store_t store;
    ca_record_t *record = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = ca_record_get(call, &store, authority->name, serial, &record);
    *known = status == SIGNET_OK;
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    return status;
}

/* All that is revoked and on record, expired or not, since nobody knows on which list an entry was
 * after its certificate's end (RFC 5280, 3.3); and what the published list has besides. */
static int32_t gather(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                      gathering_t *gathering)
{
    static const char *const states[] = {SIGNET_CERTIFICATE_REVOKED, SIGNET_CERTIFICATE_HELD};
    gathering->entries = signet_buffer(call, 4096);
    int32_t status = read_published(call, authority, gathering);
    for (size_t i = 0; status == SIGNET_OK && i < sizeof states / sizeof states[0]; i++) {
        ca_issued_t issued = {.authority = authority->name,
                              .generation = authority->generation,
                              .state = signet_text(states[i]),
                              .visit = add_revoked,
                              .context = gathering};
        status = ca_issued_walk(ca, call, &issued);
    }
    uint64_t more = gathering->published != NULL ? gathering->published->entry_count : 0;
    for (uint64_t i = 0; status == SIGNET_OK && i < more; i++) {
        const signet_crl_entry_t *entry = &gathering->published->entries[i];
        int known = 0;
        status = is_known(ca, call, authority, entry->serial, &known);
        if (status == SIGNET_OK && !known) {
            signet_crl_add_entry(&gathering->entries, entry);
            gathering->count++;
        }
    }
    return status;
}

/* Higher than any number before: of the lists that are known here, and of those that were numbered
 * here. */
static int32_t choose_number(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                             const gathering_t *gathering, const ca_last_list_t *former,
                             signet_bytes_t *number)
{
    signet_bytes_t published =
        gathering->published != NULL ? gathering->published->number : (signet_bytes_t){NULL, 0};
    int later = published.length > 0 && (former->number.length == 0 ||
                                         signet_crl_number_compare(published, former->number) > 0);
    const signet_list_number_t request = {.size = sizeof request,
                                          .authority = authority->name,
                                          .generation = authority->generation,
                                          .above = later ? published : former->number};
    return ca_list_number(ca, call, &request, number);
}

static int32_t sign(signet_call_t *call, ca_authority_t *authority, signet_text_t key_uri,
                    signet_bytes_t tbs, signet_bytes_t *signature)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), authority->keys);
    if (provider == NULL)
        return signet_status(call);
    const signet_key_interface_t *keys = provider->interface;
    const signet_sign_request_t request = {.size = sizeof request,
                                           .purpose = SIGNET_PURPOSE_CRL,
                                           .uri = key_uri,
                                           .algorithm = authority->algorithm,
                                           .message = tbs};
    int32_t status = keys->sign(provider->instance, call, &request, signature);
    if (status == SIGNET_OK)
        status = signet_verifier_verify(call, authority->verifier, authority->algorithm, tbs,
                                        *signature);
    return status;
}

/* Stores it in place of a former one, together with its entry in the journal. */
static int32_t commit(ca_t *ca, signet_call_t *call, const ca_authority_t *authority,
                      const ca_last_list_t *former, ca_last_list_t *list)
{
    signet_journal_t journal;
    signet_change_t changes[2 * PARTS_MAX];
    signet_field_t fields[FIELDS];
    uint64_t count = 0;
    list->parts = (list->der.length + PART_SIZE - 1) / PART_SIZE;
    if (list->parts > PARTS_MAX)
        return signet_fail(call, SIGNET_TOO_LARGE, "authority.list",
                           "the last revocation list of the authority \"%.*s\" has %llu entries, "
                           "more than can be kept",
                           SIGNET_FORMAT(authority->name), (unsigned long long)list->entry_count);
    fields[0] = signet_field_bytes("number", list->number);
    fields[1] = signet_field_bytes("sha256", list->sha256);
    fields[2] = signet_field_bytes("entries", list->entries);
    fields[3] = signet_field_integer("entry_count", (int64_t)list->entry_count);
    fields[4] = signet_field_time("this_update", list->this_update);
    fields[5] = signet_field_time("next_update", list->next_update);
    fields[6] = signet_field_integer("parts", (int64_t)list->parts);
    for (uint64_t i = 0; i < list->parts || i < former->parts; i++) {
        signet_text_t key = part_key(call, authority->name, authority->generation, i);
        uint64_t at = i * PART_SIZE;
        uint64_t rest = i < list->parts ? list->der.length - at : 0;
        if (key.data == NULL)
            return SIGNET_NO_MEMORY;
        /* Two that sign at once must not mix their parts: the first decides. */
        uint64_t expected = i == 0 ? former->version : SIGNET_VERSION_ANY;
        changes[count++] =
            i >= list->parts ? signet_delete(CA_LAST_LISTS, key, SIGNET_VERSION_ANY)
                             : signet_put(CA_LAST_LISTS, key, expected, fields, i == 0 ? FIELDS : 0,
                                          (signet_bytes_t){list->der.data + at,
                                                           rest < PART_SIZE ? rest : PART_SIZE});
    }
    signet_text_t object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(authority->name));
    const signet_pair_t pairs[] = {
        signet_pair("generation",
                    signet_format(call, "%llu", (unsigned long long)authority->generation)),
        signet_pair("number", signet_hex(call, list->number)),
        signet_pair("sha256", signet_hex(call, list->sha256)),
        signet_pair("entries", signet_format(call, "%llu", (unsigned long long)list->entry_count)),
        signet_pair("next_update", signet_time_text(call, list->next_update))};
    const signet_entry_t entry = {.size = sizeof entry,
                                  .event = SIGNET_TEXT(SIGNET_EVENT_LIST_CONCLUDED),
                                  .object = object,
                                  .fields = pairs,
                                  .field_count = sizeof pairs / sizeof pairs[0]};
    int32_t status = object.data == NULL ? SIGNET_NO_MEMORY : ca_journal(ca, call, &journal);
    if (status == SIGNET_OK)
        status = journal.interface->commit(journal.instance, call, changes, count, &entry);
    if (status == SIGNET_OK)
        list->version = former->version + 1;
    return status;
}

static int32_t make(ca_t *ca, signet_call_t *call, ca_authority_t *authority, signet_text_t key_uri,
                    const gathering_t *gathering, const ca_last_list_t *former,
                    ca_last_list_t *list)
{
    signet_bytes_t entries = {gathering->entries.data, gathering->entries.length};
    signet_bytes_t tbs = {NULL, 0};
    signet_bytes_t signature = {NULL, 0};
    signet_crl_head_t head = {.identifier = authority->identifier,
                              .issuer = authority->subject,
                              .this_update = list->this_update,
                              .next_update = list->next_update,
                              .key_id = authority->key_id};
    int32_t status = choose_number(ca, call, authority, gathering, former, &head.number);
    if (status == SIGNET_OK)
        status = signet_crl_tbs(call, &head, entries, &tbs);
    if (status == SIGNET_OK)
        status = sign(call, authority, key_uri, tbs, &signature);
    if (status == SIGNET_OK)
        status = signet_crl_join(call, tbs, authority->identifier, signature, &list->der);
    if (status == SIGNET_OK)
        status = signet_sha256(call, list->der, &list->sha256);
    list->number = head.number;
    list->entry_count = gathering->count;
    return status == SIGNET_OK ? commit(ca, call, authority, former, list) : status;
}

int32_t ca_last_list_settle(ca_t *ca, signet_call_t *call, ca_authority_t *authority,
                            signet_text_t key_uri, int64_t until, ca_last_list_t *list)
{
    ca_last_list_t former;
    gathering_t gathering = {.count = 0};
    signet_bytes_t entries = {NULL, 0};
    signet_bytes_t digest = {NULL, 0};
    int64_t now = signet_now();
    int32_t status = ca_last_list_get(ca, call, authority->name, authority->generation, &former);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    if (status == SIGNET_OK)
        status = gather(ca, call, authority, &gathering);
    if (status == SIGNET_OK)
        status = signet_buffer_bytes(&gathering.entries, &entries);
    if (status == SIGNET_OK)
        status = signet_sha256(call, entries, &digest);
    if (status != SIGNET_OK)
        return status;
    if (former.version != 0 && former.next_update >= until &&
        signet_bytes_equal(former.entries, digest)) {
        *list = former;
        return SIGNET_OK;
    }
    *list = (ca_last_list_t){.entries = digest,
                             .this_update = now - now % SECOND_MS,
                             .next_update =
                                 until + SECOND_MS - 1 - (until + SECOND_MS - 1) % SECOND_MS};
    return make(ca, call, authority, key_uri, &gathering, &former, list);
}
