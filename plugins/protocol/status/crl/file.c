#include "crl/file.h"

#include <signet/sdk/crl.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <sys/stat.h>

#define LIST_MAX (UINT64_C(1) << 31)
#define FILE_MODE 0644U

static signet_text_t path_of(const status_t *status, signet_call_t *call,
                             const status_issuer_t *issuer)
{
    return signet_format(call, "%.*s/%.*s.crl", SIGNET_FORMAT(status->folder),
                         SIGNET_FORMAT(issuer->name));
}

/* Whether the issuer itself signed it. */
static int32_t check(signet_call_t *call, const status_issuer_t *issuer, signet_bytes_t der)
{
    status_list_head_t head;
    signet_text_t algorithm = {NULL, 0};
    if (status_list_read(der, &head) != 0 ||
        !signet_bytes_equal(head.issuer, issuer->seen.subject) || head.number.length == 0)
        return signet_fail(call, SIGNET_INVALID, "status.list-foreign",
                           "it is no revocation list of %.*s with a number",
                           SIGNET_FORMAT(issuer->name));
    int32_t done = signet_algorithm_decode(call, head.identifier, &algorithm);
    return done == SIGNET_OK
               ? signet_verifier_verify(call, issuer->verifier, algorithm, head.tbs, head.signature)
               : done;
}

/* Serves it. A list goes never back to a lower number. */
static int32_t serve(const status_t *status, signet_call_t *call, status_issuer_t *issuer,
                     signet_bytes_t der)
{
    int busy = 0;
    int32_t done = check(call, issuer, der);
    if (done != SIGNET_OK)
        return done;
    status_list_t *made = status_list_new(call, status->folder, der);
    if (made == NULL)
        return signet_status(call);
    status_list_t *former = status_issuer_list(issuer, 1, &busy);
    int older = former != NULL && signet_crl_number_compare(
                                      (signet_bytes_t){made->number, made->number_length},
                                      (signet_bytes_t){former->number, former->number_length}) < 0;
    status_list_release(former);
    if (older) {
        status_list_release(made);
        return signet_fail(call, SIGNET_CONFLICT, "status.list-older",
                           "a list of %.*s with a higher number is served already",
                           SIGNET_FORMAT(issuer->name));
    }
    status_issuer_set_list(issuer, made);
    return SIGNET_OK;
}

int32_t status_file_keep(const status_t *status, signet_call_t *call, status_issuer_t *issuer,
                         signet_bytes_t der)
{
    signet_text_t path = path_of(status, call, issuer);
    int32_t done = path.data == NULL ? SIGNET_NO_MEMORY : serve(status, call, issuer, der);
    if (done != SIGNET_OK)
        return done;
    /* Without the copy the list is still served. */
    if (signet_file_write(call, path, der, FILE_MODE) != SIGNET_OK) {
        signet_log_error(status->host, call, SIGNET_LOG_WARNING, "status.copy-failed");
        call->services->clear(call);
    }
    return SIGNET_OK;
}

void status_file_recall(const status_t *status, signet_call_t *call, status_issuer_t *issuer)
{
    signet_bytes_t der;
    signet_text_t path = path_of(status, call, issuer);
    int32_t done =
        path.data == NULL ? SIGNET_NO_MEMORY : signet_file_read(call, path, LIST_MAX, &der);
    if (done == SIGNET_OK)
        done = serve(status, call, issuer, der);
    if (done != SIGNET_OK && done != SIGNET_NOT_FOUND)
        signet_log_error(status->host, call, SIGNET_LOG_WARNING, "status.copy-unusable");
    call->services->clear(call);
}

int32_t status_file_look(const status_t *status, signet_call_t *call, status_issuer_t *issuer)
{
    struct stat found;
    signet_bytes_t content;
    signet_bytes_t der;
    const char *path = signet_text_string(call, issuer->seen.list);
    if (path == NULL)
        return signet_status(call);
    if (stat(path, &found) != 0)
        return SIGNET_OK;
    int64_t changed = (int64_t)found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1000000;
    if (changed == issuer->file_changed)
        return SIGNET_OK;
    issuer->file_changed = changed;
    int32_t done = signet_file_read(call, issuer->seen.list, LIST_MAX, &content);
    if (done == SIGNET_OK)
        done = signet_pem_decode(call, signet_bytes_text(content), "X509 CRL", &der, NULL);
    return done == SIGNET_OK ? status_file_keep(status, call, issuer, der) : done;
}
