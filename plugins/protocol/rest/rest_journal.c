/* GET /v1/journal. */
#include <signet/sdk/record.h>

#include "rest.h"
#include "rest_input.h"

static int32_t read_query(signet_call_t *call, const signet_request_t *request,
                          signet_journal_query_t *query)
{
    static const char *const names[] = {"event", "object", "actor", "from",
                                        "to",    "order",  "limit", "cursor"};
    query->event = signet_http_query(request, "event");
    query->object = signet_http_query(request, "object");
    query->actor = signet_http_query(request, "actor");
    query->cursor = signet_http_query(request, "cursor");
    int32_t status = signet_http_query_only(call, request, names, sizeof names / sizeof names[0]);
    if (status == SIGNET_OK)
        status = rest_query_moment(call, request, "from", &query->from);
    if (status == SIGNET_OK)
        status = rest_query_moment(call, request, "to", &query->to);
    if (status == SIGNET_OK)
        status = rest_query_order(call, request, &query->descending);
    return status == SIGNET_OK ? signet_http_query_limit(call, request, &query->limit) : status;
}

static void write_entry(signet_json_writer_t *writer, const signet_journal_entry_t *entry)
{
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "key", entry->key);
    signet_json_time(writer, "time", entry->time);
    signet_json_text(writer, "event", entry->event);
    signet_json_text(writer, "object", entry->object);
    signet_json_text(writer, "actor", entry->actor);
    signet_json_text(writer, "trace", entry->trace);
    signet_json_boolean(writer, "sealed", entry->sealed == 1);
    signet_json_raw(writer, "entry", entry->body);
    signet_json_end_object(writer);
}

int32_t rest_list_journal(void *instance, signet_call_t *call, const signet_request_t *request,
                          signet_exchange_t *exchange)
{
    const rest_t *rest = instance;
    signet_journal_query_t query = {.size = sizeof query};
    int32_t status = read_query(call, request, &query);
    if (status != SIGNET_OK)
        return status;
    signet_journal_t journal;
    const signet_journal_page_t *page = NULL;
    status = signet_journal(call, rest->journal, &journal);
    if (status == SIGNET_OK)
        status = journal.interface->query(journal.instance, call, &query, &page);
    if (status != SIGNET_OK)
        return status;
    signet_json_writer_t writer = signet_json_writer(call, 64 + page->count * 1024);
    signet_json_begin_object(&writer, NULL);
    signet_json_begin_array(&writer, "entries");
    for (uint64_t i = 0; i < page->count; i++)
        write_entry(&writer, page->entries[i]);
    signet_json_end_array(&writer);
    if (page->cursor.length > 0)
        signet_json_text(&writer, "next", page->cursor);
    signet_json_end_object(&writer);
    return signet_http_answer_json(call, exchange, 200, &writer, (signet_text_t){NULL, 0});
}
