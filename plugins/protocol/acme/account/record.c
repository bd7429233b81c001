#include "record.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/jose.h>

#include "stored.h"

#define ID_OCTETS 16U

static const signet_field_declaration_t account_fields[] = {
    SIGNET_FIELD("state", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("created", SIGNET_VALUE_TIME, 0),
};

static const signet_field_declaration_t key_fields[] = {
    SIGNET_FIELD("account", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
};

static const signet_collection_t collections[] = {
    SIGNET_COLLECTION(ACME_ACCOUNTS, 0, 1, account_fields),
    SIGNET_COLLECTION(ACME_KEYS, 0, 1, key_fields),
};

int32_t acme_account_declare(signet_call_t *call, const signet_store_t *store)
{
    return acme_stored_declare(call, store, collections, sizeof collections / sizeof *collections);
}

int32_t acme_new_id(signet_call_t *call, signet_text_t *id)
{
    uint8_t octets[ID_OCTETS];
    int32_t status = signet_random(call, octets, sizeof octets);
    if (status != SIGNET_OK) {
        return status;
    }
    *id = signet_base64url(call, (signet_bytes_t){octets, sizeof octets});
    return id->data != NULL ? SIGNET_OK : signet_status(call);
}

signet_text_t acme_account_actor(signet_call_t *call, const acme_directory_t *directory,
                                 signet_text_t id)
{
    return signet_format(call, "acme:%.*s/%.*s", SIGNET_FORMAT(directory->name), SIGNET_FORMAT(id));
}

/* The key of a public key's record. */
static int32_t bound_key(signet_call_t *call, const acme_directory_t *directory,
                         const signet_public_key_t *key, signet_text_t *text)
{
    signet_bytes_t thumbprint;
    int32_t status = signet_jwk_thumbprint(call, key, &thumbprint);
    if (status != SIGNET_OK) {
        return status;
    }
    *text = acme_stored_key(call, directory->name, signet_base64url(call, thumbprint));
    return text->data != NULL ? SIGNET_OK : signet_status(call);
}

static int32_t decode(signet_call_t *call, const signet_record_t *record, signet_text_t id,
                      acme_account_t *account)
{
    const signet_json_t *body = NULL;
    signet_text_t spki;
    *account = (acme_account_t){
        .id = id,
        .state = signet_record_text(record, "state"),
        .created = signet_record_integer(record, "created"),
        .version = record->version,
    };
    int32_t status = signet_json_parse(call, record->body, ACME_BODY_MAX, &body);
    if (status == SIGNET_OK) {
        status = signet_json_get_text(call, body, "spki", &spki);
    }
    if (status == SIGNET_OK) {
        status = signet_base64_decode(call, spki, &account->spki);
    }
    if (status == SIGNET_OK) {
        status = signet_json_get_text(call, body, "credential", &account->credential);
    }
    if (status == SIGNET_OK) {
        status = signet_json_get_integer(call, body, "agreed", &account->agreed);
    }
    if (status == SIGNET_OK) {
        status = acme_stored_texts(call, signet_json_get(body, "contacts"), &account->contacts,
                                   &account->contact_count);
    }
    return acme_stored_read(call, status, "account", id);
}

int32_t acme_account_get(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                         signet_text_t id, acme_account_t *account)
{
    const signet_record_t *record = NULL;
    int32_t status = acme_stored_get(call, acme, ACME_ACCOUNTS, directory->name, id, &record);
    return status == SIGNET_OK ? decode(call, record, id, account) : status;
}

int32_t acme_account_find(signet_call_t *call, const acme_t *acme,
                          const acme_directory_t *directory, const signet_public_key_t *key,
                          acme_account_t *account)
{
    signet_store_t store;
    signet_text_t bound;
    const signet_record_t *record = NULL;
    int32_t status = signet_store(call, acme->store, &store);
    if (status == SIGNET_OK) {
        status = bound_key(call, directory, key, &bound);
    }
    if (status == SIGNET_OK) {
        status = store.interface->get(store.instance, call, SIGNET_TEXT(ACME_KEYS), bound, &record);
    }
    return status == SIGNET_OK ? acme_account_get(call, acme, directory,
                                                  signet_record_text(record, "account"), account)
                               : status;
}

int32_t acme_account_put(signet_call_t *call, const acme_directory_t *directory,
                         const acme_account_t *account, signet_change_t *change)
{
    signet_text_t body;
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "spki", signet_base64(call, account->spki));
    signet_json_text(&writer, "credential", account->credential);
    signet_json_integer(&writer, "agreed", account->agreed);
    signet_json_texts(&writer, "contacts", account->contacts, account->contact_count);
    signet_json_end_object(&writer);
    signet_field_t *fields = signet_alloc(call, 2, sizeof *fields);
    signet_text_t key = acme_stored_key(call, directory->name, account->id);
    if (fields == NULL || key.data == NULL || signet_json_finish(&writer, &body) != SIGNET_OK) {
        return signet_status(call);
    }
    fields[0] = signet_field_text("state", account->state);
    fields[1] = signet_field_time("created", account->created);
    *change = signet_put(ACME_ACCOUNTS, key, account->version, fields, 2, signet_text_bytes(body));
    return SIGNET_OK;
}

int32_t acme_account_bind(signet_call_t *call, const acme_directory_t *directory,
                          const signet_public_key_t *key, signet_text_t id, signet_change_t *change)
{
    signet_text_t bound = {NULL, 0};
    signet_field_t *field = signet_alloc(call, 1, sizeof *field);
    int32_t status = field != NULL ? bound_key(call, directory, key, &bound) : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK) {
        return status;
    }
    *field = signet_field_text("account", id);
    *change = signet_put(ACME_KEYS, bound, SIGNET_VERSION_ABSENT, field, 1,
                         signet_text_bytes(SIGNET_TEXT("{}")));
    return SIGNET_OK;
}

int32_t acme_account_unbind(signet_call_t *call, const acme_directory_t *directory,
                            const signet_public_key_t *key, signet_change_t *change)
{
    signet_text_t bound;
    int32_t status = bound_key(call, directory, key, &bound);
    if (status == SIGNET_OK) {
        *change = signet_delete(ACME_KEYS, bound, 1);
    }
    return status;
}
