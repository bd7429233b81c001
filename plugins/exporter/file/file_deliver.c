/* signet.exporter/1: each entry is one line, the very octets that the journal sealed. */
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

#include "file.h"

/* The stored octets are one JSON object without line breaks; anything else would be no line. */
static int32_t add_line(signet_call_t *call, signet_buffer_t *lines,
                        const signet_journal_entry_t *entry)
{
    if (entry->body.length == 0 ||
        memchr(entry->body.data, '\n', (size_t)entry->body.length) != NULL) {
        return signet_fail(call, SIGNET_INVALID, "file.entry",
                           "The entry %.*s is not one line of JSON, so it cannot be exported.",
                           SIGNET_FORMAT(entry->key));
    }
    signet_buffer_add_text(lines, entry->body);
    signet_buffer_add_byte(lines, '\n');
    return SIGNET_OK;
}

static int32_t deliver(signet_call_t *call, file_t *file, const signet_export_batch_t *batch)
{
    signet_bytes_t octets = {NULL, 0};
    signet_buffer_t lines = signet_buffer(call, 4096);
    int32_t status = file_open(call, file);
    for (uint64_t i = 0; i < batch->count && status == SIGNET_OK; i++) {
        status = add_line(call, &lines, batch->entries[i]);
    }
    if (status == SIGNET_OK) {
        status = signet_buffer_bytes(&lines, &octets);
    }
    if (status == SIGNET_OK && file->length > 0 &&
        (int64_t)octets.length > file->rotate_size - file->length) {
        status = file_rotate(call, file);
    }
    return status == SIGNET_OK ? file_append(call, file, octets) : status;
}

int32_t file_deliver(void *instance, signet_call_t *call, const signet_export_batch_t *batch,
                     uint64_t *accepted)
{
    file_t *file = instance;
    (void)accepted; /* all of a batch or nothing */
    pthread_mutex_lock(&file->lock);
    int32_t status = deliver(call, file, batch);
    pthread_mutex_unlock(&file->lock);
    return status;
}
