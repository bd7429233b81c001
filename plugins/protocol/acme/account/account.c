#include "account.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/http.h>
#include <signet/sdk/name.h>
#include <string.h>

#include "credential/binding.h"
#include "limit/limit.h"
#include "order/record.h"
#include "protocol/problem.h"
#include "protocol/request.h"
#include "stored.h"

#define EVENT_CREATED "acme.account-created"
#define EVENT_DEACTIVATED "acme.account-deactivated"
#define ORDERS_PAGE 100U

static void write_account(signet_json_writer_t *writer, signet_call_t *call,
                          const acme_request_t *request, const acme_account_t *account)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "status", account->state);
    if (account->contact_count > 0) {
        signet_json_texts(writer, "contact", account->contacts, account->contact_count);
    }
    if (account->agreed > 0) {
        signet_json_boolean(writer, "termsOfServiceAgreed", 1);
    }
    signet_json_text(
        writer, "orders",
        acme_request_url(call, request, "account/%.*s/orders", SIGNET_FORMAT(account->id)));
    signet_json_end_object(writer);
}

static int32_t answer_account(signet_call_t *call, const acme_request_t *request, uint32_t status,
                              const acme_account_t *account)
{
    signet_json_writer_t writer = signet_json_writer(call, 512);
    write_account(&writer, call, request, account);
    const acme_answer_t answer = {
        .status = status,
        .location = acme_request_url(call, request, "account/%.*s", SIGNET_FORMAT(account->id)),
    };
    return acme_request_answer_json(call, request, &answer, &writer);
}

/* One mailbox, without header fields (RFC 8555, 7.3). */
static int32_t check_contact(signet_call_t *call, const signet_json_t *item)
{
    static const char scheme[] = "mailto:";
    signet_canonical_t mailbox;
    if (item->kind != SIGNET_JSON_TEXT) {
        return acme_fail(call, "malformed", "contact must be a list of URLs.");
    }
    if (!signet_text_starts(item->text, scheme)) {
        return acme_fail(call, "unsupportedContact", "Contacts are mailto: URLs here.");
    }
    signet_text_t address = {item->text.data + strlen(scheme), item->text.length - strlen(scheme)};
    int32_t status = signet_name_canonical(call, "email", address, &mailbox);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return acme_fail(call, "invalidContact", "%.*s is no URL of one mailbox.",
                     SIGNET_FORMAT(item->text));
}

static int32_t read_contacts(signet_call_t *call, const signet_json_t *body,
                             acme_account_t *account)
{
    const signet_json_t *list = signet_json_get(body, "contact");
    if (list == NULL) {
        return SIGNET_OK;
    }
    if (list->kind != SIGNET_JSON_ARRAY || list->count > ACME_CONTACTS_MAX) {
        return acme_fail(call, "malformed", "contact must be a list of at most %u URLs.",
                         ACME_CONTACTS_MAX);
    }
    signet_text_t *contacts = signet_alloc(call, list->count, sizeof *contacts);
    int32_t status = contacts != NULL || list->count == 0 ? SIGNET_OK : SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && contacts != NULL && i < list->count; i++) {
        status = check_contact(call, &list->items[i]);
        contacts[i] = list->items[i].text;
    }
    account->contacts = contacts;
    account->contact_count = list->count;
    return status;
}

static int is_true(const signet_json_t *body, const char *name)
{
    const signet_json_t *member = signet_json_get(body, name);
    return member != NULL && member->kind == SIGNET_JSON_BOOLEAN && member->integer == 1;
}

static int32_t make(signet_call_t *call, acme_request_t *request)
{
    const acme_directory_t *directory = request->directory;
    signet_change_t changes[3];
    uint64_t count = 2;
    acme_credential_t credential;
    acme_account_t account = {.state = SIGNET_TEXT(ACME_ACCOUNT_VALID),
                              .spki = request->key.spki,
                              .created = signet_now()};
    if (directory->terms.length > 0 && !is_true(request->body, "termsOfServiceAgreed")) {
        return acme_fail(call, "userActionRequired", "The terms of service must be agreed to: %.*s",
                         SIGNET_FORMAT(directory->terms));
    }
    account.agreed = directory->terms.length > 0 ? account.created : 0;
    int32_t status = read_contacts(call, request->body, &account);
    if (status == SIGNET_OK) {
        status = acme_limit_account(call, request);
    }
    if (status == SIGNET_OK) {
        status = acme_binding_check(call, request, &credential);
    }
    if (status == SIGNET_OK) {
        status = acme_new_id(call, &account.id);
    }
    if (status == SIGNET_OK && credential.id.length > 0) {
        /* A credential makes one account, whoever comes first. */
        account.credential = credential.id;
        credential.account = account.id;
        status = acme_credential_put(call, directory, &credential, &changes[count++]);
    }
    if (status == SIGNET_OK) {
        status = acme_account_put(call, directory, &account, &changes[0]);
    }
    if (status == SIGNET_OK) {
        status = acme_account_bind(call, directory, &request->key, account.id, &changes[1]);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    const signet_pair_t fields[] = {signet_pair("directory", directory->name),
                                    signet_pair("credential", account.credential)};
    status = acme_stored_journal(call, request->acme, changes, count, EVENT_CREATED,
                                 acme_account_actor(call, directory, account.id), fields,
                                 sizeof fields / sizeof *fields);
    return status == SIGNET_OK ? answer_account(call, request, 201, &account) : status;
}

int32_t acme_account_new(void *instance, signet_call_t *call, const signet_request_t *http,
                         signet_exchange_t *exchange)
{
    acme_request_t request;
    acme_account_t account;
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_KEY, &request);
    if (status == SIGNET_OK) {
        status = acme_request_acts(call, &request);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    status = acme_account_find(call, request.acme, request.directory, &request.key, &account);
    if (status == SIGNET_OK && !signet_text_is(account.state, ACME_ACCOUNT_VALID)) {
        return acme_fail(call, "unauthorized", "The account of this key is %.*s.",
                         SIGNET_FORMAT(account.state));
    }
    if (status == SIGNET_OK) {
        return answer_account(call, &request, 200, &account);
    }
    if (status != SIGNET_NOT_FOUND) {
        return status;
    }
    call->services->clear(call);
    if (is_true(request.body, "onlyReturnExisting")) {
        return acme_fail(call, "accountDoesNotExist", "This key has no account here.");
    }
    status = make(call, &request);
    if (status != SIGNET_CONFLICT) {
        return status;
    }
    /* The same key at the same time: the other one made it; or another used the credential. */
    call->services->clear(call);
    status = acme_account_find(call, request.acme, request.directory, &request.key, &account);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return acme_fail(call, "unauthorized", "The external account binding was used just now.");
    }
    return status == SIGNET_OK ? answer_account(call, &request, 200, &account) : status;
}

static int32_t store_account(signet_call_t *call, const acme_request_t *request,
                             const acme_account_t *account, int deactivated)
{
    signet_change_t change;
    int32_t status = acme_account_put(call, request->directory, account, &change);
    if (status != SIGNET_OK) {
        return status;
    }
    return deactivated
               ? acme_stored_journal(call, request->acme, &change, 1, EVENT_DEACTIVATED,
                                     acme_account_actor(call, request->directory, account->id),
                                     NULL, 0)
               : acme_stored_commit(call, request->acme, &change, 1);
}

/* The resource belongs to the account that signs. */
static int32_t check_own(signet_call_t *call, const acme_request_t *request)
{
    signet_text_t id = SIGNET_AT(signet_pair_t, request->http->parameters, 1)->value;
    return signet_text_equal(id, request->account.id) ? SIGNET_OK
                                                      : acme_fail_missing(call, "account");
}

int32_t acme_account_change(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange)
{
    acme_request_t request;
    signet_text_t state;
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_ACCOUNT, &request);
    if (status == SIGNET_OK) {
        status = check_own(call, &request);
    }
    if (status != SIGNET_OK || request.body == NULL) {
        return status == SIGNET_OK ? answer_account(call, &request, 200, &request.account) : status;
    }
    acme_account_t account = request.account;
    status = signet_json_get_text(call, request.body, "status", &state);
    int deactivates = signet_text_is(state, ACME_ACCOUNT_DEACTIVATED);
    if (status == SIGNET_OK && state.length > 0 && !deactivates) {
        status = acme_fail(call, "malformed", "An account's status can become deactivated alone.");
    }
    if (status == SIGNET_OK && deactivates) {
        account.state = SIGNET_TEXT(ACME_ACCOUNT_DEACTIVATED);
    } else if (status == SIGNET_OK) {
        status = read_contacts(call, request.body, &account);
    }
    if (status == SIGNET_OK) {
        status = store_account(call, &request, &account, deactivates);
    }
    return status == SIGNET_OK ? answer_account(call, &request, 200, &account) : status;
}

/* Where the page begins: the signed URL has no query, so that it is a part of the path. */
static int32_t read_cursor(signet_call_t *call, const signet_request_t *http, signet_text_t *cursor)
{
    signet_bytes_t octets = {NULL, 0};
    int32_t status = signet_base64url_decode(call, signet_http_parameter(http, 2), &octets);
    *cursor = signet_bytes_text(octets);
    if (status == SIGNET_OK || status == SIGNET_NO_MEMORY) {
        return status;
    }
    call->services->clear(call);
    return acme_fail_missing(call, "page of orders");
}

/* The next page (RFC 8555, 7.1.2.1); empty on the last. */
static signet_text_t next_link(signet_call_t *call, const acme_request_t *request,
                               signet_text_t cursor)
{
    if (cursor.length == 0) {
        return (signet_text_t){NULL, 0};
    }
    signet_text_t page = signet_base64url(call, signet_text_bytes(cursor));
    signet_text_t url = acme_request_url(call, request, "account/%.*s/orders/%.*s",
                                         SIGNET_FORMAT(request->account.id), SIGNET_FORMAT(page));
    return signet_format(call, "<%.*s>;rel=\"next\"", SIGNET_FORMAT(url));
}

int32_t acme_account_orders(void *instance, signet_call_t *call, const signet_request_t *http,
                            signet_exchange_t *exchange)
{
    acme_request_t request;
    signet_text_t cursor = {NULL, 0};
    const signet_page_t *page = NULL;
    int32_t status = acme_request_verify(instance, call, http, exchange, ACME_BY_ACCOUNT, &request);
    if (status == SIGNET_OK) {
        status = acme_request_reads(call, &request);
    }
    if (status == SIGNET_OK) {
        status = check_own(call, &request);
    }
    if (status == SIGNET_OK) {
        status = read_cursor(call, http, &cursor);
    }
    if (status == SIGNET_OK) {
        status = acme_order_list(call, request.acme, request.directory, request.account.id,
                                 ORDERS_PAGE, cursor, &page);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_json_writer_t writer = signet_json_writer(call, 1024);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "orders");
    for (uint64_t i = 0; i < page->count; i++) {
        signet_text_t id = acme_stored_id(page->records[i]);
        if (signet_record_integer(page->records[i], "expires") > signet_now()) {
            signet_json_text(&writer, NULL,
                             acme_request_url(call, &request, "order/%.*s", SIGNET_FORMAT(id)));
        }
    }
    signet_json_end_array(&writer);
    signet_json_end_object(&writer);
    const signet_text_t next = next_link(call, &request, page->cursor);
    const acme_answer_t answer = {
        .status = 200, .links = &next, .link_count = next.length > 0 ? 1 : 0};
    return acme_request_answer_json(call, &request, &answer, &writer);
}
