/* The local commands `journal verify` and `journal head`. */
#include "backup.h"
#include "journal.h"
#include "seal.h"
#include "signed.h"
#include "verify.h"

#include <inttypes.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#define HEAD_FILE_LIMIT 1048576U
#define NODE_PAGE 100U

#define COLUMN(column_name, column_title, column_flags)                                            \
    {                                                                                              \
        .size = sizeof(signet_column_t), .flags = (column_flags),                                  \
        .name = SIGNET_TEXT_INIT(column_name), .title = SIGNET_TEXT_INIT(column_title)             \
    }

static const signet_column_t verify_columns[] = {
    COLUMN("node", "Node", 0),
    COLUMN("entries", "Entries", SIGNET_COLUMN_NUMBER),
    COLUMN("unsealed", "Unsealed", SIGNET_COLUMN_NUMBER),
    COLUMN("seal", "Last seal", SIGNET_COLUMN_NUMBER),
    COLUMN("digest", "Its digest", SIGNET_COLUMN_WIDE),
    COLUMN("key", "Its key", SIGNET_COLUMN_WIDE),
};

static const signet_column_t head_columns[] = {
    COLUMN("node", "Node", 0),
    COLUMN("seal", "Last seal", SIGNET_COLUMN_NUMBER),
    COLUMN("digest", "Its digest", SIGNET_COLUMN_WIDE),
    COLUMN("key", "Its key", SIGNET_COLUMN_WIDE),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static signet_text_t hex(signet_call_t *call, const uint8_t digest[JOURNAL_DIGEST])
{
    return signet_hex(call, (signet_bytes_t){digest, JOURNAL_DIGEST});
}

/* --- verify ------------------------------------------------------------------------------ */

static int32_t print_verdict(void *context, signet_call_t *call, const journal_verdict_t *verdict)
{
    signet_output_t *output = context;
    const signet_text_t cells[] = {
        signet_text(verdict->node),
        signet_format(call, "%" PRIu64, verdict->entries),
        signet_format(call, "%" PRIu64, verdict->unsealed),
        signet_format(call, "%" PRIu64, verdict->index),
        hex(call, verdict->digest),
        signet_text(verdict->key),
    };
    return output->services->row(output, call, cells, COUNT(cells));
}

static int32_t fail_line(signet_call_t *call, signet_text_t path, uint64_t line)
{
    return signet_fail_field(call, SIGNET_INVALID, "journal.head", "head",
                             "%.*s:%" PRIu64 ": expected NODE SEAL DIGEST, as `signet journal "
                             "head` prints them.",
                             SIGNET_FORMAT(path), line);
}

static int parse_head(signet_call_t *call, signet_text_t line, journal_head_t *head)
{
    signet_text_t rest;
    signet_text_t digest;
    signet_bytes_t bytes;
    head->node = signet_text_split(line, ' ', &rest);
    signet_text_t index = signet_text_split(rest, ' ', &digest);
    digest = signet_text_split(digest, ' ', &rest);
    if (!journal_name_valid(head->node) || index.length == 0 || index.length > 18)
        return 0;
    for (uint64_t i = 0; i < index.length; i++) {
        if (index.data[i] < '0' || index.data[i] > '9')
            return 0;
        head->index = head->index * 10 + (uint64_t)(index.data[i] - '0');
    }
    if (signet_hex_decode(call, digest, &bytes) != SIGNET_OK || bytes.length != JOURNAL_DIGEST)
        return 0;
    memcpy(head->digest, bytes.data, JOURNAL_DIGEST);
    return 1;
}

static int32_t read_heads(signet_call_t *call, signet_text_t path, journal_head_t **heads,
                          uint64_t *count)
{
    signet_bytes_t content;
    int32_t status = signet_file_read(call, path, HEAD_FILE_LIMIT, &content);
    if (status != SIGNET_OK)
        return status;
    signet_text_t rest = signet_bytes_text(content);
    uint64_t lines = 1;
    for (uint64_t i = 0; i < rest.length; i++)
        lines += rest.data[i] == '\n';
    *heads = signet_alloc(call, lines, sizeof(**heads));
    if (!*heads)
        return signet_status(call);
    for (uint64_t number = 1; rest.length > 0; number++) {
        signet_text_t line = signet_text_split(rest, '\n', &rest);
        if (line.length == 0)
            continue;
        if (!parse_head(call, line, &(*heads)[*count])) {
            call->services->clear(call);
            return fail_line(call, path, number);
        }
        /* A node without a seal yet has nothing to be compared. */
        if ((*heads)[*count].index > 0)
            ++*count;
    }
    return SIGNET_OK;
}

/* What isolated keys signed, where there are any. */
static int32_t verify_signed(const journal_t *journal, signet_call_t *call, signet_output_t *output)
{
    journal_signed_t result;
    int32_t status = journal_signed_verify(journal, call, &result);
    if (status != SIGNET_OK || result.logs == 0)
        return status;
    return output->services->note(
        output, call,
        signet_format(call,
                      "What isolated keys signed is what the journal says: %" PRIu64
                      " certificates in %" PRIu64 " logs, beside %" PRIu64
                      " signatures of other purposes, which have no entry each.",
                      result.certificates, result.logs, result.others));
}

static int32_t run_verify(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const journal_t *journal = instance;
    signet_text_t path = signet_setting_text(input->options, "head");
    journal_head_t *heads = NULL;
    uint64_t count = 0;
    signet_store_t store;
    const journal_listener_t listener = {print_verdict, input->output, input->output};
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK && path.length > 0)
        status = read_heads(call, path, &heads, &count);
    if (status == SIGNET_OK)
        status = input->output->services->columns(input->output, call, verify_columns,
                                                  COUNT(verify_columns));
    if (status == SIGNET_OK)
        status = journal_verify(call, &store,
                                (uint64_t)signet_setting_integer(input->options, "from", 1), heads,
                                count, &listener);
    if (status == SIGNET_OK)
        status = input->output->services->note(
            input->output, call,
            SIGNET_TEXT("Every sealed entry is as it was written. Compare the digests with those "
                        "kept elsewhere: only they show that nothing is missing at the end."));
    return status == SIGNET_OK ? verify_signed(journal, call, input->output) : status;
}

/* --- head -------------------------------------------------------------------------------- */

static int32_t print_head(signet_call_t *call, const signet_store_t *store, signet_output_t *output,
                          signet_text_t node)
{
    const signet_field_t value =
        signet_field_text("key", signet_format(call, "%.*s/", SIGNET_FORMAT(node)));
    const signet_condition_t condition = journal_condition(SIGNET_COMPARE_PREFIX, &value);
    const signet_query_t query = {.size = sizeof(query),
                                  .flags = SIGNET_QUERY_DESCENDING,
                                  .collection = SIGNET_TEXT(JOURNAL_SEALS),
                                  .conditions = &condition,
                                  .condition_count = 1,
                                  .limit = 1};
    const signet_page_t *page = NULL;
    journal_seal_t seal = {.index = 0};
    uint8_t digest[JOURNAL_DIGEST] = {0};
    int32_t status = store->interface->query(store->instance, call, &query, &page);
    if (status == SIGNET_OK && page->count == 1)
        status = journal_seal_read(call, page->records[0]->body, &seal);
    if (status == SIGNET_OK && page->count == 1)
        status = journal_digest(call, page->records[0]->body, digest);
    if (status != SIGNET_OK)
        return status;
    const signet_text_t cells[] = {node, signet_format(call, "%" PRIu64, seal.index),
                                   hex(call, digest), seal.key};
    if (output->json)
        return output->services->row(output, call, cells, COUNT(cells));
    signet_text_t line =
        signet_format(call, "%.*s %.*s %.*s %.*s\n", SIGNET_FORMAT(cells[0]),
                      SIGNET_FORMAT(cells[1]), SIGNET_FORMAT(cells[2]), SIGNET_FORMAT(cells[3]));
    return output->services->raw(output, call, signet_text_bytes(line));
}

static int32_t run_head(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const journal_t *journal = instance;
    signet_output_t *output = input->output;
    signet_store_t store;
    signet_text_t cursor = {NULL, 0};
    int32_t status = journal_store(journal, call, &store);
    if (status == SIGNET_OK && output->json)
        status = output->services->columns(output, call, head_columns, COUNT(head_columns));
    if (status != SIGNET_OK)
        return status;
    do {
        const signet_query_t query = {.size = sizeof(query),
                                      .collection = SIGNET_TEXT(JOURNAL_EPOCHS),
                                      .limit = NODE_PAGE,
                                      .cursor = cursor};
        const signet_page_t *nodes = NULL;
        status = store.interface->query(store.instance, call, &query, &nodes);
        for (uint64_t i = 0; status == SIGNET_OK && i < nodes->count; i++)
            status = print_head(call, &store, output, nodes->records[i]->key);
        if (status == SIGNET_OK)
            cursor = nodes->cursor;
    } while (status == SIGNET_OK && cursor.length > 0);
    return status;
}

static const signet_option_t verify_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_INTEGER,
     .name = SIGNET_TEXT_INIT("from"),
     .help = SIGNET_TEXT_INIT("The number of the seal to begin with; the first by default."),
     .default_value = SIGNET_TEXT_INIT("1"),
     .minimum = 1,
     .maximum = INT64_MAX},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .name = SIGNET_TEXT_INIT("head"),
     .help = SIGNET_TEXT_INIT(
         "A file with what `signet journal head` printed earlier, kept elsewhere.")},
};

#define FOLDER(words)                                                                              \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_PATH,                               \
        .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_POSITIONAL,                                \
        .name = SIGNET_TEXT_INIT("folder"), .help = SIGNET_TEXT_INIT(words)                        \
    }
#define SWITCH(option_name, words)                                                                 \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_BOOLEAN,                            \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(words)                     \
    }

static const signet_option_t backup_options[] = {
    FOLDER("The folder to make."),
    SWITCH("keys", "Take files with private keys too, encrypted as they are."),
};

static const signet_option_t restore_options[] = {
    FOLDER("The backup."),
    SWITCH("replace", "Put it in the place of what is there, which is kept under another name."),
    SWITCH("keys", "Put the files with private keys in place too."),
};

static const signet_command_t commands[] = {
    {.size = sizeof(signet_command_t),
     .flags = SIGNET_COMMAND_LOCAL | SIGNET_COMMAND_UNSTARTED,
     .name = SIGNET_TEXT_INIT("backup"),
     .summary = SIGNET_TEXT_INIT("Makes a verified copy of a deployment, while it runs or not."),
     .help = SIGNET_TEXT_INIT(
         "Takes the store as of one moment, looks through all of it, verifies the journal in it, "
         "and adds the configuration and the files that it names. The folder has its name only "
         "once it is whole.\n\n    signet backup /backup/signet-$(date +%F)"),
     .options = backup_options,
     .option_count = COUNT(backup_options),
     .run = journal_backup_run},
    {.size = sizeof(signet_command_t),
     .flags = SIGNET_COMMAND_LOCAL | SIGNET_COMMAND_UNSTARTED,
     .name = SIGNET_TEXT_INIT("restore"),
     .summary = SIGNET_TEXT_INIT("Verifies a backup and puts it in place, while no host runs."),
     .help = SIGNET_TEXT_INIT(
         "Verifies every file of the backup, its store and its journal before anything is changed, "
         "and does not touch a deployment that is there, unless told to. The configuration must be "
         "in place; a copy of it is in the backup, below files/. Afterwards the node signs nothing "
         "until an administrator acknowledges what is lost.\n\n    signet --config signet.cfg "
         "restore /backup/signet-2026-11-24"),
     .options = restore_options,
     .option_count = COUNT(restore_options),
     .run = journal_restore_run},
    {.size = sizeof(signet_command_t),
     .flags = SIGNET_COMMAND_LOCAL,
     .name = SIGNET_TEXT_INIT("journal verify"),
     .summary = SIGNET_TEXT_INIT("Verifies the journal's seals and every entry under them."),
     .help = SIGNET_TEXT_INIT(
         "Reads all of it again and names the first entry or seal that was altered, removed, "
         "inserted or reordered. What was cut off at the end shows only against a head that was "
         "kept elsewhere:\n\n    signet journal head > /elsewhere/journal.head\n    signet journal "
         "verify --head /elsewhere/journal.head\n\nWhat isolated keys say that they signed "
         "(NAME.signed) is held against the entries too."),
     .options = verify_options,
     .option_count = COUNT(verify_options),
     .run = run_verify},
    {.size = sizeof(signet_command_t),
     .flags = SIGNET_COMMAND_LOCAL,
     .name = SIGNET_TEXT_INIT("journal head"),
     .summary = SIGNET_TEXT_INIT("Prints each node's last seal, to be kept elsewhere."),
     .run = run_head},
};

const signet_command_interface_t journal_commands = {
    .size = sizeof(signet_command_interface_t),
    .commands = commands,
    .command_count = COUNT(commands),
};
