/* A journal that writes the event and object of each entry into a file, a line each. */
#include "mock.h"

#include <stdio.h>
#include <string.h>

typedef struct journal {
    FILE *file;
} journal_t;

static int32_t commit(void *instance, signet_call_t *call, const signet_change_t *changes,
                      uint64_t count, const signet_entry_t *entry)
{
    journal_t *journal = instance;
    signet_text_t actor = call->services->actor(call)->id;
    (void)changes;
    (void)count;
    fprintf(journal->file, "%.*s %.*s by %.*s, %u fields\n", (int)entry->event.length,
            entry->event.data, (int)entry->object.length, entry->object.data, (int)actor.length,
            actor.data, (unsigned)entry->field_count);
    return fflush(journal->file) == 0 ? SIGNET_OK : SIGNET_FULL;
}

static void denied(void *instance, signet_call_t *call, signet_text_t source,
                   const signet_entry_t *entry)
{
    (void)instance;
    (void)call;
    (void)source;
    (void)entry;
}

static int32_t query(void *instance, signet_call_t *call, const signet_journal_query_t *asked,
                     const signet_journal_page_t **page)
{
    (void)instance;
    (void)asked;
    (void)page;
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("the mock finds nothing"));
}

static int32_t read_entries(void *instance, signet_call_t *call, signet_text_t consumer,
                            uint64_t limit, const signet_journal_page_t **page)
{
    (void)instance;
    (void)consumer;
    (void)limit;
    (void)page;
    return mock_fail(call, SIGNET_UNSUPPORTED, SIGNET_TEXT("the mock delivers nothing"));
}

static int32_t acknowledge(void *instance, signet_call_t *call, signet_text_t consumer,
                           signet_text_t position)
{
    (void)instance;
    (void)call;
    (void)consumer;
    (void)position;
    return SIGNET_OK;
}

static const signet_journal_interface_t interface = {.size = sizeof(signet_journal_interface_t),
                                                     .commit = commit,
                                                     .denied = denied,
                                                     .query = query,
                                                     .read = read_entries,
                                                     .acknowledge = acknowledge};

static int32_t open_instance(const signet_host_t *host, signet_call_t *call, void **instance)
{
    char path[4096];
    signet_text_t setting = host->settings->members[0].text;
    journal_t *journal = setting.length < sizeof path ? calloc(1, sizeof *journal) : NULL;
    if (!journal)
        return mock_fail(call, SIGNET_NO_MEMORY, SIGNET_TEXT("the mock has no memory"));
    *instance = journal;
    memcpy(path, setting.data, setting.length);
    path[setting.length] = '\0';
    journal->file = fopen(path, "ae");
    return journal->file ? SIGNET_OK
                         : mock_fail(call, SIGNET_INVALID, SIGNET_TEXT("the mock has no file"));
}

static void close_instance(void *instance)
{
    journal_t *journal = instance;
    if (journal->file)
        fclose(journal->file);
    free(journal);
}

static const signet_option_t options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN,
     .name = SIGNET_TEXT_INIT("trace"),
     .help = SIGNET_TEXT_INIT("File that gets a line for each entry.")},
};

static const signet_provide_t provides[] = {
    {sizeof(signet_provide_t), 0, SIGNET_TEXT_INIT(SIGNET_JOURNAL_INTERFACE), &interface},
};

static const signet_plugin_t plugin = {
    MOCK_SOUND("mock-journal"), .options = options,    .option_count = 1,      .provides = provides,
    .provide_count = 1,         .open = open_instance, .close = close_instance};

MOCK_ENTRY(plugin)
