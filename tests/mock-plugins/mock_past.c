/* Was built with an SDK that knew less: its interface ends with the last member that is required,
 * and what lies behind it is none of the interface. */
#include "mock.h"

static int32_t get(void *instance, signet_call_t *call, signet_text_t authority,
                   signet_bytes_t serial, const signet_certificate_t **certificate)
{
    (void)instance;
    (void)authority;
    (void)serial;
    (void)certificate;
    return mock_fail(call, SIGNET_NOT_FOUND, SIGNET_TEXT("the mock has no certificates"));
}

static int32_t query(void *instance, signet_call_t *call, const signet_certificate_query_t *wanted,
                     const signet_certificate_page_t **page)
{
    (void)instance;
    (void)wanted;
    (void)page;
    return mock_fail(call, SIGNET_NOT_FOUND, SIGNET_TEXT("the mock has no certificates"));
}

static const signet_inventory_interface_t inventory = {
    .size = offsetof(signet_inventory_interface_t, hint), .get = get, .query = query};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(SIGNET_INVENTORY_INTERFACE), &inventory},
};

static const signet_plugin_t plugin = {MOCK_SOUND("mock-past"), .provides = provides,
                                       .provide_count = 1, .open = mock_open, .close = mock_close};

MOCK_ENTRY(plugin)
