#include "head.h"

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signet/ext/draft/backup.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <string.h>
#include <unistd.h>

#define TITLE "signet-journal-head/1"
#define LINE 256U

int32_t journal_head_path(const journal_t *journal, signet_call_t *call, signet_text_t *path)
{
    *path = signet_setting_text(journal->host->settings, "head_file");
    if (path->length > 0)
        return SIGNET_OK;
    const signet_provider_t *provider =
        call->services->find(call, SIGNET_TEXT(SIGNET_BACKUP_INTERFACE), journal->store);
    if (!provider) {
        /* A store that is not kept in files has no place for one. */
        call->services->clear(call);
        return SIGNET_OK;
    }
    const signet_backup_interface_t *backup = provider->interface;
    return backup->beside(provider->instance, call, SIGNET_TEXT("head"), path);
}

static int is_blank(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++)
        if (text.data[i] != ' ' && text.data[i] != '\n' && text.data[i] != '\0')
            return 0;
    return 1;
}

/* NODE EPOCH SEAL DIGEST STATE, the numbers in 16 hexadecimal digits. */
static int parse(signet_call_t *call, signet_text_t line, journal_mark_t *mark)
{
    signet_text_t rest;
    signet_bytes_t digest;
    signet_text_t title = signet_text_split(line, ' ', &rest);
    signet_text_t node = signet_text_split(rest, ' ', &rest);
    signet_text_t epoch = signet_text_split(rest, ' ', &rest);
    signet_text_t seal = signet_text_split(rest, ' ', &rest);
    signet_text_t hex = signet_text_split(rest, ' ', &rest);
    signet_text_t state = signet_text_split(rest, ' ', &rest);
    if (!signet_text_is(title, TITLE) || !journal_name_valid(node) ||
        !journal_number(epoch, &mark->epoch) || !journal_number(seal, &mark->seal) ||
        signet_hex_decode(call, hex, &digest) != SIGNET_OK || digest.length != JOURNAL_DIGEST ||
        (!signet_text_is(state, "running") && !signet_text_is(state, "restored")))
        return 0;
    memcpy(mark->node, node.data, node.length);
    memcpy(mark->digest, digest.data, JOURNAL_DIGEST);
    mark->restored = signet_text_is(state, "restored");
    return 1;
}

static int32_t read_line(signet_call_t *call, signet_text_t line, const char *path,
                         journal_mark_t *mark)
{
    memset(mark, 0, sizeof(*mark));
    if (is_blank(line) || parse(call, line, mark))
        return SIGNET_OK;
    call->services->clear(call);
    memset(mark, 0, sizeof(*mark));
    return signet_fail(call, SIGNET_INVALID, "journal.head-file",
                       "%s is not a head file of the journal: see what it is, then remove it.",
                       path);
}

int32_t journal_head_read(signet_call_t *call, signet_text_t path, journal_mark_t *mark)
{
    signet_bytes_t content = {NULL, 0};
    int32_t status = signet_file_read(call, path, LINE, &content);
    if (status == SIGNET_NOT_FOUND) {
        call->services->clear(call);
        status = SIGNET_OK;
    }
    const char *name = signet_text_string(call, path);
    if (status != SIGNET_OK || !name)
        return signet_status(call);
    return read_line(call, signet_bytes_text(content), name, mark);
}

static int32_t write_line(signet_call_t *call, const journal_mark_t *mark, signet_bytes_t *line)
{
    signet_text_t hex = signet_hex(call, (signet_bytes_t){mark->digest, JOURNAL_DIGEST});
    signet_buffer_t buffer = signet_buffer(call, LINE);
    signet_buffer_format(&buffer, TITLE " %s %016" PRIx64 " %016" PRIx64 " %.*s %s", mark->node,
                         mark->epoch, mark->seal, SIGNET_FORMAT(hex),
                         mark->restored ? "restored" : "running");
    while (!buffer.failed && buffer.length < LINE - 1)
        signet_buffer_add_byte(&buffer, ' ');
    signet_buffer_add_byte(&buffer, '\n');
    return signet_buffer_bytes(&buffer, line);
}

int32_t journal_head_replace(signet_call_t *call, signet_text_t path, const journal_mark_t *mark)
{
    signet_bytes_t line;
    int32_t status = write_line(call, mark, &line);
    return status == SIGNET_OK ? signet_file_write(call, path, line, 0600) : status;
}

int32_t journal_head_open(journal_t *journal, signet_call_t *call)
{
    char line[LINE];
    signet_text_t path;
    journal_head_file_t *head = &journal->head;
    if (head->file >= 0)
        return SIGNET_OK;
    int32_t status = journal_head_path(journal, call, &path);
    if (status != SIGNET_OK || path.length == 0)
        return status;
    const char *name = signet_text_string(call, path);
    if (!name)
        return signet_status(call);
    int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    ssize_t got = file < 0 ? -1 : pread(file, line, sizeof(line), 0);
    if (got < 0) {
        status = signet_fail(call, errno == ENOSPC ? SIGNET_FULL : SIGNET_UNAVAILABLE,
                             "journal.head-file",
                             "The journal's head file %s cannot be opened: %s. Without it a store "
                             "that was put back to an earlier state would not be noticed.",
                             name, strerror(errno));
        if (file >= 0)
            close(file);
        return status;
    }
    status = read_line(call, (signet_text_t){line, (uint64_t)got}, name, &head->mark);
    if (status == SIGNET_OK)
        head->file = file;
    else
        close(file);
    return status;
}

void journal_head_write(journal_t *journal, signet_call_t *call, const journal_mark_t *mark)
{
    journal_head_file_t *head = &journal->head;
    signet_bytes_t line;
    if (head->file < 0)
        return;
    int done = write_line(call, mark, &line) == SIGNET_OK &&
               pwrite(head->file, line.data, line.length, 0) == (ssize_t)line.length;
    if (done)
        head->mark = *mark;
    if (!done && !head->failing)
        signet_log(journal->host, call, SIGNET_LOG_WARNING, "journal.head-not-written",
                   "The journal's head file cannot be written; until it can, a store that is put "
                   "back to an earlier state may not be noticed.");
    head->failing = !done;
}

void journal_head_close(journal_head_file_t *head)
{
    if (head->file >= 0)
        close(head->file);
    head->file = -1;
}
