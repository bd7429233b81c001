/* Selecting, previewing and ordering many revocations. */
#include "record/bulk.h"

#include "error.h"
#include "permission.h"
#include "record/asked_renewal.h"
#include "record/inventory.h"
#include "record/record.h"

#include <signet/auth.h>
#include <signet/ext/draft/approval.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <signet/sdk/setting.h>

#define PAGE 500U
#define SHOWN 100U
#define COMMENT_MAX 1024U
#define ID_OCTETS 16U

/* What a request selects. */
typedef struct selection {
    signet_call_t *call;
    const signet_bulk_request_t *request;
    const signet_certificate_t **shown; /* the first SHOWN */
    uint64_t shown_count;
    signet_text_t *keys; /* CA_BULK_MAX */
    uint64_t count;
    signet_bytes_t digest;
    const signet_store_t *store;
    uint64_t unasked;
    int64_t *natural; /* of a replacement: when each renews by itself; 0: its client never asks */
} selection_t;

static int selects(const signet_certificate_query_t *query)
{
    return query->authority.length > 0 || query->profile.length > 0 || query->name.length > 0 ||
           query->requester.length > 0 || query->fingerprint.length > 0 ||
           query->serial.length > 0 || query->expires_from != 0 || query->expires_before != 0;
}

static int is_replacement(const signet_bulk_request_t *request)
{
    return SIGNET_HAS(request, deadline) && request->deadline != 0;
}

/* The key that alone is meant; empty: any. */
static signet_bytes_t key_of(const signet_bulk_request_t *request)
{
    return SIGNET_HAS(request, key.length) ? request->key : (signet_bytes_t){NULL, 0};
}

static int32_t check(signet_call_t *call, const signet_bulk_request_t *request)
{
    if (request->reason == SIGNET_REASON_CERTIFICATE_HOLD)
        return signet_fail_field(call, SIGNET_INVALID, "certificate.reason", "reason",
                                 "many certificates are revoked for good; hold them one by one");
    if (request->comment.length > COMMENT_MAX || !signet_text_valid(request->comment))
        return signet_fail_field(call, SIGNET_INVALID, "certificate.comment", "comment",
                                 "a comment is at most %u octets of UTF-8", COMMENT_MAX);
    if (is_replacement(request) && (request->deadline <= signet_now() ||
                                    request->deadline <= request->from || request->grace_ms < 0))
        return signet_fail_field(call, SIGNET_INVALID, "bulk.deadline", "deadline",
                                 "the deadline must be later than the time at which clients begin "
                                 "to renew, and than now");
    if (selects(request->select) || key_of(request).length > 0)
        return SIGNET_OK;
    return signet_fail_field(call, SIGNET_INVALID, "bulk.selects-nothing", "select",
                             "say which certificates: by authority, profile, name, requester or "
                             "expiry");
}

/* Whether a certificate is for the key that is meant. */
static int32_t has_key(signet_call_t *call, const signet_certificate_t *certificate,
                       signet_bytes_t wanted, int *has)
{
    const signet_x509_t *x509 = NULL;
    signet_bytes_t digest = {NULL, 0};
    *has = wanted.length == 0;
    if (*has || certificate->der.length == 0)
        return SIGNET_OK;
    int32_t status = signet_x509_parse(call, certificate->der, &x509);
    if (status == SIGNET_OK && x509 != NULL)
        status = signet_sha256(call, x509->key.spki, &digest);
    *has = status == SIGNET_OK && signet_bytes_equal(digest, wanted);
    return status;
}

/* What a preview of a replacement tells of the certificate that was just taken in. */
static int32_t look_ahead(selection_t *selection, signet_call_t *page_call,
                          const signet_certificate_t *certificate)
{
    int64_t asked = 0;
    uint64_t place = selection->count - 1;
    int32_t status =
        ca_asked_renewal_get(page_call, selection->store, selection->keys[place], &asked);
    selection->unasked += status == SIGNET_OK && asked == 0;
    selection->natural[place] = asked == 0 ? 0 : certificate->renew_from;
    return status == SIGNET_OK ? status : signet_error_pass(selection->call, page_call);
}

/* Takes a certificate in; the key outlives the page's arena. */
static int32_t take(selection_t *selection, signet_call_t *page_call,
                    const signet_certificate_t *certificate)
{
    signet_call_t *call = selection->call;
    if (signet_text_is(certificate->state, SIGNET_CERTIFICATE_REVOKED) ||
        certificate->not_after < signet_now())
        return SIGNET_OK;
    int meant = 0;
    int32_t status = has_key(page_call, certificate, key_of(selection->request), &meant);
    if (status == SIGNET_OK && !meant)
        return SIGNET_OK;
    if (status == SIGNET_OK)
        status = ca_permission_change(page_call, certificate);
    if (status != SIGNET_OK)
        return signet_error_pass(call, page_call);
    if (selection->count == CA_BULK_MAX)
        return signet_fail_field(call, SIGNET_TOO_LARGE, "bulk.too-many", "select",
                                 "more than %u certificates are selected; narrow the selection",
                                 CA_BULK_MAX);
    signet_text_t key = ca_record_key(call, certificate->authority, certificate->serial);
    if (key.data == NULL)
        return SIGNET_NO_MEMORY;
    selection->keys[selection->count++] = key;
    return is_replacement(selection->request) ? look_ahead(selection, page_call, certificate)
                                              : SIGNET_OK;
}

/* One page, in an arena of its own. */
static int32_t select_page(ca_t *ca, selection_t *selection, signet_certificate_query_t *query)
{
    signet_call_t *call = selection->call;
    signet_call_t *child = call->services->child(call);
    if (child == NULL)
        return SIGNET_NO_MEMORY;
    const signet_certificate_page_t *page = NULL;
    int32_t status = ca_inventory.query(ca, child, query, &page);
    if (status != SIGNET_OK)
        status = signet_error_pass(call, child);
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++)
        status = take(selection, child, page->certificates[i]);
    if (status == SIGNET_OK) {
        query->cursor = signet_text_copy(call, page->cursor);
        if (page->cursor.length > 0 && query->cursor.data == NULL)
            status = SIGNET_NO_MEMORY;
    }
    call->services->end(child);
    return status;
}

/* All that is selected, in an order that stays the same. */
static int32_t select_all(ca_t *ca, selection_t *selection)
{
    signet_call_t *call = selection->call;
    signet_certificate_query_t query = *selection->request->select;
    int32_t status = check(call, selection->request);
    if (status != SIGNET_OK)
        return status;
    query.size = sizeof query;
    query.descending = 0;
    query.state = (signet_text_t){NULL, 0};
    query.limit = PAGE;
    query.cursor = (signet_text_t){NULL, 0};
    if (!selects(&query))
        query.expires_from = signet_now();
    selection->keys = signet_alloc(call, CA_BULK_MAX, sizeof *selection->keys);
    selection->natural = signet_alloc(call, CA_BULK_MAX, sizeof *selection->natural);
    if (selection->keys == NULL || selection->natural == NULL)
        return SIGNET_NO_MEMORY;
    do
        status = select_page(ca, selection, &query);
    while (status == SIGNET_OK && query.cursor.length > 0);
    return status;
}

/* Over which certificates are revoked, why, and since when. */
static int32_t digest(selection_t *selection)
{
    const signet_bulk_request_t *request = selection->request;
    signet_bytes_t bytes;
    signet_buffer_t buffer = signet_buffer(selection->call, 64 * (selection->count + 1));
    signet_buffer_format(&buffer, "%d %lld %llu\n", (int)request->reason,
                         (long long)request->invalid_since, (unsigned long long)selection->count);
    if (is_replacement(request))
        signet_buffer_format(&buffer, "%lld %lld %lld\n", (long long)request->from,
                             (long long)request->deadline, (long long)request->grace_ms);
    for (uint64_t i = 0; i < selection->count; i++) {
        signet_buffer_add_text(&buffer, selection->keys[i]);
        signet_buffer_add_byte(&buffer, '\n');
    }
    int32_t status = signet_buffer_bytes(&buffer, &bytes);
    return status == SIGNET_OK ? signet_sha256(selection->call, bytes, &selection->digest) : status;
}

/* The first of them, for people to look at. */
static int32_t show(ca_t *ca, selection_t *selection)
{
    signet_call_t *call = selection->call;
    uint64_t count = selection->count < SHOWN ? selection->count : SHOWN;
    selection->shown = signet_alloc(call, count + 1, sizeof *selection->shown);
    if (selection->shown == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < count; i++) {
        signet_text_t hex;
        signet_bytes_t serial;
        signet_text_t authority = signet_text_split(selection->keys[i], '/', &hex);
        int32_t status = signet_hex_decode(call, hex, &serial);
        if (status == SIGNET_OK)
            status = ca_inventory.get(ca, call, authority, serial,
                                      &selection->shown[selection->shown_count]);
        if (status != SIGNET_OK)
            return status;
        selection->shown_count++;
    }
    return SIGNET_OK;
}

/* More than a few at once take a second person. */
static int32_t approve(ca_t *ca, const selection_t *selection, const signet_provider_t **provider,
                       const signet_approval_t **approval)
{
    static const signet_text_t roles[] = {SIGNET_TEXT_INIT(SIGNET_ROLE_OFFICER),
                                          SIGNET_TEXT_INIT(SIGNET_ROLE_REVOCATION_OFFICER)};
    signet_call_t *call = selection->call;
    *approval = NULL;
    if ((int64_t)selection->count <= signet_setting_integer(ca->host->settings, "revoke_alone", 0))
        return SIGNET_OK;
    *provider = call->services->find(call, SIGNET_TEXT(SIGNET_APPROVAL_INTERFACE), ca->host->name);
    if (*provider == NULL)
        return signet_status(call);
    signet_json_writer_t writer = signet_json_writer(call, 512);
    signet_text_t document;
    signet_json_begin_object(&writer, NULL);
    signet_json_integer(&writer, "certificates", (int64_t)selection->count);
    signet_json_integer(&writer, "reason", selection->request->reason);
    signet_json_text(&writer, "authority", selection->request->select->authority);
    signet_json_text(&writer, "profile", selection->request->select->profile);
    signet_json_text(&writer, "name", selection->request->select->name);
    signet_json_text(&writer, "requester", selection->request->select->requester);
    signet_json_text(&writer, "first", selection->keys[0]);
    signet_json_text(&writer, "comment", selection->request->comment);
    if (is_replacement(selection->request))
        signet_json_time(&writer, "deadline", selection->request->deadline);
    signet_json_end_object(&writer);
    int32_t status = signet_json_finish(&writer, &document);
    if (status != SIGNET_OK)
        return status;
    signet_approval_matter_t matter = {.size = sizeof matter,
                                       .required = 1,
                                       .kind = SIGNET_TEXT("certificate.revoke-many"),
                                       .key = signet_hex(call, selection->digest),
                                       .object = SIGNET_TEXT("certificates"),
                                       .digest = selection->digest,
                                       .document = document,
                                       .authority = selection->request->select->authority,
                                       .profile = selection->request->select->profile,
                                       .roles = roles,
                                       .role_count = sizeof roles / sizeof roles[0]};
    const signet_approval_interface_t *approvals = (*provider)->interface;
    return approvals->require((*provider)->instance, call, &matter, approval);
}

/* The records of the parts. */
static int32_t put_parts(const selection_t *selection, signet_text_t id, signet_change_t *changes,
                         uint64_t *count)
{
    signet_call_t *call = selection->call;
    for (uint64_t first = 0; first < selection->count; first += CA_BULK_PART_KEYS) {
        signet_json_writer_t writer = signet_json_writer(call, UINT64_C(64) * CA_BULK_PART_KEYS);
        signet_text_t body;
        signet_text_t key =
            signet_format(call, "%.*s/%06llu", SIGNET_FORMAT(id), (unsigned long long)first);
        signet_json_begin_object(&writer, NULL);
        signet_json_begin_array(&writer, "keys");
        for (uint64_t i = first; i < selection->count && i < first + CA_BULK_PART_KEYS; i++)
            signet_json_text(&writer, NULL, selection->keys[i]);
        signet_json_end_array(&writer);
        signet_json_end_object(&writer);
        if (key.data == NULL || signet_json_finish(&writer, &body) != SIGNET_OK)
            return SIGNET_NO_MEMORY;
        changes[(*count)++] =
            signet_put(CA_BULK_PARTS, key, SIGNET_VERSION_ABSENT, NULL, 0, signet_text_bytes(body));
    }
    return SIGNET_OK;
}

static int32_t commit(ca_t *ca, const selection_t *selection, signet_bulk_t *bulk,
                      const signet_change_t *finish)
{
    signet_call_t *call = selection->call;
    signet_journal_t journal;
    signet_field_t fields[CA_BULK_FIELDS];
    signet_change_t changes[2 + CA_BULK_MAX / CA_BULK_PART_KEYS];
    uint64_t count = 0;
    changes[count++] =
        ca_bulk_put(bulk, selection->request->invalid_since, SIGNET_VERSION_ABSENT, fields);
    int32_t status = put_parts(selection, bulk->id, changes, &count);
    if (status == SIGNET_OK)
        status = ca_journal(ca, call, &journal);
    if (status != SIGNET_OK)
        return status;
    if (finish != NULL)
        changes[count++] = *finish;
    signet_pair_t pairs[] = {
        signet_pair("count", signet_format(call, "%llu", (unsigned long long)bulk->count)),
        signet_pair("reason", signet_format(call, "%d", (int)bulk->reason)),
        signet_pair("digest", signet_hex(call, bulk->digest)),
        signet_pair("comment", bulk->comment),
        signet_pair("deadline",
                    bulk->deadline != 0 ? signet_time_text(call, bulk->deadline) : SIGNET_TEXT("")),
    };
    signet_entry_t entry = {.size = sizeof entry,
                            .event = SIGNET_TEXT(SIGNET_EVENT_CERTIFICATES_REVOKED),
                            .object = signet_format(call, "bulk:%.*s", SIGNET_FORMAT(bulk->id)),
                            .fields = pairs,
                            .field_count = sizeof pairs / sizeof pairs[0]};
    if (entry.object.data == NULL || call->services->error(call) != NULL)
        return signet_status(call);
    return journal.interface->commit(journal.instance, call, changes, count, &entry);
}

static int32_t order(ca_t *ca, const selection_t *selection, signet_bulk_t *bulk)
{
    signet_call_t *call = selection->call;
    uint8_t octets[ID_OCTETS];
    const signet_approval_t *approval = NULL;
    const signet_provider_t *provider = NULL;
    const signet_change_t *finish = NULL;
    if (!signet_bytes_equal(selection->request->expected, selection->digest))
        return signet_fail_field(call, SIGNET_CONFLICT, "bulk.changed", "expected",
                                 "what is selected is not what was previewed; preview it again");
    int32_t status = approve(ca, selection, &provider, &approval);
    if (status == SIGNET_OK)
        status = signet_random(call, octets, sizeof octets);
    if (status != SIGNET_OK)
        return status;
    bulk->id = signet_hex(call, (signet_bytes_t){octets, sizeof octets});
    bulk->state = SIGNET_TEXT(SIGNET_BULK_RUNNING);
    if (bulk->id.data == NULL)
        return SIGNET_NO_MEMORY;
    if (approval != NULL) {
        const signet_approval_interface_t *approvals = provider->interface;
        signet_text_t result = signet_format(call, "bulk:%.*s", SIGNET_FORMAT(bulk->id));
        status = approvals->finish(provider->instance, call, approval, result, &finish);
    }
    if (status == SIGNET_OK)
        status = commit(ca, selection, bulk, finish);
    return status == SIGNET_OK ? ca_bulk_wake(ca, call) : status;
}

/* How those whose clients ask will spread, were it ordered now. */
static int32_t foresee(const selection_t *selection, signet_bulk_t *bulk)
{
    uint64_t *spread = signet_alloc(selection->call, SIGNET_BULK_SPREAD, sizeof *spread);
    int64_t time = bulk->deadline - bulk->from;
    if (spread == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < selection->count; i++) {
        if (selection->natural[i] == 0)
            continue;
        int64_t begin = ca_bulk_renew_from(bulk, i);
        if (selection->natural[i] < begin)
            begin = selection->natural[i] < bulk->from ? bulk->from : selection->natural[i];
        int64_t part = (begin - bulk->from) / (time / SIGNET_BULK_SPREAD + 1);
        spread[part]++;
    }
    bulk->spread = spread;
    return SIGNET_OK;
}

int32_t ca_bulk_revoke(void *instance, signet_call_t *call, const signet_bulk_request_t *request,
                       const signet_bulk_t **bulk)
{
    ca_t *ca = instance;
    signet_store_t store;
    selection_t selection = {.call = call, .request = request, .store = &store};
    signet_bulk_t *made = signet_alloc(call, 1, sizeof *made);
    if (made == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = select_all(ca, &selection);
    if (status == SIGNET_OK)
        status = digest(&selection);
    if (status == SIGNET_OK)
        status = show(ca, &selection);
    if (status != SIGNET_OK)
        return status;
    *made = (signet_bulk_t){.size = sizeof *made,
                            .reason = request->reason,
                            .state = SIGNET_TEXT(SIGNET_BULK_PREVIEW),
                            .requester = call->services->actor(call)->id,
                            .comment = request->comment,
                            .digest = selection.digest,
                            .count = selection.count,
                            .created = signet_now(),
                            .certificates = selection.shown,
                            .certificate_count = selection.shown_count};
    if (is_replacement(request)) {
        made->deadline = request->deadline;
        made->from = request->from != 0 ? request->from : made->created;
        made->grace_ms = request->grace_ms;
        made->unasked = selection.unasked;
        status = foresee(&selection, made);
    }
    if (status == SIGNET_OK && request->expected.length > 0)
        status = order(ca, &selection, made);
    if (status == SIGNET_OK)
        *bulk = made;
    return status;
}

/* Who may see an order: who gave it, and whoever reads what others asked for. */
int32_t ca_bulk_get(void *instance, signet_call_t *call, signet_text_t id,
                    const signet_bulk_t **bulk)
{
    ca_t *ca = instance;
    signet_store_t store;
    const signet_record_t *stored = NULL;
    signet_bulk_t *found = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->get(store.instance, call, SIGNET_TEXT(CA_BULK), id, &stored);
    if (status == SIGNET_OK)
        status = ca_bulk_decode(call, stored, &found);
    if (status != SIGNET_OK && status != SIGNET_NOT_FOUND)
        return status;
    if (status == SIGNET_OK &&
        (ca_permission_reads_others(call) ||
         signet_text_equal(found->requester, call->services->actor(call)->id))) {
        *bulk = found;
        return SIGNET_OK;
    }
    call->services->clear(call);
    return signet_fail(call, SIGNET_NOT_FOUND, "bulk.not-found",
                       "there is no order of revocations with this id");
}
