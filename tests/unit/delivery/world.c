#include "world.h"

#include "sealkeys.h"
#include "targets.h"

#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

signet_check_t *world_check;
signet_call_t *world_call;
static int is_open;

static void opened(int32_t status)
{
    ck_assert_msg(status == SIGNET_OK, "open: %.*s",
                  status == SIGNET_OK ? 0
                                      : SIGNET_FORMAT(signet_check_error(world_check)->message));
}

void world_begin(void)
{
    targets_reset();
    is_open = 0;
    world_check = signet_check_begin();
    opened(signet_check_open(world_check, "store-sqlite", "store", "path = \"signet.db\";"));
    opened(signet_check_open_linked(world_check, &sealkeys_plugin, "keys", ""));
    opened(signet_check_open(world_check, "journal", "journal",
                             "store = \"store\"; keys = \"keys\";"));
    opened(signet_check_open_linked(world_check, &targets_plugin, "target", ""));
    world_call = signet_check_call(world_check, "tester", "auditor");
}

void world_end(void)
{
    signet_check_call_end(world_call);
    signet_check_end(world_check);
    sealkeys_forget();
}

void world_close(void)
{
    if (is_open) {
        signet_check_close(world_check, "out");
    }
    is_open = 0;
}

int32_t world_open(const char *settings)
{
    world_close();
    int32_t status = signet_check_open(world_check, "lifecycle-delivery", "out", settings);
    is_open = status == SIGNET_OK;
    return status;
}

void world_write(const char *event, const char *object)
{
    const signet_provider_t *provider =
        signet_check_find(world_check, SIGNET_JOURNAL_INTERFACE, "journal");
    const signet_journal_interface_t *journal = provider->interface;
    signet_call_t *call = signet_check_call(world_check, "tester", "auditor");
    const signet_pair_t field = signet_pair("profile", SIGNET_TEXT("web"));
    const signet_entry_t entry = {.size = sizeof entry,
                                  .event = signet_text(event),
                                  .object = signet_text(object),
                                  .fields = &field,
                                  .field_count = 1};
    ck_assert_int_eq(journal->commit(provider->instance, call, NULL, 0, &entry), SIGNET_OK);
    signet_check_call_end(call);
}

void world_seal(void)
{
    ck_assert_int_eq(signet_check_run_job(world_check, "journal", "seal"), SIGNET_OK);
}

void world_run(void)
{
    ck_assert_int_eq(signet_check_run_job(world_check, "out", "deliver"), SIGNET_OK);
}

uint64_t world_count(const char *event)
{
    const signet_provider_t *provider =
        signet_check_find(world_check, SIGNET_JOURNAL_INTERFACE, "journal");
    const signet_journal_interface_t *journal = provider->interface;
    const signet_journal_query_t query = {
        .size = sizeof query, .event = signet_text(event), .limit = 1000};
    const signet_journal_page_t *page = NULL;
    ck_assert_int_eq(journal->query(provider->instance, world_call, &query, &page), SIGNET_OK);
    return page->count;
}

int64_t world_metric(const char *name)
{
    return signet_check_metric(world_check, name, "delivery=\"out\"");
}
