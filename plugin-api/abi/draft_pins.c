/* The gate on the interfaces that may become stable as they are: as pins.c, for headers under
 * ext/draft/. */
#include <signet/ext/draft/discovery.h>
#include <signet/ext/draft/exporter.h>
#include <signet/ext/draft/notifier.h>

#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), #type " changed its size")
#define MEMBER(type, member, offset)                                                               \
    _Static_assert(offsetof(struct type, member) == (offset), #type "." #member " moved")
#define NUMBER(name, value) _Static_assert((name) == (value), #name " changed")
#define STRING(name, value)                                                                        \
    _Static_assert(sizeof(name) == sizeof(value) &&                                                \
                       __builtin_memcmp(name, value, sizeof(value)) == 0,                          \
                   #name " changed")

/* notifier.h */
STRING(SIGNET_NOTIFIER_INTERFACE, "signet.notifier/1");
NUMBER(SIGNET_ALERT_RAISED, 1U);
NUMBER(SIGNET_ALERT_RESOLVED, 2U);
STRING(SIGNET_SEVERITY_CRITICAL, "critical");
STRING(SIGNET_SEVERITY_ERROR, "error");
STRING(SIGNET_SEVERITY_WARNING, "warning");
STRING(SIGNET_SEVERITY_INFO, "info");
NUMBER(SIGNET_ALERT_MAX_ID, 128U);
NUMBER(SIGNET_ALERT_MAX_KEY, 255U);
NUMBER(SIGNET_ALERT_MAX_SUMMARY, 1024U);
NUMBER(SIGNET_ALERT_MAX_RECEIPT, 1024U);
/* notifier.h: signet_alert */
SIZE(signet_alert, 256);
MEMBER(signet_alert, size, 0);
MEMBER(signet_alert, state, 4);
MEMBER(signet_alert, id, 8);
MEMBER(signet_alert, key, 24);
MEMBER(signet_alert, rule, 40);
MEMBER(signet_alert, severity, 56);
MEMBER(signet_alert, summary, 72);
MEMBER(signet_alert, description, 88);
MEMBER(signet_alert, source, 104);
MEMBER(signet_alert, time, 120);
MEMBER(signet_alert, event, 128);
MEMBER(signet_alert, object, 144);
MEMBER(signet_alert, actor, 160);
MEMBER(signet_alert, tenant, 176);
MEMBER(signet_alert, entry, 192);
MEMBER(signet_alert, url, 208);
MEMBER(signet_alert, fields, 224);
MEMBER(signet_alert, field_count, 232);
MEMBER(signet_alert, receipt, 240);
/* notifier.h: signet_notifier_interface */
SIZE(signet_notifier_interface, 16);
MEMBER(signet_notifier_interface, size, 0);
MEMBER(signet_notifier_interface, reserved, 4);
MEMBER(signet_notifier_interface, notify, 8);
/* exporter.h */
STRING(SIGNET_EXPORTER_INTERFACE, "signet.exporter/1");
NUMBER(SIGNET_EXPORT_MAX_ENTRIES, 1000U);
NUMBER(SIGNET_EXPORT_MAX_OCTETS, 1048576U);
/* exporter.h: signet_export_batch */
SIZE(signet_export_batch, 40);
MEMBER(signet_export_batch, size, 0);
MEMBER(signet_export_batch, reserved, 4);
MEMBER(signet_export_batch, id, 8);
MEMBER(signet_export_batch, entries, 24);
MEMBER(signet_export_batch, count, 32);
/* exporter.h: signet_exporter_interface */
SIZE(signet_exporter_interface, 16);
MEMBER(signet_exporter_interface, size, 0);
MEMBER(signet_exporter_interface, reserved, 4);
MEMBER(signet_exporter_interface, deliver, 8);
/* discovery.h */
STRING(SIGNET_DISCOVERY_INTERFACE, "signet.discovery/1");
NUMBER(SIGNET_DISCOVERY_MAX_PAGE, 1000U);
/* discovery.h: signet_discovery_fault */
SIZE(signet_discovery_fault, 56);
MEMBER(signet_discovery_fault, size, 0);
MEMBER(signet_discovery_fault, reserved, 4);
MEMBER(signet_discovery_fault, place, 8);
MEMBER(signet_discovery_fault, reason, 24);
MEMBER(signet_discovery_fault, message, 40);
/* discovery.h: signet_discovery_page */
SIZE(signet_discovery_page, 56);
MEMBER(signet_discovery_page, size, 0);
MEMBER(signet_discovery_page, reserved, 4);
MEMBER(signet_discovery_page, found, 8);
MEMBER(signet_discovery_page, count, 16);
MEMBER(signet_discovery_page, faults, 24);
MEMBER(signet_discovery_page, fault_count, 32);
MEMBER(signet_discovery_page, cursor, 40);
/* discovery.h: signet_discovery_interface */
SIZE(signet_discovery_interface, 16);
MEMBER(signet_discovery_interface, size, 0);
MEMBER(signet_discovery_interface, reserved, 4);
MEMBER(signet_discovery_interface, scan, 8);

void signet_abi_draft_signatures(void);

static void pin_signet_notifier_interface(const struct signet_notifier_interface *object)
{
    int32_t (*notify)(void *instance, signet_call_t *call, const signet_alert_t *alert,
                      signet_text_t *receipt) = object->notify;
    (void)notify;
}

static void pin_signet_exporter_interface(const struct signet_exporter_interface *object)
{
    int32_t (*deliver)(void *instance, signet_call_t *call, const signet_export_batch_t *batch,
                       uint64_t *accepted) = object->deliver;
    (void)deliver;
}

static void pin_signet_discovery_interface(const struct signet_discovery_interface *object)
{
    int32_t (*scan)(void *instance, signet_call_t *call, signet_text_t cursor, uint64_t limit,
                    const signet_discovery_page_t **page) = object->scan;
    (void)scan;
}

void signet_abi_draft_signatures(void)
{
    (void)pin_signet_notifier_interface;
    (void)pin_signet_exporter_interface;
    (void)pin_signet_discovery_interface;
}
