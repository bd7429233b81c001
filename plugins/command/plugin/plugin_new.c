/* signet plugin new KIND NAME: writes a plugin that is built and tested as it is. */
#include "plugin_new.h"

#include <errno.h>
#include <limits.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define NAME_MAX_LENGTH 40U

/* What the templates are called, and what takes its place. */
#define PLACEHOLDER "hello"

static int32_t check_name(signet_call_t *call, signet_text_t name)
{
    int is_good = name.length > 0 && name.length <= NAME_MAX_LENGTH;
    for (uint64_t i = 0; i < name.length && is_good; i++) {
        char letter = name.data[i];
        is_good = (letter >= 'a' && letter <= 'z') ||
                  (i > 0 && ((letter >= '0' && letter <= '9') ||
                             (letter == '-' && i + 1 < name.length && name.data[i - 1] != '-')));
    }
    return is_good ? SIGNET_OK
                   : signet_fail_field(call, SIGNET_INVALID, "plugin.name", "name",
                                       "A plugin's name is 1 to %u small letters, digits and '-', "
                                       "such as my-pager.",
                                       NAME_MAX_LENGTH);
}

/* The name as C has it: my_pager. */
static int32_t c_name(signet_call_t *call, signet_text_t name, signet_text_t *identifier)
{
    char *data = signet_alloc(call, name.length, 1);
    for (uint64_t i = 0; data && i < name.length; i++) {
        data[i] = name.data[i];
        if (data[i] == '-') {
            data[i] = '_';
        }
    }
    *identifier = (signet_text_t){data, name.length};
    return data ? SIGNET_OK : signet_status(call);
}

/* The text of a template with the name in place of its own: after '-' as in ids, after '/' or
 * before
 * '-' as files have it, else as C has it. */
static int32_t fill(signet_call_t *call, const char *content, signet_text_t name,
                    signet_text_t identifier, signet_text_t *text)
{
    signet_buffer_t buffer = signet_buffer(call, strlen(content) + 256);
    const char *from = content;
    for (const char *at = strstr(from, PLACEHOLDER); at; at = strstr(from, PLACEHOLDER)) {
        int is_id = at > content && at[-1] == '-';
        signet_buffer_add(&buffer, from, (uint64_t)(at - from));
        signet_buffer_add_text(&buffer, is_id ? name : identifier);
        from = at + sizeof PLACEHOLDER - 1;
    }
    signet_buffer_add_string(&buffer, from);
    return signet_buffer_text(&buffer, text);
}

static int32_t make_folder(signet_call_t *call, signet_text_t folder)
{
    const char *path = signet_text_string(call, folder);
    if (!path) {
        return signet_status(call);
    }
    if (mkdir(path, 0777) == 0) {
        return SIGNET_OK;
    }
    return signet_fail(call, errno == EEXIST ? SIGNET_EXISTS : SIGNET_UNAVAILABLE, "plugin.folder",
                       "The folder %s cannot be made: %s.", path, strerror(errno));
}

static int32_t write_file(signet_call_t *call, signet_text_t folder, const plugin_file_t *file,
                          signet_text_t name, signet_text_t identifier)
{
    signet_text_t file_name;
    signet_text_t content;
    int32_t status = fill(call, file->name, name, identifier, &file_name);
    if (status == SIGNET_OK) {
        status = fill(call, file->content, name, identifier, &content);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    signet_text_t path =
        signet_format(call, "%.*s/%.*s", SIGNET_FORMAT(folder), SIGNET_FORMAT(file_name));
    return path.data ? signet_file_write(call, path, signet_text_bytes(content), 0644)
                     : signet_status(call);
}

int32_t plugin_new(void *instance, signet_call_t *call, const signet_command_input_t *input)
{
    const plugin_template_t *chosen = NULL;
    signet_text_t kind = signet_setting_text(input->options, "kind");
    signet_text_t name = signet_setting_text(input->options, "name");
    signet_text_t folder = signet_setting_text(input->options, "folder");
    signet_text_t identifier;
    (void)instance;
    for (uint64_t i = 0; i < plugin_template_count; i++) {
        if (signet_text_is(kind, plugin_templates[i].kind)) {
            chosen = &plugin_templates[i];
        }
    }
    if (!chosen) {
        return signet_fail_field(
            call, SIGNET_INVALID, "plugin.kind", "kind",
            "There is no template of this kind: see signet plugin new --help.");
    }
    int32_t status = check_name(call, name);
    if (status == SIGNET_OK) {
        status = c_name(call, name, &identifier);
    }
    if (status == SIGNET_OK && folder.length == 0) {
        folder = signet_format(call, "%.*s-%.*s", SIGNET_FORMAT(kind), SIGNET_FORMAT(name));
        status = folder.data ? SIGNET_OK : signet_status(call);
    }
    if (status == SIGNET_OK) {
        status = make_folder(call, folder);
    }
    for (uint64_t i = 0; i < chosen->file_count && status == SIGNET_OK; i++) {
        status = write_file(call, folder, &chosen->files[i], name, identifier);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    static const signet_column_t column = {.size = sizeof column,
                                           .name = SIGNET_TEXT_INIT("folder"),
                                           .title = SIGNET_TEXT_INIT("Folder")};
    status = input->output->services->value(input->output, call, &column, folder);
    return status == SIGNET_OK
               ? input->output->services->note(
                     input->output, call,
                     SIGNET_TEXT("Next: cmake -S FOLDER -B FOLDER/build && cmake --build "
                                 "FOLDER/build && ctest --test-dir FOLDER/build"))
               : status;
}
