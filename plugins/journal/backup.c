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

int32_t journal_backup_store(const journal_t *journal, signet_call_t *call,
                             journal_backup_store_t *store)
{
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_STORE_INTERFACE), journal->store);
    if (!provider)
        return signet_status(call);
    const signet_provider_t *backup =
        call->services->find(call, SIGNET_TEXT(SIGNET_BACKUP_INTERFACE), provider->name);
    if (!backup) {
        call->services->clear(call);
        return signet_fail(call, SIGNET_UNSUPPORTED, "backup.store",
                           "The store \"%.*s\" is not kept in files of its own: back it up by the "
                           "means of its database.",
                           SIGNET_FORMAT(provider->name));
    }
    *store = (journal_backup_store_t){backup->interface, provider->interface, backup->instance};
    return SIGNET_OK;
}

/* --- verifying --------------------------------------------------------------------------- */

/* Takes each node's last seal. */
static int32_t take_head(void *context, signet_call_t *call, const journal_verdict_t *verdict)
{
    journal_head_t head = {.index = verdict->index};
    memcpy(head.digest, verdict->digest, JOURNAL_DIGEST);
    head.node = signet_text_copy(call, signet_text(verdict->node));
    return head.node.data ? journal_manifest_head(call, context, &head) : signet_status(call);
}

int32_t journal_backup_verify(signet_call_t *call, const journal_backup_store_t *store,
                              signet_text_t path, const journal_manifest_t *expected,
                              journal_manifest_t *found, signet_output_t *output)
{
    void *opened = NULL;
    int32_t status = store->backup->open_copy(store->instance, call, path, &opened);
    if (status != SIGNET_OK)
        return status;
    const signet_store_t copy = {store->store, opened};
    const journal_listener_t listener = {take_head, found, output};
    journal_head_t *heads = NULL;
    uint64_t head_count = 0;
    for (uint64_t i = 0; expected && i < expected->head_count; i++) {
        heads = heads ? heads : signet_alloc(call, expected->head_count, sizeof(*heads));
        if (!heads)
            status = signet_status(call);
        else if (expected->heads[i].index > 0)
            heads[head_count++] = expected->heads[i];
    }
    if (status == SIGNET_OK)
        status = journal_schema_declare(call, &copy);
    if (status == SIGNET_OK)
        status = journal_verify(call, &copy, 1, heads, head_count, &listener);
    store->backup->close_copy(store->instance, opened);
    return status;
}

/* --- copying files ----------------------------------------------------------------------- */

typedef struct backup {
    signet_text_t folder; /* as long as it is not whole */
    int keys;
    journal_manifest_t manifest;
} backup_t;

static int32_t add_file(backup_t *backup, signet_call_t *call, const signet_kept_path_t *kept,
                        signet_text_t relative)
{
    struct stat about;
    journal_backup_file_t file = {
        .kind = kept->kind, .option = kept->option, .relative = relative, .origin = kept->path};
    if (relative.length > 0)
        file.origin =
            signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(kept->path), SIGNET_FORMAT(relative));
    const char *name = file.origin.data ? signet_text_string(call, file.origin) : NULL;
    if (!name)
        return signet_status(call);
    if (strpbrk(name, "\t\n") || stat(name, &about) != 0)
        return signet_fail(call, SIGNET_INVALID, "backup.name",
                           "%s cannot be backed up: its name holds a tab or a line break, or it is "
                           "gone.",
                           name);
    file.mode = (uint32_t)about.st_mode & 0777;
    signet_text_t stored = journal_manifest_stored(call, backup->folder, &file);
    int32_t status = stored.data ? journal_make_folders(call, stored) : signet_status(call);
    if (status == SIGNET_OK)
        status = journal_copy_file(call, file.origin, stored, 0600, &file.length, file.digest);
    return status == SIGNET_OK ? journal_manifest_file(call, &backup->manifest, &file) : status;
}

static int32_t add_folder(backup_t *backup, signet_call_t *call, const signet_kept_path_t *kept,
                          const char *folder)
{
    signet_text_t *names = NULL;
    uint64_t count = 0;
    int32_t status = journal_list_folder(call, folder, &names, &count);
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++)
        status = add_file(backup, call, kept, names[i]);
    return status;
}

/* One path that the configuration names. What is not there yet is no part of the deployment. Two
 * options may name one file, and one file two paths. */
static int32_t add_kept(backup_t *backup, signet_call_t *call, const signet_kept_path_t *kept)
{
    struct stat about;
    const char *name = signet_text_string(call, kept->path);
    if (!name)
        return signet_status(call);
    if (kept->kind == SIGNET_KEPT_KEYS && !backup->keys)
        return SIGNET_OK;
    if (stat(name, &about) != 0)
        return errno == ENOENT ? SIGNET_OK : journal_fail_file(call, "examine", name);
    for (uint64_t i = 0; i < backup->manifest.file_count; i++)
        if (signet_text_equal(backup->manifest.files[i].origin, kept->path)) {
            journal_backup_file_t again = backup->manifest.files[i];
            again.kind = kept->kind;
            again.option = kept->option;
            return journal_manifest_file(call, &backup->manifest, &again);
        }
    return S_ISDIR(about.st_mode) ? add_folder(backup, call, kept, name)
                                  : add_file(backup, call, kept, (signet_text_t){NULL, 0});
}

/* --- the command ------------------------------------------------------------------------- */

static int32_t fill(const journal_t *journal, signet_call_t *call,
                    const signet_command_input_t *input, backup_t *backup)
{
    journal_backup_store_t store = {NULL, NULL, NULL};
    journal_manifest_t *manifest = &backup->manifest;
    signet_text_t copy =
        signet_format(call, "%.*s/" JOURNAL_BACKUP_STORE, SIGNET_FORMAT(backup->folder));
    manifest->node = journal->host->node;
    manifest->time = signet_now();
    int32_t status = journal_backup_store(journal, call, &store);
    if (status != SIGNET_OK || !store.backup)
        return status;
    status = store.backup->copy(store.instance, call, copy);
    if (status == SIGNET_OK)
        status = journal_backup_verify(call, &store, copy, NULL, manifest, input->output);
    if (status == SIGNET_OK)
        status = journal_digest_file(call, copy, &manifest->store_length, manifest->store_digest);
    for (uint64_t i = 0; status == SIGNET_OK && i < input->kept_count; i++)
        status = add_kept(backup, call, SIGNET_AT(signet_kept_path_t, input->kept, i));
    return status == SIGNET_OK ? journal_manifest_write(call, backup->folder, manifest) : status;
}

static int32_t show(signet_call_t *call, const signet_command_input_t *input,
                    const backup_t *backup, signet_text_t folder)
{
    static const signet_column_t columns[] = {
        {.size = sizeof(signet_column_t),
         .name = SIGNET_TEXT_INIT("folder"),
         .title = SIGNET_TEXT_INIT("Backup")},
        {.size = sizeof(signet_column_t),
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("store_octets"),
         .title = SIGNET_TEXT_INIT("Octets of the store")},
        {.size = sizeof(signet_column_t),
         .flags = SIGNET_COLUMN_NUMBER,
         .name = SIGNET_TEXT_INIT("files"),
         .title = SIGNET_TEXT_INIT("Other files")},
        {.size = sizeof(signet_column_t),
         .name = SIGNET_TEXT_INIT("head"),
         .title = SIGNET_TEXT_INIT("Journal up to")},
    };
    signet_output_t *output = input->output;
    signet_buffer_t heads = signet_buffer(call, 256);
    for (uint64_t i = 0; i < backup->manifest.head_count; i++)
        signet_buffer_format(&heads, "%s%.*s %" PRIu64, i ? ", " : "",
                             SIGNET_FORMAT(backup->manifest.heads[i].node),
                             backup->manifest.heads[i].index);
    const signet_text_t values[] = {folder,
                                    signet_format(call, "%" PRIu64, backup->manifest.store_length),
                                    signet_format(call, "%" PRIu64, backup->manifest.file_count),
                                    signet_bytes_text((signet_bytes_t){heads.data, heads.length})};
    int32_t status = SIGNET_OK;
    for (size_t i = 0; status == SIGNET_OK && i < sizeof(columns) / sizeof(columns[0]); i++)
        status = output->services->value(output, call, &columns[i], values[i]);
    if (status == SIGNET_OK)
        status = output->services->note(
            output, call,
            backup->keys
                ? SIGNET_TEXT("Key files are in it, encrypted as they are. Keep their passphrases "
                              "elsewhere: no secret that the configuration refers to is in it.")
                : SIGNET_TEXT("No keys and no secrets are in it: back up tokens and key files by "
                              "their own means, or use --keys for key files."));
    return status;
}

int32_t journal_backup_run(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const journal_t *journal = instance;
    struct stat about;
    signet_text_t out = signet_setting_text(input->options, "folder");
    while (out.length > 1 && out.data[out.length - 1] == '/')
        out.length--;
    backup_t backup = {.folder = signet_format(call, "%.*s.partial", SIGNET_FORMAT(out)),
                       .keys = signet_setting_integer(input->options, "keys", 0) != 0};
    const char *name = signet_text_string(call, out);
    const char *partial = signet_text_string(call, backup.folder);
    if (!name || !partial)
        return signet_status(call);
    if (lstat(name, &about) == 0)
        return signet_fail_field(call, SIGNET_EXISTS, "backup.exists", "folder",
                                 "%s is there already: a backup goes into a new folder.", name);
    if (mkdir(partial, 0700) != 0)
        return errno == EEXIST
                   ? signet_fail_field(call, SIGNET_EXISTS, "backup.exists", "folder",
                                       "%s is there: another backup is being made, or one was "
                                       "interrupted; if so, remove it.",
                                       partial)
                   : journal_fail_file(call, "make the folder", partial);
    int32_t status = fill(journal, call, input, &backup);
    if (status == SIGNET_OK)
        status = journal_publish_folder(call, backup.folder, out);
    if (status != SIGNET_OK) {
        journal_remove_folder(call, backup.folder);
        return status;
    }
    return show(call, input, &backup, out);
}
