#include "routes.h"

#include <signet/auth.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/http.h>

#include "account/record.h"
#include "option.h"
#include "record.h"
#include "stored.h"

#define EVENT_CREATED "acme.credential-created"
#define EVENT_REVOKED "acme.credential-revoked"
#define NAME_MAX_OCTETS 128U
#define ITEMS_MAX 100U
#define LIFETIME_MS (INT64_C(30) * 86400000)
#define LIFETIME_MAX_MS (INT64_C(3650) * 86400000)

/* Officers of the directory's authority, and administrators. */
static int32_t need_role(signet_call_t *call, const acme_directory_t *directory, int reads)
{
    const signet_actor_t *actor = call->services->actor(call);
    for (uint64_t i = 0; i < actor->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, actor->grants, i);
        int covers = (grant->authority.length == 0 ||
                      signet_text_equal(grant->authority, directory->authority)) &&
                     grant->profile.length == 0 && grant->names.length == 0;
        if (covers && (signet_text_is(grant->role, SIGNET_ROLE_OFFICER) ||
                       signet_text_is(grant->role, SIGNET_ROLE_ADMINISTRATOR) ||
                       (reads && signet_text_is(grant->role, SIGNET_ROLE_AUDITOR)))) {
            return SIGNET_OK;
        }
    }
    return signet_fail(call, SIGNET_DENIED, "acme.denied",
                       "Credentials of this directory are for officers of its authority.");
}

static int32_t find_directory(signet_call_t *call, const acme_t *acme, const signet_request_t *http,
                              const acme_directory_t **directory, int reads)
{
    signet_text_t name = signet_http_parameter(http, 0);
    *directory = acme_directory_find(acme, name);
    /* For other tenants there is none. */
    if (*directory != NULL &&
        signet_text_equal(call->services->tenant(call), (*directory)->tenant)) {
        return need_role(call, *directory, reads);
    }
    return signet_fail(call, SIGNET_NOT_FOUND, "acme.directory-unknown",
                       "There is no ACME directory \"%.*s\".", SIGNET_FORMAT(name));
}

static void write_credential(signet_json_writer_t *writer, const acme_credential_t *credential,
                             signet_text_t key)
{
    const char *state = credential->revoked > 0               ? "revoked"
                        : credential->account.length > 0      ? "used"
                        : credential->expires <= signet_now() ? "expired"
                                                              : "unused";
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "id", credential->id);
    signet_json_text(writer, "name", credential->name);
    signet_json_text(writer, "state", signet_text(state));
    signet_json_texts(writer, "names", credential->names, credential->name_count);
    signet_json_texts(writer, "profiles", credential->profiles, credential->profile_count);
    signet_json_time(writer, "created", credential->created);
    signet_json_time(writer, "expires", credential->expires);
    signet_json_text(writer, "creator", credential->creator);
    if (credential->account.length > 0) {
        signet_json_text(writer, "account", credential->account);
    }
    if (key.length > 0) {
        signet_json_text(writer, "key", key);
    }
    signet_json_end_object(writer);
}

static int32_t read_texts(signet_call_t *call, const signet_json_t *body, const char *name,
                          const signet_text_t **texts, uint64_t *count)
{
    const signet_json_t *list = signet_json_get(body, name);
    int right = list == NULL || (list->kind == SIGNET_JSON_ARRAY && list->count <= ITEMS_MAX);
    *count = right && list != NULL ? list->count : 0;
    signet_text_t *made = signet_alloc(call, *count + 1, sizeof *made);
    *texts = made;
    if (made == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; right && i < *count; i++) {
        made[i] = list->items[i].text;
        right = list->items[i].kind == SIGNET_JSON_TEXT && made[i].length > 0;
    }
    return right ? SIGNET_OK
                 : signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", name,
                                     "%s must be a list of at most %u texts.", name, ITEMS_MAX);
}

static int is_profile(const acme_directory_t *directory, signet_text_t name)
{
    for (uint64_t i = 0; i < directory->profiles->member_count; i++) {
        if (signet_text_equal(SIGNET_AT(signet_setting_t, directory->profiles->members, i)->text,
                              name)) {
            return 1;
        }
    }
    return 0;
}

static int32_t read_lifetime(signet_call_t *call, const signet_json_t *body, int64_t *lifetime)
{
    signet_text_t text;
    *lifetime = LIFETIME_MS;
    int32_t status = signet_json_get_text(call, body, "ttl", &text);
    if (status != SIGNET_OK || text.length == 0) {
        return status;
    }
    if (signet_duration_parse(call, text, lifetime) == SIGNET_OK && *lifetime > 0 &&
        *lifetime <= LIFETIME_MAX_MS) {
        return SIGNET_OK;
    }
    call->services->clear(call);
    return signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "ttl",
                             "ttl must be a duration of at most ten years, such as 7d.");
}

static int32_t read_new(signet_call_t *call, const acme_directory_t *directory,
                        const signet_request_t *http, acme_credential_t *credential)
{
    static const char *const members[] = {"name", "names", "profiles", "ttl"};
    const signet_json_t *body = NULL;
    int64_t lifetime = 0;
    int32_t status = signet_http_json(call, http, ACME_BODY_MAX, members, 4, &body);
    if (status == SIGNET_OK) {
        status = signet_http_json_text(call, body, "name", &credential->name);
    }
    if (status == SIGNET_OK && credential->name.length > NAME_MAX_OCTETS) {
        status = signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "name",
                                   "name must have at most %u octets.", NAME_MAX_OCTETS);
    }
    if (status == SIGNET_OK) {
        status = read_texts(call, body, "names", &credential->names, &credential->name_count);
    }
    if (status == SIGNET_OK) {
        status =
            read_texts(call, body, "profiles", &credential->profiles, &credential->profile_count);
    }
    for (uint64_t i = 0; status == SIGNET_OK && i < credential->profile_count; i++) {
        if (!is_profile(directory, credential->profiles[i])) {
            status = signet_fail_field(call, SIGNET_INVALID, "request.body-invalid", "profiles",
                                       "The directory has no profile \"%.*s\".",
                                       SIGNET_FORMAT(credential->profiles[i]));
        }
    }
    if (status == SIGNET_OK) {
        status = read_lifetime(call, body, &lifetime);
    }
    credential->created = signet_now();
    credential->expires = credential->created + lifetime;
    credential->creator = call->services->actor(call)->id;
    return status;
}

static int32_t commit(signet_call_t *call, const acme_t *acme, const acme_directory_t *directory,
                      const acme_credential_t *credential, const char *event)
{
    signet_change_t change;
    int32_t status = acme_credential_put(call, directory, credential, &change);
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_pair_t fields[] = {
        signet_pair("name", credential->name),
        signet_pair("expires", signet_time_text(call, credential->expires)),
        signet_pair("account", credential->account),
    };
    return acme_stored_journal(call, acme, &change, 1, event,
                               signet_format(call, "acme-credential:%.*s/%.*s",
                                             SIGNET_FORMAT(directory->name),
                                             SIGNET_FORMAT(credential->id)),
                               fields, sizeof fields / sizeof *fields);
}

int32_t acme_credential_create(void *instance, signet_call_t *call, const signet_request_t *http,
                               signet_exchange_t *exchange)
{
    const acme_t *acme = instance;
    const acme_directory_t *directory = NULL;
    acme_credential_t credential = {.version = SIGNET_VERSION_ABSENT};
    signet_bytes_t key;
    int32_t status = find_directory(call, acme, http, &directory, 0);
    if (status != SIGNET_OK || directory == NULL) {
        return status;
    }
    status = read_new(call, directory, http, &credential);
    if (status == SIGNET_OK) {
        status = acme_new_id(call, &credential.id);
    }
    if (status == SIGNET_OK) {
        status = acme_credential_key(call, acme, directory, credential.id, &key);
    }
    if (status == SIGNET_OK) {
        status = commit(call, acme, directory, &credential, EVENT_CREATED);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_json_writer_t writer = signet_json_writer(call, 512);
    write_credential(&writer, &credential, signet_base64url(call, key));
    return signet_http_answer_json(call, exchange, 201, &writer, (signet_text_t){NULL, 0});
}

int32_t acme_credential_show(void *instance, signet_call_t *call, const signet_request_t *http,
                             signet_exchange_t *exchange)
{
    static const char *const parameters[] = {"limit", "cursor"};
    const acme_t *acme = instance;
    const acme_directory_t *directory = NULL;
    const signet_page_t *page = NULL;
    uint64_t limit = 0;
    int32_t status = find_directory(call, acme, http, &directory, 1);
    if (status != SIGNET_OK || directory == NULL) {
        return status;
    }
    status = signet_http_query_only(call, http, parameters, 2);
    if (status == SIGNET_OK) {
        status = signet_http_query_limit(call, http, &limit);
    }
    if (status == SIGNET_OK) {
        status = acme_credential_list(call, acme, directory, limit,
                                      signet_http_query(http, "cursor"), &page);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_json_writer_t writer = signet_json_writer(call, 64 + page->count * 256);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "credentials");
    for (uint64_t i = 0; i < page->count; i++) {
        acme_credential_t credential;
        status = acme_credential_decode(call, page->records[i], &credential);
        if (status != SIGNET_OK) {
            return status;
        }
        write_credential(&writer, &credential, (signet_text_t){NULL, 0});
    }
    signet_json_end_array(&writer);
    if (page->cursor.length > 0) {
        signet_json_text(&writer, "next", page->cursor);
    }
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}

int32_t acme_credential_revoke(void *instance, signet_call_t *call, const signet_request_t *http,
                               signet_exchange_t *exchange)
{
    const acme_t *acme = instance;
    const acme_directory_t *directory = NULL;
    acme_credential_t credential;
    signet_text_t id = signet_http_parameter(http, 1);
    int32_t status = find_directory(call, acme, http, &directory, 0);
    if (status != SIGNET_OK || directory == NULL) {
        return status;
    }
    status = acme_credential_get(call, acme, directory, id, &credential);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_NOT_FOUND, "acme.credential-unknown",
                           "The directory has no credential \"%.*s\".", SIGNET_FORMAT(id));
    }
    if (status == SIGNET_OK && credential.revoked == 0) {
        credential.revoked = signet_now();
        status = commit(call, acme, directory, &credential, EVENT_REVOKED);
    }
    const signet_response_t response = {.size = sizeof response, .status = 204};
    return status == SIGNET_OK ? exchange->services->respond(exchange, call, &response) : status;
}
