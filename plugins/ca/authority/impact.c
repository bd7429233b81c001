#include "authority/impact.h"

#include "authority/issued.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

/* So many different values are counted each; the rest together. */
#define VALUES_MAX 1000U
#define LIMIT_MAX 1000U

typedef struct tally {
    signet_text_t value;
    uint64_t count;
} tally_t;

typedef struct tallies {
    tally_t items[VALUES_MAX];
    uint64_t count;
    uint64_t others;
} tallies_t;

/* What is counted. */
typedef struct counting {
    signet_call_t *call; /* whose arena outlives the pages */
    const ca_lineage_t *lineage;
    uint64_t certificates;
    uint64_t revoked; /* of them */
    tallies_t profiles;
    tallies_t owners;
} counting_t;

/* Whether a generation is one that the compromise reaches: those that are known as compromised,
 * and before any is, all that are there. */
static int is_reached(const ca_lineage_t *lineage, uint64_t generation)
{
    const ca_generation_t *item = ca_lineage_find(lineage, generation);
    int known = 0;
    for (uint64_t i = 0; !known && i < lineage->count; i++)
        known = lineage->items[i].compromised != 0;
    return item != NULL && (!known || item->compromised != 0);
}

static int32_t add(tallies_t *tallies, signet_call_t *call, signet_text_t value)
{
    for (uint64_t i = 0; i < tallies->count; i++) {
        if (signet_text_equal(tallies->items[i].value, value)) {
            tallies->items[i].count++;
            return SIGNET_OK;
        }
    }
    if (tallies->count == VALUES_MAX) {
        tallies->others++;
        return SIGNET_OK;
    }
    signet_text_t copy = signet_text_copy(call, value);
    if (value.length > 0 && copy.data == NULL)
        return SIGNET_NO_MEMORY;
    tallies->items[tallies->count++] = (tally_t){copy, 1};
    return SIGNET_OK;
}

static int32_t count_one(ca_issued_t *issued, signet_call_t *call, const ca_record_t *record)
{
    counting_t *counting = issued->context;
    const signet_certificate_t *certificate = &record->certificate;
    (void)call;
    if (!is_reached(counting->lineage, certificate->generation))
        return SIGNET_OK;
    counting->certificates++;
    if (signet_text_is(certificate->state, SIGNET_CERTIFICATE_REVOKED))
        counting->revoked++;
    int32_t status = add(&counting->profiles, counting->call, certificate->profile);
    return status == SIGNET_OK
               ? add(&counting->owners, counting->call, ca_record_owner(certificate))
               : status;
}

static void write_tallies(signet_json_writer_t *writer, const char *name, const char *member,
                          const tallies_t *tallies)
{
    signet_json_begin_array(writer, name);
    for (uint64_t i = 0; i < tallies->count; i++) {
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, member, tallies->items[i].value);
        signet_json_integer(writer, "certificates", (int64_t)tallies->items[i].count);
        signet_json_end_object(writer);
    }
    if (tallies->others > 0) {
        signet_json_begin_object(writer, NULL);
        signet_json_integer(writer, "others", (int64_t)tallies->others);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
}

/* Whether an authority's chain leads through a key that is reached. */
static int is_below(const ca_authority_t *authority, const ca_authority_t *home,
                    const ca_lineage_t *lineage)
{
    for (const ca_authority_t *above = authority->parent; above != NULL; above = above->parent) {
        if (above->home == home && is_reached(lineage, above->generation))
            return 1;
    }
    return 0;
}

static void write_below(const ca_t *ca, const ca_authority_t *home, const ca_lineage_t *lineage,
                        signet_json_writer_t *writer)
{
    signet_json_begin_array(writer, "authorities");
    for (uint64_t i = 0; i < ca->authority_count; i++) {
        const ca_authority_t *now = ca_authority_now(&ca->authorities[i]);
        if (!is_below(now, home, lineage))
            continue;
        signet_json_begin_object(writer, NULL);
        signet_json_text(writer, "name", now->name);
        signet_json_text(writer, "state", ca_authority_state(now));
        signet_json_text(writer, "parent", now->parent->name);
        signet_json_end_object(writer);
    }
    signet_json_end_array(writer);
}

int32_t ca_impact_summary(ca_t *ca, signet_call_t *call, const ca_authority_t *home,
                          signet_json_writer_t *writer)
{
    counting_t *counting = signet_alloc(call, 1, sizeof *counting);
    if (counting == NULL)
        return SIGNET_NO_MEMORY;
    counting->call = call;
    counting->lineage = ca_lineage(home);
    ca_issued_t issued = {.authority = home->name,
                          .unexpired_at = signet_now(),
                          .visit = count_one,
                          .context = counting};
    int32_t status = ca_issued_walk(ca, call, &issued);
    if (status != SIGNET_OK)
        return status;
    signet_json_integer(writer, "certificates", (int64_t)counting->certificates);
    signet_json_integer(writer, "revoked", (int64_t)counting->revoked);
    write_tallies(writer, "profiles", "profile", &counting->profiles);
    write_tallies(writer, "owners", "owner", &counting->owners);
    write_below(ca, home, counting->lineage, writer);
    return SIGNET_OK;
}

static void write_certificate(signet_json_writer_t *writer, const signet_certificate_t *certificate)
{
    signet_json_begin_object(writer, NULL);
    signet_json_hex(writer, "serial", certificate->serial);
    signet_json_integer(writer, "generation", (int64_t)certificate->generation);
    signet_json_text(writer, "subject", certificate->subject);
    signet_json_text(writer, "profile", certificate->profile);
    signet_json_text(writer, "owner", ca_record_owner(certificate));
    signet_json_text(writer, "requester", certificate->requester);
    signet_json_text(writer, "state", certificate->state);
    signet_json_time(writer, "not_after", certificate->not_after);
    signet_json_end_object(writer);
}

/* One page of what is still good, in the order of serials. A page has fewer where some have
 * expired: a condition on the time would be another one for each page. */
static int32_t write_page(ca_t *ca, signet_call_t *call, const ca_authority_t *home, uint64_t limit,
                          signet_text_t cursor, signet_json_writer_t *writer)
{
    signet_store_t store;
    const signet_page_t *page = NULL;
    signet_text_t prefix = signet_format(call, "%.*s/", SIGNET_FORMAT(home->name));
    const signet_field_t value = signet_field_text("key", prefix);
    const signet_condition_t condition = {
        .size = sizeof condition, .compare = SIGNET_COMPARE_PREFIX, .value = &value};
    int64_t now = signet_now();
    const signet_query_t query = {.size = sizeof query,
                                  .flags = SIGNET_QUERY_NO_BODY,
                                  .collection = SIGNET_TEXT(CA_CERTIFICATES),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .order = SIGNET_TEXT("key"),
                                  .limit = limit,
                                  .cursor = cursor};
    int32_t status = prefix.data == NULL ? SIGNET_NO_MEMORY : ca_store(ca, call, &store);
    if (status == SIGNET_OK)
        status = store.interface->query(store.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_array(writer, "list");
    for (uint64_t i = 0; status == SIGNET_OK && i < page->count; i++) {
        ca_record_t *record = NULL;
        status = ca_record_decode(call, page->records[i], &record);
        if (status == SIGNET_OK && record->certificate.not_after >= now &&
            is_reached(ca_lineage(home), record->certificate.generation))
            write_certificate(writer, &record->certificate);
    }
    signet_json_end_array(writer);
    if (page->cursor.length > 0)
        signet_json_text(writer, "next", page->cursor);
    return status;
}

int32_t ca_impact(ca_t *ca, signet_call_t *call, const ca_authority_t *home, uint64_t limit,
                  signet_text_t cursor, signet_text_t *document)
{
    if (limit == 0 || limit > LIMIT_MAX)
        return signet_fail_field(call, SIGNET_INVALID, "authority.limit", "limit",
                                 "a page has 1 to %u certificates", LIMIT_MAX);
    signet_json_writer_t writer = signet_json_writer(call, 4096);
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "authority", home->name);
    int32_t status = cursor.length == 0 ? ca_impact_summary(ca, call, home, &writer) : SIGNET_OK;
    if (status == SIGNET_OK)
        status = write_page(ca, call, home, limit, cursor, &writer);
    signet_json_end_object(&writer);
    return status == SIGNET_OK ? signet_json_finish(&writer, document) : status;
}
