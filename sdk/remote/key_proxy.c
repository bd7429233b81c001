/* signet.key/1 in the daemon: each function is a request to the process that has the keys. */
#include "key_codec.h"
#include "proxy.h"

#include <signet/sdk/remote.h>
#include <signet/sdk/text.h>

static int32_t read_one_key(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request,
                            const signet_key_t **key)
{
    remote_reader_t answer;
    int32_t status = remote_request(proxy, call, request, &answer);
    if (status != SIGNET_OK)
        return status;
    *key = remote_read_key(&answer, call);
    answer.failed |= *key == NULL;
    return remote_request_end(proxy, call, &answer);
}

static int32_t read_octets(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request,
                           signet_bytes_t *octets)
{
    remote_reader_t answer;
    int32_t status = remote_request(proxy, call, request, &answer);
    if (status != SIGNET_OK)
        return status;
    *octets = remote_read_bytes(&answer);
    return remote_request_end(proxy, call, &answer);
}

static int32_t read_nothing(remote_proxy_t *proxy, signet_call_t *call, remote_writer_t *request)
{
    remote_reader_t answer;
    int32_t status = remote_request(proxy, call, request, &answer);
    return status == SIGNET_OK ? remote_request_end(proxy, call, &answer) : status;
}

static int32_t generate(void *instance, signet_call_t *call, const signet_key_request_t *wanted,
                        const signet_key_t **key)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_GENERATE);
    if (status != SIGNET_OK)
        return status;
    remote_write_key_request(&request, wanted);
    return read_one_key(instance, call, &request, key);
}

static int32_t find(void *instance, signet_call_t *call, signet_text_t uri,
                    const signet_key_t **key)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_FIND);
    if (status != SIGNET_OK)
        return status;
    remote_write_text(&request, uri);
    return read_one_key(instance, call, &request, key);
}

static int32_t sign(void *instance, signet_call_t *call, const signet_sign_request_t *wanted,
                    signet_bytes_t *signature)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_SIGN);
    if (status != SIGNET_OK)
        return status;
    remote_write_sign_request(&request, wanted);
    return read_octets(instance, call, &request, signature);
}

static int32_t list(void *instance, signet_call_t *call, const signet_key_t *const **keys,
                    uint64_t *count)
{
    remote_writer_t request;
    remote_reader_t answer;
    *count = 0;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_LIST);
    if (status == SIGNET_OK)
        status = remote_request(instance, call, &request, &answer);
    if (status != SIGNET_OK)
        return status;
    uint64_t total = remote_read_count(&answer, KEY_OCTETS);
    const signet_key_t **all = signet_alloc(call, total + 1, sizeof *all);
    for (uint64_t at = 0; all && at < total && !answer.failed; at++) {
        all[at] = remote_read_key(&answer, call);
        answer.failed |= all[at] == NULL;
    }
    answer.failed |= all == NULL;
    status = remote_request_end(instance, call, &answer);
    if (status == SIGNET_OK) {
        *keys = all;
        *count = total;
    }
    return status;
}

static int32_t initialise(void *instance, signet_call_t *call, const signet_token_request_t *wanted,
                          signet_text_t *description)
{
    remote_writer_t request;
    remote_reader_t answer;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_INITIALISE);
    if (status != SIGNET_OK)
        return status;
    remote_write_token_request(&request, wanted);
    status = remote_request(instance, call, &request, &answer);
    if (status != SIGNET_OK)
        return status;
    *description = remote_read_text(&answer);
    return remote_request_end(instance, call, &answer);
}

static int32_t unlock(void *instance, signet_call_t *call, signet_bytes_t secret)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_UNLOCK);
    if (status != SIGNET_OK)
        return status;
    remote_write_bytes(&request, secret);
    return read_nothing(instance, call, &request);
}

static int32_t lock(void *instance, signet_call_t *call)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_LOCK);
    return status == SIGNET_OK ? read_nothing(instance, call, &request) : status;
}

static int32_t decrypt(void *instance, signet_call_t *call, const signet_decrypt_request_t *wanted,
                       signet_bytes_t *plaintext)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_DECRYPT);
    if (status != SIGNET_OK)
        return status;
    remote_write_decrypt_request(&request, wanted);
    return read_octets(instance, call, &request, plaintext);
}

static int32_t destroy(void *instance, signet_call_t *call, signet_text_t uri,
                       signet_bytes_t public_key)
{
    remote_writer_t request;
    int32_t status = remote_request_begin(instance, call, &request, REMOTE_KEY, KEY_DESTROY);
    if (status != SIGNET_OK)
        return status;
    remote_write_text(&request, uri);
    remote_write_bytes(&request, public_key);
    return read_nothing(instance, call, &request);
}

const signet_key_interface_t signet_remote_key = {
    .size = sizeof(signet_key_interface_t),
    .generate = generate,
    .find = find,
    .sign = sign,
    .list = list,
    .initialise = initialise,
    .unlock = unlock,
    .lock = lock,
    .decrypt = decrypt,
    .destroy = destroy,
};
