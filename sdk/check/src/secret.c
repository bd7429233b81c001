/* Secrets by reference. */
#include "runner.h"

#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <signet/sdk/text.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX 65536U

static int32_t read_closed_file(signet_call_t *call, const char *path, signet_bytes_t *secret)
{
    struct stat about;
    if (stat(path, &about) == 0 &&
        ((about.st_mode & 077) != 0 || (about.st_uid != 0 && about.st_uid != geteuid()))) {
        return signet_fail(call, SIGNET_DENIED, "secret.open",
                           "The secret file %s is open to others: chmod 0600 it and give it to "
                           "the user that runs this.",
                           path);
    }
    return signet_file_read(call, signet_text(path), SECRET_MAX, secret);
}

int32_t runner_secret(const signet_host_t *host, signet_call_t *call, signet_text_t reference,
                      signet_bytes_t *secret)
{
    const signet_check_t *check = ((const runner_instance_t *)(const void *)host)->check;
    signet_text_t value;
    signet_text_t kind = signet_text_split(reference, ':', &value);
    const char *name = signet_text_string(call, value);
    if (!name) {
        return signet_status(call);
    }
    int32_t status = SIGNET_OK;
    if (signet_text_is(kind, "env")) {
        const char *content = getenv(name);
        if (!content) {
            return signet_fail(call, SIGNET_NOT_FOUND, "secret.missing",
                               "The environment variable %s is not set.", name);
        }
        *secret = signet_bytes_copy(call, signet_text_bytes(signet_text(content)));
        status = secret->data ? SIGNET_OK : SIGNET_NO_MEMORY;
    } else if (signet_text_is(kind, "file") || signet_text_is(kind, "cred")) {
        const char *folder = signet_text_is(kind, "cred") ? getenv("CREDENTIALS_DIRECTORY") : NULL;
        folder = folder ? folder : check->folder;
        signet_text_t path =
            name[0] == '/' ? signet_text(name) : signet_format(call, "%s/%s", folder, name);
        status = path.data ? read_closed_file(call, path.data, secret) : SIGNET_NO_MEMORY;
    } else {
        return signet_fail(call, SIGNET_INVALID, "secret.malformed",
                           "A secret is named by file:PATH, env:NAME or cred:NAME.");
    }
    if (status == SIGNET_OK && secret->length > 0 && secret->data[secret->length - 1] == '\n') {
        secret->length--;
    }
    return status;
}
