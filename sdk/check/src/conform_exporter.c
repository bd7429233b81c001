/* signet.exporter/1. */
#include "conform.h"

#include <signet/ext/draft/exporter.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/record.h>

/* A batch of `count` entries as the journal writes them. */
static signet_export_batch_t *make_batch(signet_call_t *memory, uint64_t count, const char *object)
{
    signet_export_batch_t *batch = runner_take(memory, sizeof *batch);
    const signet_journal_entry_t **list = runner_take(memory, count * sizeof *list);
    for (uint64_t i = 0; i < count; i++) {
        signet_journal_entry_t *entry = runner_take(memory, sizeof *entry);
        *entry = (signet_journal_entry_t){
            .size = sizeof *entry,
            .sealed = 1,
            .key = signet_format(memory, "node/%016x/%016llx", 1U, (unsigned long long)i),
            .time = signet_now(),
            .event = SIGNET_TEXT("thing.made"),
            .object = signet_text(object),
            .actor = SIGNET_TEXT("tester"),
            .trace = SIGNET_TEXT("0123456789abcdef0123456789abcdef"),
            .body =
                signet_format(memory,
                              "{\"time\":\"2026-11-24T08:02:46Z\",\"node\":\"node\",\"epoch\":1,"
                              "\"sequence\":%llu,\"event\":\"thing.made\",\"fields\":"
                              "{\"name\":\"\\r\\n\\u001b \xc3\xa4 |=\\\"\"}}",
                              (unsigned long long)i)};
        list[i] = entry;
    }
    *batch = (signet_export_batch_t){
        .size = sizeof *batch,
        .id = signet_format(memory, "conformance-%llu", (unsigned long long)count),
        .entries = list,
        .count = count};
    return batch;
}

static int32_t deliver(conform_t *conform, signet_call_t *call, void *context)
{
    const signet_exporter_interface_t *exporter = conform->interface;
    uint64_t accepted = 0;
    return exporter->deliver(conform->self, call, context, &accepted);
}

static void delivers(conform_t *conform, const char *name, const signet_export_batch_t *batch)
{
    const signet_exporter_interface_t *exporter = conform->interface;
    uint64_t accepted = 0;
    signet_call_t *call = signet_check_call(conform->check, "tester", "auditor");
    int32_t status = exporter->deliver(conform->self, call, batch, &accepted);
    const char *fault = conform->flags & SIGNET_CHECK_REACHABLE
                            ? conform_status(conform, call, status, SIGNET_OK)
                            : conform_error(conform, call, status);
    if (!fault && accepted > batch->count) {
        fault = "it says that it accepted more entries than the batch has";
    }
    conform_case(conform, name, fault);
    signet_check_call_end(call);
}

void conform_exporter(conform_t *conform)
{
    signet_call_t *memory = signet_check_call(conform->check, "tester", "auditor");
    signet_export_batch_t *one = make_batch(memory, 1, "thing:\r\n\x1b[2J|=\"");
    delivers(conform, "delivers an entry", one);
    delivers(conform, "delivers it again", one);
    delivers(conform, "delivers a batch of the largest size",
             make_batch(memory, SIGNET_EXPORT_MAX_ENTRIES, "thing:1"));
    conform_impatience(conform, deliver, one);
    conform_threads(conform, deliver, one);
    conform_allocations(conform, deliver, one);
    signet_check_call_end(memory);
}
