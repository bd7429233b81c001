#include "authority/lifecycle.h"

#include <signet/ca.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

int ca_lifecycle_is(const ca_lifecycle_t *life, const char *state)
{
    return signet_text_is(life->lineage->state, state);
}

int32_t ca_lifecycle_refuse(const ca_lifecycle_t *life, signet_call_t *call, const char *why)
{
    return signet_fail(call, SIGNET_CONFLICT, "authority.state", "the authority \"%.*s\" %s",
                       SIGNET_FORMAT(life->home->name), why);
}

ca_generation_t ca_lifecycle_state(const ca_lifecycle_t *life, const char *state)
{
    return (ca_generation_t){.number = 0,
                             .state = signet_text(state),
                             .created = signet_now(),
                             .reason = life->change->comment,
                             .version = life->lineage->state_version};
}

int32_t ca_lifecycle_commit(ca_lifecycle_t *life, signet_call_t *call, const ca_generation_t *items,
                            uint64_t count, const signet_change_t *others, uint64_t other_count,
                            const char *event, const signet_pair_t *fields, uint64_t field_count)
{
    signet_journal_t journal;
    signet_change_t changes[2 * CA_LIFECYCLE_ITEMS + 1];
    signet_field_t *stored = signet_alloc(call, (count + 1) * CA_GENERATION_FIELDS, sizeof *stored);
    signet_text_t object = signet_format(call, "authority:%.*s", SIGNET_FORMAT(life->home->name));
    uint64_t change_count = 0;
    if (stored == NULL || object.data == NULL)
        return SIGNET_NO_MEMORY;
    if (count > CA_LIFECYCLE_ITEMS || other_count > CA_LIFECYCLE_ITEMS)
        return signet_fail(call, SIGNET_TOO_LARGE, "authority.generations",
                           "the authority \"%.*s\" has more keys than one step can change; destroy "
                           "some of those that are retired first",
                           SIGNET_FORMAT(life->home->name));
    int32_t status = life->agree != NULL ? life->agree(life, call) : SIGNET_OK;
    if (status == SIGNET_OK)
        status = ca_journal(life->ca, call, &journal);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        status = ca_generation_put(call, life->home->name, &items[i],
                                   stored + i * CA_GENERATION_FIELDS, &changes[change_count++]);
    for (uint64_t i = 0; i < other_count; i++)
        changes[change_count++] = others[i];
    if (life->approved != NULL)
        changes[change_count++] = *life->approved;
    if (status != SIGNET_OK)
        return status;
    signet_entry_t entry = {.size = sizeof entry,
                            .event = signet_text(event),
                            .object = object,
                            .fields = fields,
                            .field_count = field_count};
    status = journal.interface->commit(journal.instance, call, changes, change_count, &entry);
    if (status == SIGNET_CONFLICT) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_CONFLICT, "authority.changed",
                           "somebody else changed the authority \"%.*s\" meanwhile; look at it "
                           "again",
                           SIGNET_FORMAT(life->home->name));
    }
    if (status == SIGNET_OK)
        status = ca_lineage_refresh(life->ca, call, life->home);
    life->lineage = ca_lineage(life->home);
    return status;
}

/* Makes one change of the authority's own state. */
static int32_t change_state(ca_lifecycle_t *life, signet_call_t *call, const char *state,
                            const char *event)
{
    ca_generation_t item = ca_lifecycle_state(life, state);
    signet_pair_t fields[] = {signet_pair("comment", life->change->comment)};
    return ca_lifecycle_commit(life, call, &item, 1, NULL, 0, event, fields, 1);
}

int32_t ca_lifecycle_suspend(ca_lifecycle_t *life, signet_call_t *call)
{
    if (!ca_lifecycle_is(life, SIGNET_AUTHORITY_ACTIVE))
        return ca_lifecycle_refuse(life, call, "is not in service, so that it cannot be suspended");
    return change_state(life, call, SIGNET_AUTHORITY_SUSPENDED, SIGNET_EVENT_AUTHORITY_SUSPENDED);
}

int32_t ca_lifecycle_resume(ca_lifecycle_t *life, signet_call_t *call)
{
    if (!ca_lifecycle_is(life, SIGNET_AUTHORITY_SUSPENDED))
        return ca_lifecycle_refuse(life, call, "is not suspended, so that it cannot be resumed");
    return change_state(life, call, SIGNET_AUTHORITY_ACTIVE, SIGNET_EVENT_AUTHORITY_RESUMED);
}

int32_t ca_lifecycle_retire(ca_lifecycle_t *life, signet_call_t *call)
{
    const ca_generation_t *active = ca_lineage_in(life->lineage, CA_KEY_ACTIVE);
    if (!ca_lifecycle_is(life, SIGNET_AUTHORITY_ACTIVE) &&
        !ca_lifecycle_is(life, SIGNET_AUTHORITY_SUSPENDED))
        return ca_lifecycle_refuse(life, call,
                                   "is retired or compromised already, and stays that way");
    if (ca_lineage_in(life->lineage, CA_KEY_REQUESTED) != NULL ||
        ca_lineage_in(life->lineage, CA_KEY_PREPUBLISHED) != NULL)
        return ca_lifecycle_refuse(life, call,
                                   "has a further key that does not issue yet; destroy that one "
                                   "first");
    if (active == NULL)
        return ca_lifecycle_refuse(life, call, "has no key that issues");
    ca_generation_t items[2] = {ca_lifecycle_state(life, SIGNET_AUTHORITY_RETIRED), *active};
    items[1].state = SIGNET_TEXT(CA_KEY_RETIRED);
    items[1].retired = signet_now();
    signet_pair_t fields[] = {signet_pair("comment", life->change->comment)};
    return ca_lifecycle_commit(life, call, items, 2, NULL, 0, SIGNET_EVENT_AUTHORITY_RETIRED,
                               fields, 1);
}
