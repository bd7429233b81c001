/* What goes over the socket of an isolated instance arrives as it was, member by member. */
#include "sdk_test.h"

#include "caller.h"
#include "discovery_codec.h"
#include "exporter_codec.h"
#include "notifier_codec.h"
#include "server.h"

#include <signet/sdk/error.h>
#include <signet/sdk/record.h>

/* What was written, to be read. */
static remote_reader_t reader_of(const remote_writer_t *writer)
{
    ck_assert(!writer->failed);
    return remote_reader((signet_bytes_t){writer->data, writer->length});
}

static void expect_pairs(const signet_pair_t *pairs, uint64_t count)
{
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(pairs[1].size, sizeof(signet_pair_t));
    expect_text(pairs[0].name, "a");
    expect_text(pairs[0].value, "1");
    expect_text(pairs[1].name, "b");
    expect_text(pairs[1].value, "");
}

START_TEST(alerts_arrive)
{
    const signet_pair_t fields[] = {signet_pair("a", SIGNET_TEXT("1")),
                                    signet_pair("b", SIGNET_TEXT(""))};
    const signet_alert_t alert = {.size = sizeof alert,
                                  .state = SIGNET_ALERT_RESOLVED,
                                  .id = SIGNET_TEXT("id"),
                                  .key = SIGNET_TEXT("key"),
                                  .rule = SIGNET_TEXT("rule"),
                                  .severity = SIGNET_TEXT("info"),
                                  .summary = SIGNET_TEXT("summary"),
                                  .description = SIGNET_TEXT("one\ntwo"),
                                  .source = SIGNET_TEXT("node"),
                                  .time = -5,
                                  .event = SIGNET_TEXT("event"),
                                  .object = SIGNET_TEXT("object"),
                                  .actor = SIGNET_TEXT("actor"),
                                  .tenant = SIGNET_TEXT("tenant"),
                                  .entry = SIGNET_TEXT("entry"),
                                  .url = SIGNET_TEXT("https://example/"),
                                  .fields = fields,
                                  .field_count = 2,
                                  .receipt = SIGNET_TEXT("receipt")};
    remote_writer_t writer = {.data = NULL};
    signet_alert_t read;
    remote_write_alert(&writer, &alert);
    remote_reader_t reader = reader_of(&writer);
    remote_read_alert(&reader, call, &read);
    ck_assert(remote_reader_done(&reader));
    ck_assert_uint_eq(read.size, sizeof read);
    ck_assert_uint_eq(read.state, SIGNET_ALERT_RESOLVED);
    ck_assert_int_eq(read.time, -5);
    expect_text(read.id, "id");
    expect_text(read.key, "key");
    expect_text(read.rule, "rule");
    expect_text(read.severity, "info");
    expect_text(read.summary, "summary");
    expect_text(read.description, "one\ntwo");
    expect_text(read.source, "node");
    expect_text(read.event, "event");
    expect_text(read.object, "object");
    expect_text(read.actor, "actor");
    expect_text(read.tenant, "tenant");
    expect_text(read.entry, "entry");
    expect_text(read.url, "https://example/");
    expect_text(read.receipt, "receipt");
    expect_pairs(read.fields, read.field_count);
    remote_writer_free(&writer);
}
END_TEST

static const signet_journal_entry_t entries[] = {
    {.size = sizeof(signet_journal_entry_t),
     .sealed = 1,
     .key = SIGNET_TEXT_INIT("n/1/2"),
     .time = 77,
     .event = SIGNET_TEXT_INIT("event"),
     .object = SIGNET_TEXT_INIT("object"),
     .actor = SIGNET_TEXT_INIT("actor"),
     .tenant = SIGNET_TEXT_INIT("tenant"),
     .trace = SIGNET_TEXT_INIT("trace"),
     .body = SIGNET_TEXT_INIT("{}")},
    {.size = sizeof(signet_journal_entry_t), .key = SIGNET_TEXT_INIT("n/1/3")},
};
static const signet_journal_entry_t *const pointers[] = {&entries[0], &entries[1]};
static const signet_export_batch_t batch = {
    .size = sizeof batch, .id = SIGNET_TEXT_INIT("batch"), .entries = pointers, .count = 2};

START_TEST(batches_arrive)
{
    remote_writer_t writer = {.data = NULL};
    signet_export_batch_t read;
    remote_write_batch(&writer, &batch);
    remote_reader_t reader = reader_of(&writer);
    remote_read_batch(&reader, call, &read);
    ck_assert(remote_reader_done(&reader));
    expect_text(read.id, "batch");
    ck_assert_uint_eq(read.count, 2);
    ck_assert_uint_eq(read.entries[0]->size, sizeof(signet_journal_entry_t));
    ck_assert_uint_eq(read.entries[0]->sealed, 1);
    ck_assert_int_eq(read.entries[0]->time, 77);
    expect_text(read.entries[0]->key, "n/1/2");
    expect_text(read.entries[0]->event, "event");
    expect_text(read.entries[0]->object, "object");
    expect_text(read.entries[0]->actor, "actor");
    expect_text(read.entries[0]->tenant, "tenant");
    expect_text(read.entries[0]->trace, "trace");
    expect_text(read.entries[0]->body, "{}");
    ck_assert_uint_eq(read.entries[1]->sealed, 0);
    expect_text(read.entries[1]->key, "n/1/3");
    remote_writer_free(&writer);
}
END_TEST

static int32_t refuse_second(void *instance, signet_call_t *own, const signet_export_batch_t *taken,
                             uint64_t *accepted)
{
    ck_assert_ptr_eq(instance, &batch);
    expect_text(taken->entries[1]->key, "n/1/3");
    *accepted = 1;
    return signet_fail(own, SIGNET_TOO_LARGE, "test.refused", "the second is too large");
}

/* What was taken before a failure is told with it. */
START_TEST(failures_say_what_was_taken)
{
    const signet_exporter_interface_t exporter = {.size = sizeof exporter,
                                                  .deliver = refuse_second};
    const signet_remote_target_t target = {
        .size = sizeof target, .vtable = &exporter, .instance = (void *)(uintptr_t)&batch};
    remote_writer_t request = {.data = NULL};
    remote_writer_t reply = {.data = NULL};
    signet_error_t error;
    remote_write_batch(&request, &batch);
    remote_reader_t reader = reader_of(&request);
    const remote_service_t service = {.target = &target,
                                      .call = call,
                                      .function = EXPORTER_DELIVER,
                                      .request = &reader,
                                      .reply = &reply};
    ck_assert_int_eq(remote_serve_exporter(&service), SIGNET_OK);
    remote_reader_t answer = reader_of(&reply);
    ck_assert_uint_eq(remote_read_u64(&answer), 1);
    ck_assert_uint_eq(remote_read_u8(&answer), 1);
    ck_assert(remote_read_error(&answer, &error));
    ck_assert_int_eq(error.status, SIGNET_TOO_LARGE);
    expect_text(error.reason, "test.refused");
    remote_writer_free(&request);
    remote_writer_free(&reply);
}
END_TEST

START_TEST(pages_arrive)
{
    static const uint8_t der[] = {0x30, 0};
    const signet_pair_t fields[] = {signet_pair("a", SIGNET_TEXT("1")),
                                    signet_pair("b", SIGNET_TEXT(""))};
    const signet_found_t found = {.size = sizeof found,
                                  .der = {der, sizeof der},
                                  .place = SIGNET_TEXT("file:/a"),
                                  .fields = fields,
                                  .field_count = 2};
    const signet_discovery_fault_t fault = {.size = sizeof fault,
                                            .place = SIGNET_TEXT("file:/b"),
                                            .reason = SIGNET_TEXT("files.unreadable"),
                                            .message = SIGNET_TEXT("chmod it")};
    const signet_found_t *const founds[] = {&found};
    const signet_discovery_fault_t *const faults[] = {&fault};
    const signet_discovery_page_t page = {.size = sizeof page,
                                          .found = founds,
                                          .count = 1,
                                          .faults = faults,
                                          .fault_count = 1,
                                          .cursor = SIGNET_TEXT("on")};
    remote_writer_t writer = {.data = NULL};
    remote_write_page(&writer, &page);
    remote_reader_t reader = reader_of(&writer);
    const signet_discovery_page_t *read = remote_read_page(&reader, call);
    ck_assert(remote_reader_done(&reader));
    ck_assert_ptr_nonnull(read);
    ck_assert_uint_eq(read->count, 1);
    ck_assert_uint_eq(read->found[0]->der.length, sizeof der);
    ck_assert_mem_eq(read->found[0]->der.data, der, sizeof der);
    expect_text(read->found[0]->place, "file:/a");
    expect_pairs(read->found[0]->fields, read->found[0]->field_count);
    ck_assert_uint_eq(read->fault_count, 1);
    expect_text(read->faults[0]->place, "file:/b");
    expect_text(read->faults[0]->reason, "files.unreadable");
    expect_text(read->faults[0]->message, "chmod it");
    expect_text(read->cursor, "on");
    /* Cut off anywhere it is no page. */
    for (uint64_t length = 0; length < writer.length; length++) {
        remote_reader_t cut = remote_reader((signet_bytes_t){writer.data, length});
        ck_assert_ptr_null(remote_read_page(&cut, call));
    }
    remote_writer_free(&writer);
}
END_TEST

SDK_RUN("remote", alerts_arrive, batches_arrive, failures_say_what_was_taken, pages_arrive)
