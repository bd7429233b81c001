/* The required functions of the interfaces that the contract itself defines. Those of others are
 * their consumers' to check. */
#include "core/loader_descriptor.h"

#include <string.h>

#include <signet/ext/draft/approval.h>
#include <signet/ext/draft/discovery.h>
#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>
#include <signet/ext/draft/policy.h>
#include <signet/ext/draft/tenant.h>
#include <signet/signet.h>

#include "core/call.h"
#include "core/text.h"

typedef struct member {
    const char *name;
    size_t offset;
} member_t;

#define MEMBER(type, name)                                                                         \
    {                                                                                              \
#name, offsetof(type, name)                                                                \
    }

static const member_t auth_members[] = {MEMBER(signet_auth_interface_t, authenticate)};

static const member_t ca_members[] = {
    MEMBER(signet_ca_interface_t, issue),   MEMBER(signet_ca_interface_t, revoke),
    MEMBER(signet_ca_interface_t, release), MEMBER(signet_ca_interface_t, authorities),
    MEMBER(signet_ca_interface_t, chain),   MEMBER(signet_ca_interface_t, profiles),
};

static const member_t journal_members[] = {
    MEMBER(signet_journal_interface_t, commit),      MEMBER(signet_journal_interface_t, denied),
    MEMBER(signet_journal_interface_t, query),       MEMBER(signet_journal_interface_t, read),
    MEMBER(signet_journal_interface_t, acknowledge),
};

static const member_t store_members[] = {
    MEMBER(signet_store_interface_t, declare), MEMBER(signet_store_interface_t, commit),
    MEMBER(signet_store_interface_t, get),     MEMBER(signet_store_interface_t, query),
    MEMBER(signet_store_interface_t, count),   MEMBER(signet_store_interface_t, lease),
    MEMBER(signet_store_interface_t, release),
};

static const member_t key_members[] = {
    MEMBER(signet_key_interface_t, generate),
    MEMBER(signet_key_interface_t, find),
    MEMBER(signet_key_interface_t, sign),
};

static const member_t inventory_members[] = {
    MEMBER(signet_inventory_interface_t, get),
    MEMBER(signet_inventory_interface_t, query),
};

static const member_t policy_members[] = {MEMBER(signet_policy_interface_t, decide)};

static const member_t approval_members[] = {
    MEMBER(signet_approval_interface_t, require), MEMBER(signet_approval_interface_t, finish),
    MEMBER(signet_approval_interface_t, get),     MEMBER(signet_approval_interface_t, query),
    MEMBER(signet_approval_interface_t, decide),  MEMBER(signet_approval_interface_t, withdraw),
    MEMBER(signet_approval_interface_t, comment),
};

static const member_t notifier_members[] = {MEMBER(signet_notifier_interface_t, notify)};

static const member_t exporter_members[] = {MEMBER(signet_exporter_interface_t, deliver)};

static const member_t discovery_members[] = {MEMBER(signet_discovery_interface_t, scan)};

static const member_t tenant_members[] = {MEMBER(signet_tenant_interface_t, tenants)};

static const member_t command_members[] = {MEMBER(signet_command_interface_t, commands)};

#define INTERFACE(id, members)                                                                     \
    {                                                                                              \
        id, members, sizeof members / sizeof members[0]                                            \
    }

static const struct {
    const char *id;
    const member_t *members;
    size_t count;
} interfaces[] = {
    INTERFACE(SIGNET_AUTH_INTERFACE, auth_members),
    INTERFACE(SIGNET_CA_INTERFACE, ca_members),
    INTERFACE(SIGNET_JOURNAL_INTERFACE, journal_members),
    INTERFACE(SIGNET_STORE_INTERFACE, store_members),
    INTERFACE(SIGNET_KEY_INTERFACE, key_members),
    INTERFACE(SIGNET_INVENTORY_INTERFACE, inventory_members),
    INTERFACE(SIGNET_COMMAND_INTERFACE, command_members),
    INTERFACE(SIGNET_POLICY_INTERFACE, policy_members),
    INTERFACE(SIGNET_APPROVAL_INTERFACE, approval_members),
    INTERFACE(SIGNET_NOTIFIER_INTERFACE, notifier_members),
    INTERFACE(SIGNET_EXPORTER_INTERFACE, exporter_members),
    INTERFACE(SIGNET_DISCOVERY_INTERFACE, discovery_members),
    INTERFACE(SIGNET_TENANT_INTERFACE, tenant_members),
};

/* 1 where the vtable's size covers the pointer at `offset` and it is not NULL. */
static int has_member(const void *vtable, size_t offset)
{
    uint32_t size = 0;
    void *pointer = NULL;
    memcpy(&size, vtable, sizeof size);
    if (size < offset + sizeof pointer)
        return 0;
    memcpy(&pointer, (const char *)vtable + offset, sizeof pointer);
    return pointer != NULL;
}

int32_t core_loader_check_interface(signet_call_t *call, const char *path,
                                    const signet_provide_t *provide)
{
    for (size_t index = 0; index < sizeof interfaces / sizeof interfaces[0]; index++) {
        if (!core_text_is(provide->interface, interfaces[index].id))
            continue;
        for (size_t at = 0; at < interfaces[index].count; at++) {
            const member_t *member = &interfaces[index].members[at];
            if (!has_member(provide->vtable, member->offset))
                return core_fail(call, SIGNET_ABI_MISMATCH, "plugin.member-missing",
                                 "%s provides %s without its required member %s: install a version "
                                 "of the plugin that has it",
                                 path, interfaces[index].id, member->name);
        }
    }
    return SIGNET_OK;
}
