/* A plugin between the CA and the real store, journal and keys: it hands everything on, counts, and
 * breaks on command. */
#include "world.h"

fault_t fault;

static const signet_store_interface_t *real_store(signet_call_t *for_call, void **instance)
{
    const signet_provider_t *provider = for_call->services->find(
        for_call, SIGNET_TEXT(SIGNET_STORE_INTERFACE), SIGNET_TEXT("store"));
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

static const signet_journal_interface_t *real_journal(signet_call_t *for_call, void **instance)
{
    const signet_provider_t *provider = for_call->services->find(
        for_call, SIGNET_TEXT(SIGNET_JOURNAL_INTERFACE), SIGNET_TEXT("journal"));
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

static const signet_key_interface_t *real_keys(signet_call_t *for_call, void **instance)
{
    const signet_provider_t *provider =
        for_call->services->find(for_call, SIGNET_TEXT(SIGNET_KEY_INTERFACE), SIGNET_TEXT("keys"));
    ck_assert_ptr_nonnull(provider);
    *instance = provider->instance;
    return provider->interface;
}

static int32_t broken(signet_call_t *for_call, int32_t status)
{
    signet_error_t error = {.size = sizeof error,
                            .status = status,
                            .reason = SIGNET_TEXT("test.fault"),
                            .message = SIGNET_TEXT("broken on command")};
    /* In parentheses, because Check has a macro of this name. */
    return (for_call->services->fail)(for_call, &error);
}

/* Whether this commit is the one that fails: some may pass before it. */
static int32_t take_commit(int32_t *wanted, uint64_t *pass)
{
    if (*wanted != SIGNET_OK && *pass > 0) {
        *pass -= 1;
        return SIGNET_OK;
    }
    int32_t status = *wanted;
    *wanted = SIGNET_OK;
    return status;
}

static int32_t take(int32_t *wanted)
{
    int32_t status = *wanted;
    *wanted = SIGNET_OK;
    return status;
}

static int32_t store_declare(void *self, signet_call_t *for_call,
                             const signet_collection_t *collection)
{
    (void)self;
    void *instance = NULL;
    return real_store(for_call, &instance)->declare(instance, for_call, collection);
}

static int32_t store_commit(void *self, signet_call_t *for_call, const signet_change_t *changes,
                            uint64_t count)
{
    (void)self;
    void *instance = NULL;
    void (*meanwhile)(void) = fault.meanwhile;
    fault.meanwhile = NULL;
    if (meanwhile != NULL)
        meanwhile();
    int32_t failure = take(&fault.fail_store_commit);
    fault.store_commits++;
    if (failure != SIGNET_OK && !fault.do_it_first)
        return broken(for_call, failure);
    int32_t status = real_store(for_call, &instance)->commit(instance, for_call, changes, count);
    if (fault.change && count > 0 && changes[0].body.length > 0) {
        fault.change = 0;
        ((uint8_t *)(uintptr_t)changes[0].body.data)[changes[0].body.length - 1] ^= 1;
    }
    return failure != SIGNET_OK ? broken(for_call, failure) : status;
}

static int32_t store_get(void *self, signet_call_t *for_call, signet_text_t collection,
                         signet_text_t key, const signet_record_t **record)
{
    (void)self;
    void *instance = NULL;
    fault.store_reads++;
    return real_store(for_call, &instance)->get(instance, for_call, collection, key, record);
}

static int32_t store_query(void *self, signet_call_t *for_call, const signet_query_t *query,
                           const signet_page_t **page)
{
    (void)self;
    void *instance = NULL;
    fault.store_reads++;
    return real_store(for_call, &instance)->query(instance, for_call, query, page);
}

static int32_t store_count(void *self, signet_call_t *for_call, const signet_query_t *query,
                           uint64_t *count)
{
    (void)self;
    void *instance = NULL;
    return real_store(for_call, &instance)->count(instance, for_call, query, count);
}

static int32_t store_lease(void *self, signet_call_t *for_call, signet_text_t name,
                           signet_text_t owner, int64_t duration_ms)
{
    (void)self;
    void *instance = NULL;
    return real_store(for_call, &instance)->lease(instance, for_call, name, owner, duration_ms);
}

static int32_t store_release(void *self, signet_call_t *for_call, signet_text_t name,
                             signet_text_t owner)
{
    (void)self;
    void *instance = NULL;
    return real_store(for_call, &instance)->release(instance, for_call, name, owner);
}

static int32_t journal_commit(void *self, signet_call_t *for_call, const signet_change_t *changes,
                              uint64_t count, const signet_entry_t *entry)
{
    (void)self;
    void *instance = NULL;
    int32_t failure = take_commit(&fault.fail_journal_commit, &fault.pass_journal_commits);
    fault.journal_commits++;
    if (failure != SIGNET_OK && !fault.do_it_first)
        return broken(for_call, failure);
    int32_t status =
        real_journal(for_call, &instance)->commit(instance, for_call, changes, count, entry);
    return failure != SIGNET_OK ? broken(for_call, failure) : status;
}

static void journal_denied(void *self, signet_call_t *for_call, signet_text_t source,
                           const signet_entry_t *entry)
{
    (void)self;
    void *instance = NULL;
    real_journal(for_call, &instance)->denied(instance, for_call, source, entry);
}

static int32_t journal_query(void *self, signet_call_t *for_call,
                             const signet_journal_query_t *query,
                             const signet_journal_page_t **page)
{
    (void)self;
    void *instance = NULL;
    return real_journal(for_call, &instance)->query(instance, for_call, query, page);
}

static int32_t journal_read(void *self, signet_call_t *for_call, signet_text_t consumer,
                            uint64_t limit, const signet_journal_page_t **page)
{
    (void)self;
    void *instance = NULL;
    return real_journal(for_call, &instance)->read(instance, for_call, consumer, limit, page);
}

static int32_t journal_acknowledge(void *self, signet_call_t *for_call, signet_text_t consumer,
                                   signet_text_t position)
{
    (void)self;
    void *instance = NULL;
    return real_journal(for_call, &instance)->acknowledge(instance, for_call, consumer, position);
}

static int32_t key_generate(void *self, signet_call_t *for_call,
                            const signet_key_request_t *request, const signet_key_t **key)
{
    (void)self;
    void *instance = NULL;
    return real_keys(for_call, &instance)->generate(instance, for_call, request, key);
}

static int32_t key_find(void *self, signet_call_t *for_call, signet_text_t uri,
                        const signet_key_t **key)
{
    (void)self;
    void *instance = NULL;
    int32_t failure = take(&fault.fail_find);
    if (failure != SIGNET_OK)
        return broken(for_call, failure);
    return real_keys(for_call, &instance)->find(instance, for_call, uri, key);
}

static int32_t key_sign(void *self, signet_call_t *for_call, const signet_sign_request_t *request,
                        signet_bytes_t *signature)
{
    (void)self;
    void *instance = NULL;
    const signet_record_t *intent = NULL;
    int32_t failure = take(&fault.fail_sign);
    fault.signatures++;
    if (failure != SIGNET_OK)
        return broken(for_call, failure);
    const signet_store_interface_t *store = real_store(for_call, &instance);
    if (store->get(instance, for_call, SIGNET_TEXT("ca.intents"), request->intent, &intent) ==
            SIGNET_OK &&
        signet_bytes_equal(intent->body, request->message))
        fault.intent_before_signature++;
    for_call->services->clear(for_call);
    const signet_key_interface_t *keys = real_keys(for_call, &instance);
    if (!fault.lie)
        return keys->sign(instance, for_call, request, signature);
    /* A right signature over something else. */
    signet_sign_request_t other = *request;
    other.message = signet_text_bytes(SIGNET_TEXT("something else"));
    return keys->sign(instance, for_call, &other, signature);
}

static int32_t key_destroy(void *self, signet_call_t *for_call, signet_text_t uri,
                           signet_bytes_t public_key)
{
    (void)self;
    void *instance = NULL;
    int32_t failure = take(&fault.fail_destroy);
    if (failure != SIGNET_OK && !fault.do_it_first)
        return broken(for_call, failure);
    int32_t status = real_keys(for_call, &instance)->destroy(instance, for_call, uri, public_key);
    return failure != SIGNET_OK ? broken(for_call, failure) : status;
}

static const signet_store_interface_t store_interface = {.size = sizeof(signet_store_interface_t),
                                                         .declare = store_declare,
                                                         .commit = store_commit,
                                                         .get = store_get,
                                                         .query = store_query,
                                                         .count = store_count,
                                                         .lease = store_lease,
                                                         .release = store_release};
static const signet_journal_interface_t journal_interface = {.size =
                                                                 sizeof(signet_journal_interface_t),
                                                             .commit = journal_commit,
                                                             .denied = journal_denied,
                                                             .query = journal_query,
                                                             .read = journal_read,
                                                             .acknowledge = journal_acknowledge};
static const signet_key_interface_t key_interface = {.size = sizeof(signet_key_interface_t),
                                                     .generate = key_generate,
                                                     .find = key_find,
                                                     .sign = key_sign,
                                                     .destroy = key_destroy};

static const signet_provide_t provides[] = {
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_STORE_INTERFACE),
     .vtable = &store_interface},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE),
     .vtable = &journal_interface},
    {.size = sizeof(signet_provide_t),
     .interface = SIGNET_TEXT_INIT(SIGNET_KEY_INTERFACE),
     .vtable = &key_interface},
};

static int32_t fault_open(const signet_host_t *host, signet_call_t *for_call, void **instance)
{
    (void)host;
    (void)for_call;
    *instance = &fault;
    return SIGNET_OK;
}

static void fault_close(void *instance)
{
    (void)instance;
}

const signet_plugin_t fault_plugin = {
    .size = sizeof(signet_plugin_t),
    .abi = SIGNET_ABI,
    .id = SIGNET_TEXT_INIT("fault"),
    .version = SIGNET_TEXT_INIT("0.1.0"),
    .summary = SIGNET_TEXT_INIT("Hands on to store, journal and keys, and breaks on command."),
    .provides = provides,
    .provide_count = sizeof provides / sizeof provides[0],
    .open = fault_open,
    .close = fault_close,
};
