#include "approval/matter.h"

#include "approval/matter_body.h"
#include "permission.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* Octets of the digest that an id shows. */
#define ID_LENGTH 16U

/* "due" is when the sweep has something to do; closed matters have none. */
static const signet_field_declaration_t field_declarations[] = {
    SIGNET_FIELD("state", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("kind", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("requester", SIGNET_VALUE_TEXT, 0),
    SIGNET_FIELD("created", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("due", SIGNET_VALUE_TIME, 0),
    SIGNET_FIELD("matter", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("object", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("person", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("authority", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("profile", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("result", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("digest", SIGNET_VALUE_BYTES, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("required", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("lifetime", SIGNET_VALUE_INTEGER, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("expires", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
    SIGNET_FIELD("escalates", SIGNET_VALUE_TIME, SIGNET_FIELD_UNINDEXED),
};

_Static_assert(sizeof field_declarations / sizeof field_declarations[0] == CA_MATTER_FIELDS,
               "a put has room for every field");

int32_t ca_matter_declare(signet_call_t *call, const signet_store_t *store)
{
    static const signet_collection_t collection =
        SIGNET_COLLECTION(CA_APPROVALS, 0, 1, field_declarations);
    return store->interface->declare(store->instance, call, &collection);
}

int32_t ca_matter_id(signet_call_t *call, signet_text_t kind, signet_text_t key, signet_text_t *id)
{
    signet_bytes_t digest;
    signet_buffer_t buffer = signet_buffer(call, kind.length + key.length + 1);
    signet_bytes_t bytes;
    signet_buffer_add_text(&buffer, kind);
    signet_buffer_add_byte(&buffer, 0);
    signet_buffer_add_text(&buffer, key);
    int32_t status = signet_buffer_bytes(&buffer, &bytes);
    if (status == SIGNET_OK)
        status = signet_sha256(call, bytes, &digest);
    if (status != SIGNET_OK)
        return status;
    *id = signet_hex(call, (signet_bytes_t){digest.data, ID_LENGTH});
    return id->data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

int ca_matter_is(const ca_matter_t *matter, const char *state)
{
    return signet_text_is(matter->approval.state, state);
}

int ca_matter_open(const ca_matter_t *matter)
{
    return ca_matter_is(matter, SIGNET_APPROVAL_PENDING) ||
           ca_matter_is(matter, SIGNET_APPROVAL_APPROVED);
}

static void add_text(signet_field_t *fields, uint64_t *count, const char *name, signet_text_t text)
{
    if (text.length > 0)
        fields[(*count)++] = signet_field_text(name, text);
}

int32_t ca_matter_put(signet_call_t *call, const ca_matter_t *matter, signet_change_t *change)
{
    const signet_approval_t *approval = &matter->approval;
    signet_field_t *fields = signet_alloc(call, CA_MATTER_FIELDS, sizeof *fields);
    signet_bytes_t body;
    uint64_t count = 0;
    if (fields == NULL)
        return SIGNET_NO_MEMORY;
    fields[count++] = signet_field_text("state", approval->state);
    fields[count++] = signet_field_text("kind", approval->kind);
    fields[count++] = signet_field_text("requester", approval->requester);
    fields[count++] = signet_field_text("matter", approval->key);
    fields[count++] = signet_field_text("object", approval->object);
    fields[count++] = signet_field_text("person", approval->person);
    fields[count++] = signet_field_bytes("digest", approval->digest);
    fields[count++] = signet_field_integer("required", approval->required);
    fields[count++] = signet_field_integer("lifetime", matter->lifetime_ms);
    fields[count++] = signet_field_time("created", approval->created);
    fields[count++] = signet_field_time("expires", approval->expires);
    add_text(fields, &count, "authority", approval->authority);
    add_text(fields, &count, "profile", approval->profile);
    add_text(fields, &count, "result", approval->result);
    if (matter->escalates != 0)
        fields[count++] = signet_field_time("escalates", matter->escalates);
    int escalates = matter->escalates != 0 && matter->escalates < approval->expires &&
                    ca_matter_is(matter, SIGNET_APPROVAL_PENDING);
    if (ca_matter_open(matter))
        fields[count++] =
            signet_field_time("due", escalates ? matter->escalates : approval->expires);
    int32_t status = ca_matter_body_write(call, approval, &body);
    if (status == SIGNET_OK)
        *change = signet_put(CA_APPROVALS, approval->id, approval->version, fields, count, body);
    return status;
}

int32_t ca_matter_decode(signet_call_t *call, const signet_record_t *stored, ca_matter_t **matter)
{
    ca_matter_t *decoded = signet_alloc(call, 1, sizeof *decoded);
    if (decoded == NULL)
        return SIGNET_NO_MEMORY;
    signet_approval_t *approval = &decoded->approval;
    approval->size = sizeof *approval;
    approval->id = stored->key;
    approval->state = signet_record_text(stored, "state");
    approval->kind = signet_record_text(stored, "kind");
    approval->key = signet_record_text(stored, "matter");
    approval->object = signet_record_text(stored, "object");
    approval->digest = signet_record_bytes(stored, "digest");
    approval->authority = signet_record_text(stored, "authority");
    approval->profile = signet_record_text(stored, "profile");
    approval->requester = signet_record_text(stored, "requester");
    approval->person = signet_record_text(stored, "person");
    approval->result = signet_record_text(stored, "result");
    approval->required = (uint32_t)signet_record_integer(stored, "required");
    approval->created = signet_record_integer(stored, "created");
    approval->expires = signet_record_integer(stored, "expires");
    approval->version = stored->version;
    decoded->lifetime_ms = signet_record_integer(stored, "lifetime");
    decoded->escalates = signet_record_integer(stored, "escalates");
    int32_t status = ca_matter_body_read(call, stored->body, approval);
    if (status == SIGNET_OK)
        *matter = decoded;
    return status;
}

int32_t ca_matter_get(ca_t *ca, signet_call_t *call, signet_text_t id, ca_matter_t **matter)
{
    signet_store_t store;
    const signet_record_t *stored = NULL;
    int32_t status = ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->get(store.instance, call, SIGNET_TEXT(CA_APPROVALS), id, &stored);
    if (status == SIGNET_NOT_FOUND)
        call->services->clear(call);
    if (status == SIGNET_OK)
        status = ca_matter_decode(call, stored, matter);
    if (status == SIGNET_OK && ca_matter_open(*matter) &&
        (*matter)->approval.expires <= signet_now())
        (*matter)->approval.state = SIGNET_TEXT(SIGNET_APPROVAL_EXPIRED);
    return status;
}

int32_t ca_matter_add(signet_call_t *call, ca_matter_t *matter, int32_t decision,
                      signet_text_t comment)
{
    const signet_actor_t *actor = call->services->actor(call);
    signet_approval_t *approval = &matter->approval;
    if (approval->decision_count >= CA_MATTER_DECISIONS_MAX)
        return signet_fail(call, SIGNET_TOO_LARGE, "approval.too-many-comments",
                           "the request has %u decisions and comments already; no more are taken",
                           CA_MATTER_DECISIONS_MAX);
    const signet_approval_decision_t **decisions =
        signet_alloc(call, approval->decision_count + 1, sizeof *decisions);
    signet_approval_decision_t *added = signet_alloc(call, 1, sizeof *added);
    if (decisions == NULL || added == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; i < approval->decision_count; i++)
        decisions[i] = approval->decisions[i];
    *added = (signet_approval_decision_t){.size = sizeof *added,
                                          .decision = decision,
                                          .person = ca_permission_person(actor),
                                          .actor = actor->id,
                                          .at = signet_now(),
                                          .comment = comment};
    decisions[approval->decision_count++] = added;
    approval->decisions = decisions;
    return SIGNET_OK;
}

uint64_t ca_matter_count(const ca_matter_t *matter)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < matter->approval.decision_count; i++)
        count += matter->approval.decisions[i]->decision == SIGNET_DECISION_APPROVE;
    return count;
}

int32_t ca_matter_commit(ca_t *ca, signet_call_t *call, ca_matter_t *matter, const char *event,
                         signet_text_t comment)
{
    const signet_approval_t *approval = &matter->approval;
    signet_journal_t journal;
    signet_change_t change;
    int32_t status = ca_journal(ca, call, &journal);
    if (status == SIGNET_OK)
        status = ca_matter_put(call, matter, &change);
    if (status != SIGNET_OK)
        return status;
    signet_text_t object = signet_format(call, "approval:%.*s", SIGNET_FORMAT(approval->id));
    signet_text_t count =
        signet_format(call, "%u of %u", (unsigned)ca_matter_count(matter), approval->required);
    signet_text_t digest = signet_hex(call, approval->digest);
    if (object.data == NULL || count.data == NULL || digest.data == NULL)
        return SIGNET_NO_MEMORY;
    signet_pair_t pairs[] = {
        signet_pair("kind", approval->kind),
        signet_pair("object", approval->object),
        signet_pair("state", approval->state),
        signet_pair("requester", approval->requester),
        signet_pair("requester_person", approval->person),
        signet_pair("person", ca_permission_person(call->services->actor(call))),
        signet_pair("approved", count),
        signet_pair("digest", digest),
        signet_pair("comment", comment),
    };
    signet_entry_t entry = {.size = sizeof entry,
                            .event = signet_text(event),
                            .object = object,
                            .fields = pairs,
                            .field_count = sizeof pairs / sizeof pairs[0]};
    status = journal.interface->commit(journal.instance, call, &change, 1, &entry);
    if (status == SIGNET_OK)
        matter->approval.version++;
    return status;
}
