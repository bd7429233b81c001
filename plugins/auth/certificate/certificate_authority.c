#include "certificate_authority.h"

#include <signet/sdk/error.h>
#include <stdlib.h>

static int32_t configure_files(signet_call_t *call, const signet_setting_t *setting,
                               certificate_authority_t *authority)
{
    const signet_setting_t *lists = signet_setting(setting, "revocation_lists");
    uint64_t count = lists != NULL ? lists->member_count : 0;
    if (authority->certificates.length == 0)
        return count == 0 ? SIGNET_OK
                          : signet_setting_fail(call, lists, "certificate.authority-invalid",
                                                "\"%.*s\" is Signet's own authority, whose "
                                                "revocations are known: leave out "
                                                "\"revocation_lists\", or set \"certificates\"",
                                                SIGNET_FORMAT(authority->name));
    if (count == 0)
        return signet_setting_fail(call, setting, "certificate.authority-invalid",
                                   "the authority \"%.*s\" needs \"revocation_lists\", so that "
                                   "its revoked certificates are known",
                                   SIGNET_FORMAT(authority->name));
    authority->files = calloc(count + 1, sizeof *authority->files);
    if (authority->files == NULL)
        return signet_fail_memory(call);
    authority->files[0].path = authority->certificates;
    for (uint64_t i = 0; i < count; i++)
        authority->files[i + 1].path = signet_setting_text(signet_setting_at(lists, i), "file");
    authority->file_count = count + 1;
    return SIGNET_OK;
}

int32_t certificate_authority_configure(const signet_host_t *host, signet_call_t *call,
                                        const signet_setting_t *setting,
                                        certificate_authority_t *authority)
{
    authority->host = host;
    authority->name = signet_setting_text(setting, "name");
    authority->tenant = signet_setting_text(setting, "tenant");
    authority->certificates = signet_setting_text(setting, "certificates");
    authority->client_auth = signet_setting_integer(setting, "client_auth", 1) != 0;
    authority->has_lock = pthread_mutex_init(&authority->lock, NULL) == 0;
    return authority->has_lock ? configure_files(call, setting, authority)
                               : signet_fail_memory(call);
}

void certificate_authority_free(certificate_authority_t *authority)
{
    certificate_trust_release(authority->trust);
    free(authority->files);
    if (authority->has_lock)
        pthread_mutex_destroy(&authority->lock);
}

int certificate_authority_is_own(const certificate_authority_t *authority)
{
    return authority->certificates.length == 0;
}

static int32_t read_files(signet_call_t *call, const certificate_authority_t *authority,
                          certificate_trust_t *trust)
{
    int32_t status = certificate_file_anchors(call, authority->files[0].path, trust);
    for (uint64_t i = 1; status == SIGNET_OK && i < authority->file_count; i++)
        status = certificate_file_lists(call, authority->files[i].path, trust);
    return status;
}

/* Makes `trust` anew, or NULL. */
static void renew(signet_call_t *call, certificate_authority_t *authority)
{
    certificate_trust_t *made = certificate_trust_new(call);
    if (made == NULL || read_files(call, authority, made) != SIGNET_OK) {
        signet_log_error(authority->host, call, SIGNET_LOG_ERROR, "certificate.file-unusable");
        call->services->clear(call);
        certificate_trust_release(made);
        made = NULL;
    }
    certificate_trust_release(authority->trust);
    authority->trust = made;
}

int32_t certificate_authority_start(signet_call_t *call, certificate_authority_t *authority)
{
    certificate_trust_t *trust = certificate_trust_new(call);
    if (trust == NULL)
        return signet_status(call);
    int32_t status = certificate_file_anchors(call, authority->certificates, trust);
    certificate_trust_release(trust);
    if (status == SIGNET_OK)
        certificate_trust_release(certificate_authority_trust(call, authority));
    return status;
}

certificate_trust_t *certificate_authority_trust(signet_call_t *call,
                                                 certificate_authority_t *authority)
{
    int changed = 0;
    pthread_mutex_lock(&authority->lock);
    for (uint64_t i = 0; i < authority->file_count; i++)
        changed |= certificate_file_changed(call, &authority->files[i]);
    if (changed)
        renew(call, authority);
    certificate_trust_t *trust =
        authority->trust != NULL ? certificate_trust_hold(authority->trust) : NULL;
    pthread_mutex_unlock(&authority->lock);
    return trust;
}
