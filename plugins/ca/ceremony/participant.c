#include "ceremony/participant.h"

#include "ceremony/locked.h"
#include "ceremony/signer.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <string.h>

#define FILE_MAX 65536U
#define PASSPHRASE_MAX 1024U

const char *ca_role_name(int role)
{
    return role == CA_ROLE_ADMINISTRATOR ? "administrator"
           : role == CA_ROLE_HOLDER      ? "holder"
                                         : "witness";
}

static int32_t fingerprint(signet_call_t *call, ca_participant_t *participant)
{
    const signet_x509_t *x509 = NULL;
    signet_bytes_t digest;
    int32_t status = signet_x509_parse(call, participant->certificate, &x509);
    if (status == SIGNET_OK)
        status = signet_sha256(call, x509->key.spki, &digest);
    if (status != SIGNET_OK)
        return status;
    participant->fingerprint = signet_hex(call, digest);
    return participant->fingerprint.data == NULL ? SIGNET_NO_MEMORY : SIGNET_OK;
}

int32_t ca_participant_load(signet_call_t *call, const signet_setting_t *setting,
                            ca_participant_t *participant)
{
    signet_bytes_t file;
    signet_text_t role = signet_setting_text(setting, "role");
    participant->setting = setting;
    participant->name = signet_setting_text(setting, "name");
    participant->role = signet_text_is(role, "administrator") ? CA_ROLE_ADMINISTRATOR
                        : signet_text_is(role, "holder")      ? CA_ROLE_HOLDER
                                                              : CA_ROLE_WITNESS;
    int32_t status =
        signet_file_read(call, signet_setting_text(setting, "certificate"), FILE_MAX, &file);
    if (status == SIGNET_OK)
        status = signet_pem_decode(call, signet_bytes_text(file), "CERTIFICATE",
                                   &participant->certificate, NULL);
    if (status == SIGNET_OK)
        status = fingerprint(call, participant);
    if (status != SIGNET_OK)
        return status;
    participant->x509 = ca_signer_certificate(call, participant->certificate);
    return participant->x509 == NULL ? signet_status(call) : SIGNET_OK;
}

/* Where a passphrase comes from, if the key turns out to be encrypted. */
typedef struct asking {
    signet_call_t *call;
    const signet_host_t *host;
    ca_console_t *console;
    ca_participant_t *participant;
    int32_t status;
} asking_t;

static int from_reference(asking_t *asking, signet_text_t reference, char *buffer, int size)
{
    signet_bytes_t secret = {NULL, 0};
    asking->status = asking->host->services->secret(asking->host, asking->call, reference, &secret);
    if (asking->status != SIGNET_OK || secret.length > (uint64_t)size)
        return -1;
    memcpy(buffer, secret.data, (size_t)secret.length);
    return (int)secret.length;
}

static int give_passphrase(char *buffer, int size, int writing, void *context)
{
    asking_t *asking = context;
    signet_call_t *call = asking->call;
    signet_text_t reference = signet_setting_text(asking->participant->setting, "passphrase");
    (void)writing;
    if (reference.length > 0)
        return from_reference(asking, reference, buffer, size);
    char *typed = (char *)ca_locked_alloc(call, PASSPHRASE_MAX);
    if (typed == NULL) {
        asking->status = signet_status(call);
        return -1;
    }
    signet_text_t question = signet_format(
        call, "%.*s: the passphrase of your key:", SIGNET_FORMAT(asking->participant->name));
    asking->status = ca_console_secret(call, asking->console, question, typed, PASSPHRASE_MAX);
    int length = 0;
    while (asking->status == SIGNET_OK && typed[length] != '\0' && length < size) {
        buffer[length] = typed[length];
        length++;
    }
    ca_locked_free(typed, PASSPHRASE_MAX);
    return asking->status == SIGNET_OK ? length : -1;
}

static int32_t open_key(asking_t *asking, signet_text_t path)
{
    signet_call_t *call = asking->call;
    ca_participant_t *participant = asking->participant;
    const char *name = signet_text_string(call, path);
    BIO *file = name == NULL ? NULL : BIO_new_file(name, "r");
    if (file == NULL) {
        ERR_clear_error();
        return signet_fail(call, SIGNET_NOT_FOUND, "ceremony.participant-key",
                           "the private key of %.*s cannot be read from \"%.*s\"",
                           SIGNET_FORMAT(participant->name), SIGNET_FORMAT(path));
    }
    participant->key = PEM_read_bio_PrivateKey(file, NULL, give_passphrase, asking);
    BIO_free(file);
    ERR_clear_error();
    if (asking->status != SIGNET_OK)
        return asking->status;
    if (participant->key == NULL)
        return signet_fail(call, SIGNET_DENIED, "ceremony.participant-key",
                           "\"%.*s\" holds no private key of %.*s that the passphrase opens",
                           SIGNET_FORMAT(path), SIGNET_FORMAT(participant->name));
    if (X509_check_private_key(participant->x509, participant->key) == 1)
        return SIGNET_OK;
    ERR_clear_error();
    EVP_PKEY_free(participant->key);
    participant->key = NULL;
    return signet_fail(call, SIGNET_DENIED, "ceremony.participant-key",
                       "the private key in \"%.*s\" is not that of %.*s's certificate",
                       SIGNET_FORMAT(path), SIGNET_FORMAT(participant->name));
}

int32_t ca_participant_arrive(signet_call_t *call, const signet_host_t *host, ca_console_t *console,
                              ca_participant_t *participant)
{
    asking_t asking = {call, host, console, participant, SIGNET_OK};
    signet_text_t path = signet_setting_text(participant->setting, "private_key");
    signet_text_t answer;
    signet_text_t question =
        signet_format(call, "Is %.*s (%s) present? yes or no:", SIGNET_FORMAT(participant->name),
                      ca_role_name(participant->role));
    signet_text_t id = signet_format(call, "present.%.*s", SIGNET_FORMAT(participant->name));
    int32_t status = ca_console_ask(call, console, id, question, &answer);
    if (status != SIGNET_OK || signet_text_is(answer, "no"))
        return status;
    if (!signet_text_is(answer, "yes"))
        return signet_fail(call, SIGNET_INVALID, "ceremony.answer",
                           "answer \"yes\" or \"no\", not \"%.*s\"", SIGNET_FORMAT(answer));
    if (path.length == 0) {
        id = signet_format(call, "key.%.*s", SIGNET_FORMAT(participant->name));
        question = signet_format(
            call, "%.*s: the file of your private key:", SIGNET_FORMAT(participant->name));
        status = ca_console_ask(call, console, id, question, &path);
    }
    return status == SIGNET_OK ? open_key(&asking, path) : status;
}

void ca_participant_free(ca_participant_t *participant)
{
    X509_free(participant->x509);
    EVP_PKEY_free(participant->key);
    participant->x509 = NULL;
    participant->key = NULL;
}
