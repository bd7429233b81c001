#include "world.h"

#include <stdlib.h>
#include <string.h>

#define FIELD(field_name, field_type, field_flags)                                                 \
    {                                                                                              \
        .size = sizeof(signet_field_declaration_t), .type = (field_type), .flags = (field_flags),  \
        .name = SIGNET_TEXT_INIT(field_name)                                                       \
    }

static const signet_field_declaration_t fields[] = {
    FIELD("name", SIGNET_VALUE_TEXT, 0),
    FIELD("number", SIGNET_VALUE_INTEGER, 0),
    FIELD("made", SIGNET_VALUE_TIME, 0),
    FIELD("digest", SIGNET_VALUE_BYTES, 0),
    FIELD("labels", SIGNET_VALUE_TEXTS, 0),
    FIELD("note", SIGNET_VALUE_TEXT, SIGNET_FIELD_UNINDEXED),
};

const signet_collection_t items = {.size = sizeof(signet_collection_t),
                                   .revision = 1,
                                   .name = SIGNET_TEXT_INIT("test.items"),
                                   .fields = fields,
                                   .field_count = sizeof(fields) / sizeof(fields[0])};

static void open_store(world_t *world)
{
    int32_t status = signet_check_open(world->check, backend->plugin, "store", backend->settings);
    ck_assert_msg(status == SIGNET_OK, "open: %.*s",
                  SIGNET_FORMAT(signet_check_error(world->check)->message));
    const signet_provider_t *provider =
        signet_check_find(world->check, SIGNET_STORE_INTERFACE, "store");
    ck_assert_ptr_nonnull(provider);
    world->store = (signet_store_t){provider->interface, provider->instance};
    world->call = signet_check_call(world->check, "tester", "administrator");
    ck_assert_int_eq(world->store.interface->declare(world->store.instance, world->call, &items),
                     SIGNET_OK);
}

world_t world_begin(void)
{
    world_t world = {.check = signet_check_begin()};
    open_store(&world);
    return world;
}

void world_end(world_t *world)
{
    signet_check_call_end(world->call);
    signet_check_end(world->check);
}

void world_reopen(world_t *world)
{
    signet_check_call_end(world->call);
    if (signet_check_find(world->check, SIGNET_STORE_INTERFACE, "store"))
        signet_check_close(world->check, "store");
    open_store(world);
}

signet_call_t *world_call(const world_t *world, const char *tenant)
{
    signet_call_t *call = signet_check_call(world->check, "tester", "administrator");
    if (tenant[0])
        ck_assert_int_eq(call->services->set_tenant(call, signet_text(tenant)), SIGNET_OK);
    return call;
}

signet_change_t put_item(item_t *item, const char *key, uint64_t expected, const char *name,
                         int64_t number)
{
    item->fields[0] = signet_field_text("name", signet_text(name));
    item->fields[1] = signet_field_integer("number", number);
    item->count = 2;
    return signet_put("test.items", signet_text(key), expected, item->fields, item->count,
                      signet_text_bytes(SIGNET_TEXT("{}")));
}

int32_t commit_one(const world_t *world, signet_call_t *call, const signet_change_t *change)
{
    return world->store.interface->commit(world->store.instance, call, change, 1);
}

void put(const world_t *world, const char *key, const char *name, int64_t number)
{
    item_t item;
    const signet_change_t change = put_item(&item, key, SIGNET_VERSION_ANY, name, number);
    ck_assert_int_eq(commit_one(world, world->call, &change), SIGNET_OK);
}

int32_t get(const world_t *world, signet_call_t *call, const char *key,
            const signet_record_t **record)
{
    const signet_record_t *found = NULL;
    int32_t status =
        world->store.interface->get(world->store.instance, call, SIGNET_TEXT("test.items"),
                                    signet_text(key), record ? record : &found);
    if (status != SIGNET_OK)
        call->services->clear(call);
    return status;
}

void expect_error(signet_call_t *call, int32_t status)
{
    const signet_error_t *error = call->services->error(call);
    ck_assert_ptr_nonnull(error);
    ck_assert_int_eq(error->status, status);
    ck_assert_uint_gt(error->reason.length, 0);
    ck_assert_uint_gt(error->message.length, 0);
    call->services->clear(call);
}
