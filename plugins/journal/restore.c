#include "backup.h"
#include "copying.h"
#include "journal.h"

#include <errno.h>
#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT ((uint64_t)16 * 1024 * 1024)

typedef struct restore {
    signet_text_t folder;
    int replace;
    int keys;
    uint64_t written; /* files that were put in place */
    journal_manifest_t manifest;
    journal_mark_t head; /* of the deployment that is there */
} restore_t;

static int32_t fail_altered(signet_call_t *call, signet_text_t path)
{
    return signet_fail(call, SIGNET_CORRUPT, "backup.altered",
                       "%.*s is not what was backed up: it was altered or is damaged. Use another "
                       "backup.",
                       SIGNET_FORMAT(path));
}

static int32_t check_file(signet_call_t *call, signet_text_t path, uint64_t length,
                          const uint8_t digest[JOURNAL_DIGEST])
{
    uint64_t found = 0;
    uint8_t got[JOURNAL_DIGEST] = {0};
    int32_t status = journal_digest_file(call, path, &found, got);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        return fail_altered(call, path);
    }
    if (status != SIGNET_OK)
        return status;
    return found == length && memcmp(got, digest, JOURNAL_DIGEST) == 0 ? SIGNET_OK
                                                                       : fail_altered(call, path);
}

static int32_t check_backup(const restore_t *restore, signet_call_t *call)
{
    const journal_manifest_t *manifest = &restore->manifest;
    int32_t status = check_file(
        call, signet_format(call, "%.*s/" JOURNAL_BACKUP_STORE, SIGNET_FORMAT(restore->folder)),
        manifest->store_length, manifest->store_digest);
    for (uint64_t i = 0; status == SIGNET_OK && i < manifest->file_count; i++)
        status =
            check_file(call, journal_manifest_stored(call, restore->folder, &manifest->files[i]),
                       manifest->files[i].length, manifest->files[i].digest);
    return status;
}

/* --- files ------------------------------------------------------------------------------- */

/* Where a file of the backup belongs in this deployment; empty where nothing names it, or where it
 * is not to be restored. */
static signet_text_t place_of(const restore_t *restore, signet_call_t *call,
                              const signet_command_input_t *input,
                              const journal_backup_file_t *file)
{
    for (uint64_t i = 0; i < input->kept_count; i++) {
        const signet_kept_path_t *kept = SIGNET_AT(signet_kept_path_t, input->kept, i);
        if (kept->kind != file->kind || !signet_text_equal(kept->option, file->option) ||
            kept->kind == SIGNET_KEPT_CONFIGURATION ||
            (kept->kind == SIGNET_KEPT_KEYS && !restore->keys))
            continue;
        return file->relative.length == 0
                   ? kept->path
                   : signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(kept->path),
                                   SIGNET_FORMAT(file->relative));
    }
    return (signet_text_t){NULL, 0};
}

/* Before anything is changed: nothing that is there and differs is written over unasked. */
static int32_t check_place(const restore_t *restore, signet_call_t *call,
                           const signet_command_input_t *input, const journal_backup_file_t *file)
{
    struct stat about;
    uint64_t length = 0;
    uint8_t digest[JOURNAL_DIGEST] = {0};
    signet_text_t place = place_of(restore, call, input, file);
    const char *name = signet_text_string(call, place);
    if (!name)
        return signet_status(call);
    if (place.length == 0 || restore->replace || lstat(name, &about) != 0)
        return SIGNET_OK;
    int32_t status = journal_digest_file(call, place, &length, digest);
    if (status != SIGNET_OK)
        return status;
    return length == file->length && memcmp(digest, file->digest, JOURNAL_DIGEST) == 0
               ? SIGNET_OK
               : signet_fail(call, SIGNET_EXISTS, "backup.file-exists",
                             "%s is there and is another file than in the backup: move it away, or "
                             "use --replace.",
                             name);
}

static int32_t put_file(restore_t *restore, signet_call_t *call,
                        const signet_command_input_t *input, const journal_backup_file_t *file)
{
    signet_bytes_t content;
    signet_text_t place = place_of(restore, call, input, file);
    if (place.length == 0)
        return SIGNET_OK;
    int32_t status = signet_file_read(call, journal_manifest_stored(call, restore->folder, file),
                                      FILE_LIMIT, &content);
    if (status == SIGNET_OK)
        status = journal_make_folders(call, place);
    if (status == SIGNET_OK)
        status = signet_file_write(call, place, content, file->mode);
    restore->written += status == SIGNET_OK;
    return status;
}

static int32_t each_file(restore_t *restore, signet_call_t *call,
                         const signet_command_input_t *input, int put)
{
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < restore->manifest.file_count; i++) {
        const journal_backup_file_t *file = &restore->manifest.files[i];
        signet_call_t *child = call->services->child(call);
        if (!child)
            return signet_status(call);
        status =
            put ? put_file(restore, child, input, file) : check_place(restore, child, input, file);
        status = signet_child_end(call, child, status);
    }
    return status;
}

/* --- the store --------------------------------------------------------------------------- */

/* Leaves word for the next start that a backup was restored, together with what is known of how
 * far this node had come. Before the store is there: rather too often than not at all. */
static int32_t mark_restored(const journal_t *journal, signet_call_t *call, restore_t *restore)
{
    signet_text_t path;
    signet_text_t node = journal->host->node;
    journal_mark_t mark = restore->head;
    int32_t status = journal_head_path(journal, call, &path);
    if (status != SIGNET_OK)
        return status;
    if (path.length == 0)
        return signet_fail(call, SIGNET_UNSUPPORTED, "backup.head-file",
                           "There is no place for the journal's head file: set its option "
                           "head_file.");
    memset(mark.node, 0, sizeof(mark.node));
    memcpy(mark.node, node.data, node.length);
    for (uint64_t i = 0; i < restore->manifest.head_count; i++) {
        const journal_head_t *head = &restore->manifest.heads[i];
        if (signet_text_equal(head->node, node) && head->index > mark.seal)
            mark.seal = head->index;
    }
    mark.restored = 1;
    return journal_head_replace(call, path, &mark);
}

static int32_t load_head(const journal_t *journal, signet_call_t *call, restore_t *restore)
{
    signet_text_t path;
    int32_t status = journal_head_path(journal, call, &path);
    if (status == SIGNET_OK && path.length > 0)
        status = journal_head_read(call, path, &restore->head);
    return status;
}

static int32_t take_store(const journal_t *journal, signet_call_t *call,
                          const signet_command_input_t *input, restore_t *restore,
                          signet_text_t *kept)
{
    journal_backup_store_t store = {NULL, NULL, NULL};
    journal_manifest_t found = {.head_count = 0};
    signet_text_t staged = {NULL, 0};
    int32_t status = journal_backup_store(journal, call, &store);
    if (status != SIGNET_OK || !store.backup)
        return status;
    status = store.backup->stage(
        store.instance, call,
        signet_format(call, "%.*s/" JOURNAL_BACKUP_STORE, SIGNET_FORMAT(restore->folder)),
        (uint32_t)restore->replace, &staged);
    if (status != SIGNET_OK)
        return status;
    status = journal_backup_verify(call, &store, staged, &restore->manifest, &found, input->output);
    if (status == SIGNET_OK)
        status = each_file(restore, call, input, 1);
    if (status == SIGNET_OK)
        status = mark_restored(journal, call, restore);
    if (status == SIGNET_OK)
        status = store.backup->adopt(store.instance, call, kept);
    if (status != SIGNET_OK)
        store.backup->abandon(store.instance);
    return status;
}

/* --- the command ------------------------------------------------------------------------- */

static int32_t show(const journal_t *journal, signet_call_t *call,
                    const signet_command_input_t *input, const restore_t *restore,
                    signet_text_t kept)
{
    static const signet_column_t columns[] = {
        {.size = sizeof(signet_column_t),
         .name = SIGNET_TEXT_INIT("made"),
         .title = SIGNET_TEXT_INIT("Backup made")},
        {.size = sizeof(signet_column_t),
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("seal"),
         .title = SIGNET_TEXT_INIT("Ends at seal")},
        {.size = sizeof(signet_column_t),
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("known_seal"),
         .title = SIGNET_TEXT_INIT("The node was at seal")},
        {.size = sizeof(signet_column_t),
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("files"),
         .title = SIGNET_TEXT_INIT("Files put in place")},
        {.size = sizeof(signet_column_t),
         .name = SIGNET_TEXT_INIT("kept"),
         .title = SIGNET_TEXT_INIT("What was there is kept as")},
    };
    signet_output_t *output = input->output;
    uint64_t seal = 0;
    for (uint64_t i = 0; i < restore->manifest.head_count; i++)
        if (signet_text_equal(restore->manifest.heads[i].node, journal->host->node))
            seal = restore->manifest.heads[i].index;
    uint64_t known =
        signet_text_is(journal->host->node, restore->head.node) ? restore->head.seal : 0;
    const signet_text_t values[] = {
        signet_time_text(call, restore->manifest.time), signet_format(call, "%" PRIu64, seal),
        known ? signet_format(call, "%" PRIu64, known) : (signet_text_t){NULL, 0},
        signet_format(call, "%" PRIu64, restore->written), kept};
    int32_t status = SIGNET_OK;
    for (size_t i = 0; status == SIGNET_OK && i < sizeof(columns) / sizeof(columns[0]); i++)
        if (values[i].length > 0)
            status = output->services->value(output, call, &columns[i], values[i]);
    if (status == SIGNET_OK)
        status = output->services->note(
            output, call,
            SIGNET_TEXT(
                "What happened after the backup was made is not in it. The node starts, "
                "answers and revokes, and signs nothing until an administrator says: signet "
                "journal acknowledge --reason …"));
    return status;
}

int32_t journal_restore_run(void *instance, signet_call_t *call,
                            const signet_command_input_t *input)
{
    const journal_t *journal = instance;
    signet_text_t kept = {NULL, 0};
    restore_t restore = {.folder = signet_setting_text(input->options, "folder"),
                         .replace = signet_setting_integer(input->options, "replace", 0) != 0,
                         .keys = signet_setting_integer(input->options, "keys", 0) != 0};
    int32_t status = journal_manifest_read(call, restore.folder, &restore.manifest);
    if (status == SIGNET_OK)
        status = check_backup(&restore, call);
    if (status == SIGNET_OK)
        status = each_file(&restore, call, input, 0);
    if (status == SIGNET_OK)
        status = load_head(journal, call, &restore);
    if (status == SIGNET_OK)
        status = take_store(journal, call, input, &restore, &kept);
    return status == SIGNET_OK ? show(journal, call, input, &restore, kept) : status;
}
