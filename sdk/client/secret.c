/* Files with private keys, and the passwords that protect them. */
#include <signet/sdk/client.h>

#include <errno.h>
#include <fcntl.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAXIMUM_PASSWORD 4096U

int32_t signet_secret_password(signet_call_t *call, const signet_command_input_t *input,
                               signet_text_t *password)
{
    signet_text_t path = signet_setting_text(input->options, "password_file");
    signet_bytes_t content = {NULL, 0};
    struct stat information;
    if (path.length == 0)
        return SIGNET_OK;
    const char *name = signet_text_string(call, path);
    if (name == NULL)
        return signet_status(call);
    if (stat(name, &information) == 0 && (information.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return signet_fail_field(call, SIGNET_DENIED, "password.file-open", "password_file",
                                 "others may read the password file %s; close it with chmod 600",
                                 name);
    int32_t status = signet_file_read(call, path, MAXIMUM_PASSWORD, &content);
    if (status == SIGNET_OK) {
        signet_text_t rest;
        *password = signet_text_split(signet_bytes_text(content), '\n', &rest);
    }
    return status;
}

int32_t signet_secret_reserve(signet_call_t *call, signet_text_t path)
{
    const char *name = signet_text_string(call, path);
    if (name == NULL)
        return signet_status(call);
    int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return signet_fail(call, errno == EEXIST ? SIGNET_EXISTS : SIGNET_UNAVAILABLE,
                           "secret.file", "the key's file %s cannot be made: %s", name,
                           strerror(errno));
    (void)close(file);
    return SIGNET_OK;
}

int32_t signet_secret_write(signet_call_t *call, signet_text_t path, signet_bytes_t content)
{
    return signet_file_write(call, path, content, S_IRUSR | S_IWUSR);
}

void signet_secret_drop(signet_call_t *call, signet_text_t path)
{
    const char *name = signet_text_string(call, path);
    if (name != NULL)
        (void)unlink(name);
}
