/* signet.notifier/1. */
#include "conform.h"

#include <signet/ext/draft/notifier.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>
#include <string.h>

#define FIELDS 20

static signet_alert_t plain(void)
{
    return (signet_alert_t){
        .size = sizeof(signet_alert_t),
        .state = SIGNET_ALERT_RAISED,
        .id = SIGNET_TEXT("alert_conformance"),
        .key = SIGNET_TEXT("signet::conformance:thing:1"),
        .rule = SIGNET_TEXT("conformance"),
        .severity = SIGNET_TEXT(SIGNET_SEVERITY_INFO),
        .summary = SIGNET_TEXT("A conformance test: nothing has happened."),
        .source = SIGNET_TEXT("node"),
        .time = signet_now(),
    };
}

static int32_t notify(conform_t *conform, signet_call_t *call, void *context)
{
    const signet_notifier_interface_t *notifier = conform->interface;
    const signet_alert_t *alert = context;
    signet_text_t receipt = {NULL, 0};
    return notifier->notify(conform->self, call, alert, &receipt);
}

static void delivers(conform_t *conform, const char *name, const signet_alert_t *alert)
{
    const signet_notifier_interface_t *notifier = conform->interface;
    signet_text_t receipt = {NULL, 0};
    signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
    int32_t status = notifier->notify(conform->self, call, alert, &receipt);
    const char *fault = conform->flags & SIGNET_CHECK_REACHABLE
                            ? conform_status(conform, call, status, SIGNET_OK)
                            : conform_error(conform, call, status);
    if (!fault && status == SIGNET_OK &&
        (receipt.length > SIGNET_ALERT_MAX_RECEIPT || !signet_text_valid(receipt))) {
        fault = "its receipt is no UTF-8 or has more than 1024 octets";
    }
    conform_case(conform, name, fault);
    signet_check_call_end(call);
}

/* Everything as long as it may be, and nothing that a receiver's format would like. */
static void delivers_large(conform_t *conform)
{
    static const char odd[] = "<a href='x'>\"&\\ %s {{x}} \xc3\xa4\xe2\x82\xac\xf0\x9f\x94\x92 ";
    signet_call_t *memory = signet_check_call(conform->check, "tester", "auditor");
    signet_alert_t alert = plain();
    char *summary = runner_take(memory, SIGNET_ALERT_MAX_SUMMARY + 1);
    char *key = runner_take(memory, SIGNET_ALERT_MAX_KEY + 1);
    signet_pair_t *fields = runner_take(memory, FIELDS * sizeof *fields);
    memset(summary, 'x', SIGNET_ALERT_MAX_SUMMARY);
    memcpy(summary, odd, sizeof odd - 1);
    memset(key, 'k', SIGNET_ALERT_MAX_KEY);
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = (signet_pair_t){.size = sizeof *fields,
                                    .name = signet_format(memory, "field_%d", i),
                                    .value = signet_text(odd)};
    }
    alert.summary = (signet_text_t){summary, SIGNET_ALERT_MAX_SUMMARY};
    alert.key = (signet_text_t){key, SIGNET_ALERT_MAX_KEY};
    alert.description = signet_format(memory, "%s\nsecond line\n\n%s", odd, odd);
    alert.event = SIGNET_TEXT("certificate.revoked");
    alert.object = signet_text(odd);
    alert.actor = signet_text(odd);
    alert.tenant = SIGNET_TEXT("tenant");
    alert.entry = SIGNET_TEXT("node/0000000000000001/0000000000000001");
    alert.url = SIGNET_TEXT("https://signet.example/v1/journal?entry=1&x=%20");
    alert.receipt = SIGNET_TEXT("receipt 1");
    alert.fields = fields;
    alert.field_count = FIELDS;
    delivers(conform, "delivers all that an alert may hold", &alert);
    signet_check_call_end(memory);
}

void conform_notifier(conform_t *conform)
{
    signet_alert_t alert = plain();
    delivers(conform, "delivers an alert", &alert);
    delivers(conform, "delivers it again", &alert);
    alert.state = SIGNET_ALERT_RESOLVED;
    delivers(conform, "says that it is over", &alert);
    alert.state = SIGNET_ALERT_RAISED;
    delivers_large(conform);
    conform_impatience(conform, notify, &alert);
    conform_threads(conform, notify, &alert);
    conform_allocations(conform, notify, &alert);
}
