#include "token_second.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>

#include "token_entry.h"
#include "token_grant.h"
#include "token_journal.h"
#include "token_record.h"

#define KIND "role.grant"
#define KIND_ENTRY "tenant.enter"
#define PAGE 100
/* As many administrators can look after each other. */
#define ENOUGH 2
#define KEY_LENGTH 16

static int is_administrator(const token_t *token)
{
    for (uint64_t i = 0; i < token->grant_count; i++) {
        const signet_grant_t *grant = SIGNET_AT(signet_grant_t, token->grants, i);
        if (signet_text_is(grant->role, SIGNET_ROLE_ADMINISTRATOR))
            return 1;
    }
    return 0;
}

/* Counts persons with an administrator's token on one page, up to two; `first` is the one known. */
static int32_t count_page(signet_call_t *call, const signet_page_t *page, signet_text_t *first,
                          uint64_t *count)
{
    for (uint64_t i = 0; *count < ENOUGH && i < page->count; i++) {
        token_t token;
        int32_t status = token_record_read(call, page->records[i], &token);
        if (status != SIGNET_OK)
            return status;
        signet_text_t person = token.person.length > 0 ? token.person : token.id;
        if (!signet_text_equal(token.tenant, call->services->tenant(call)))
            continue;
        if (!is_administrator(&token) || (*count > 0 && signet_text_equal(person, *first)))
            continue;
        *first = person;
        (*count)++;
    }
    return SIGNET_OK;
}

/* Whether there are not enough administrators yet to look after each other. */
static int32_t is_beginning(const token_auth_t *auth, signet_call_t *call, int *beginning)
{
    signet_field_t now = signet_field_time("expires", signet_now());
    signet_condition_t current = {
        .size = sizeof current, .compare = SIGNET_COMPARE_GREATER, .value = &now};
    signet_query_t query = {.size = sizeof query,
                            .collection = SIGNET_TEXT(TOKEN_COLLECTION),
                            .conditions = &current,
                            .condition_count = 1,
                            .order = SIGNET_TEXT("expires"),
                            .limit = PAGE};
    signet_text_t first = {NULL, 0};
    uint64_t count = 0;
    signet_store_t store;
    int32_t status = signet_store(call, auth->store, &store);
    do {
        const signet_page_t *page = NULL;
        if (status == SIGNET_OK)
            status = store.interface->query(store.instance, call, &query, &page);
        if (status == SIGNET_OK)
            status = count_page(call, page, &first, &count);
        if (status != SIGNET_OK)
            return status;
        query.cursor = page->cursor;
    } while (query.cursor.length > 0 && count < ENOUGH);
    *beginning = count < ENOUGH;
    return SIGNET_OK;
}

/* What the other administrator sees, and what the agreement covers. */
static int32_t describe(signet_call_t *call, const token_t *token, signet_approval_matter_t *matter)
{
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "name", token->name);
    signet_json_text(&writer, "person", token->person);
    token_grants_write(&writer, "grants", token->grants, token->grant_count);
    signet_json_integer(&writer, "valid_seconds", (token->expires - token->created) / 1000);
    signet_json_text(&writer, "creator", token->creator);
    if (token_is_entry(token)) {
        signet_json_text(&writer, "tenant", token->tenant);
        signet_json_text(&writer, "entry", token->entry);
        signet_json_text(&writer, "reason", token->reason);
    }
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &matter->document);
    return status == SIGNET_OK
               ? signet_sha256(call, signet_text_bytes(matter->document), &matter->digest)
               : status;
}

/* The key of the request put down before, or a new one. */
static int32_t choose_key(signet_call_t *call, const signet_provider_t *provider,
                          signet_text_t kind, signet_text_t id, signet_text_t *key)
{
    const signet_approval_interface_t *approvals = provider->interface;
    const signet_approval_t *approval = NULL;
    uint8_t octets[KEY_LENGTH];
    if (id.length == 0) {
        int32_t status = signet_random(call, octets, sizeof octets);
        if (status == SIGNET_OK)
            *key = signet_hex(call, (signet_bytes_t){octets, sizeof octets});
        return status == SIGNET_OK && key->data == NULL ? SIGNET_NO_MEMORY : status;
    }
    int32_t status = approvals->get(provider->instance, call, id, &approval);
    if (status == SIGNET_OK && !signet_text_equal(approval->kind, kind))
        status = signet_fail_field(call, SIGNET_INVALID, "token.approval-other", "approval",
                                   "The request is not about a token.");
    if (status == SIGNET_OK)
        *key = approval->key;
    return status;
}

/* The plugin that keeps approvals; NULL: there is none. */
static const signet_provider_t *find_approvals(signet_call_t *call)
{
    uint64_t count = 0;
    const signet_provider_t *const *providers =
        call->services->providers(call, SIGNET_TEXT(SIGNET_APPROVAL_INTERFACE), &count);
    return count > 0 ? providers[0] : NULL;
}

static int32_t require(signet_call_t *call, const token_t *token, signet_text_t id,
                       signet_approval_matter_t *matter, token_second_t *second)
{
    const signet_approval_interface_t *approvals = second->provider->interface;
    matter->size = sizeof *matter;
    matter->object = signet_format(call, "token:%.*s", SIGNET_FORMAT(token->name));
    if (matter->object.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = choose_key(call, second->provider, matter->kind, id, &matter->key);
    if (status == SIGNET_OK)
        status = describe(call, token, matter);
    if (status == SIGNET_OK)
        status = approvals->require(second->provider->instance, call, matter, &second->approval);
    return status;
}

/* Whether the actor may make a tenant's first administrators: root on the host, and in a tenant who
 * broke the glass. */
static int may_begin(signet_call_t *call)
{
    signet_text_t method = call->services->actor(call)->method;
    return signet_text_is(method, "peer") || signet_text_is(method, TOKEN_ENTRY_GLASS);
}

int32_t token_second_require(const token_auth_t *auth, signet_call_t *call, const token_t *token,
                             signet_text_t id, token_second_t *second)
{
    static const signet_text_t roles[] = {SIGNET_TEXT_INIT(SIGNET_ROLE_ADMINISTRATOR)};
    int beginning = 0;
    *second = (token_second_t){NULL, NULL};
    int powerful = token_is_entry(token) || token_grants_decide(token->grants, token->grant_count);
    if (!auth->second_person || !powerful)
        return SIGNET_OK;
    second->provider = find_approvals(call);
    if (second->provider == NULL)
        return SIGNET_OK;
    int32_t status = SIGNET_OK;
    if (may_begin(call))
        status = is_beginning(auth, call, &beginning);
    if (status != SIGNET_OK || beginning)
        return status;
    signet_approval_matter_t matter = {
        .required = 1, .kind = SIGNET_TEXT(KIND), .roles = roles, .role_count = 1};
    return require(call, token, id, &matter, second);
}

int32_t token_second_consent(signet_call_t *call, const token_t *token,
                             const signet_tenant_t *tenant, signet_text_t id,
                             token_second_t *second)
{
    *second = (token_second_t){find_approvals(call), NULL};
    if (second->provider == NULL)
        return signet_fail(call, SIGNET_UNSUPPORTED, "token.no-approvals",
                           "No plugin keeps approvals here, so that no tenant can agree.");
    signet_approval_matter_t matter = {.required = tenant->approvals,
                                       .kind = SIGNET_TEXT(KIND_ENTRY),
                                       .roles = tenant->approvers,
                                       .role_count = tenant->approver_count};
    return require(call, token, id, &matter, second);
}

/* The change that uses the agreement up. */
static int32_t finish_second(signet_call_t *call, const token_second_t *second,
                             const token_t *token, signet_change_t *change)
{
    const signet_approval_interface_t *approvals = second->provider->interface;
    const signet_change_t *finish = NULL;
    signet_text_t result = signet_format(call, "token:%.*s", SIGNET_FORMAT(token->id));
    if (result.data == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status =
        approvals->finish(second->provider->instance, call, second->approval, result, &finish);
    if (status == SIGNET_OK)
        *change = *finish;
    return status;
}

int32_t token_second_store(const token_auth_t *auth, signet_call_t *call, const char *event,
                           const token_second_t *second, const token_t *token)
{
    signet_change_t changes[2];
    uint64_t count = 1;
    int32_t status = token_record_put(call, token, &changes[0]);
    if (status == SIGNET_OK && second->approval != NULL)
        status = finish_second(call, second, token, &changes[count++]);
    return status == SIGNET_OK ? token_journal(auth, call, event, token, changes, count) : status;
}
