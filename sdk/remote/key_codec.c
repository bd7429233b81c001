#include "key_codec.h"

#include <signet/sdk/text.h>

void remote_write_key_request(remote_writer_t *writer, const signet_key_request_t *request)
{
    remote_write_u32(writer, request->purposes);
    remote_write_text(writer, request->name);
    remote_write_text(writer, request->type);
}

void remote_read_key_request(remote_reader_t *reader, signet_key_request_t *request)
{
    *request = (signet_key_request_t){.size = sizeof *request};
    request->purposes = remote_read_u32(reader);
    request->name = remote_read_text(reader);
    request->type = remote_read_text(reader);
}

void remote_write_sign_request(remote_writer_t *writer, const signet_sign_request_t *request)
{
    remote_write_u32(writer, request->purpose);
    remote_write_text(writer, request->uri);
    remote_write_text(writer, request->algorithm);
    remote_write_bytes(writer, request->message);
    remote_write_bytes(writer, request->digest);
    remote_write_text(writer, request->intent);
}

void remote_read_sign_request(remote_reader_t *reader, signet_sign_request_t *request)
{
    *request = (signet_sign_request_t){.size = sizeof *request};
    request->purpose = remote_read_u32(reader);
    request->uri = remote_read_text(reader);
    request->algorithm = remote_read_text(reader);
    request->message = remote_read_bytes(reader);
    request->digest = remote_read_bytes(reader);
    request->intent = remote_read_text(reader);
}

void remote_write_decrypt_request(remote_writer_t *writer, const signet_decrypt_request_t *request)
{
    remote_write_text(writer, request->uri);
    remote_write_text(writer, request->algorithm);
    remote_write_bytes(writer, request->ciphertext);
}

void remote_read_decrypt_request(remote_reader_t *reader, signet_decrypt_request_t *request)
{
    *request = (signet_decrypt_request_t){.size = sizeof *request};
    request->uri = remote_read_text(reader);
    request->algorithm = remote_read_text(reader);
    request->ciphertext = remote_read_bytes(reader);
}

void remote_write_token_request(remote_writer_t *writer, const signet_token_request_t *request)
{
    remote_write_bytes(writer, request->officer_secret);
    remote_write_bytes(writer, request->secret);
}

void remote_read_token_request(remote_reader_t *reader, signet_token_request_t *request)
{
    *request = (signet_token_request_t){.size = sizeof *request};
    request->officer_secret = remote_read_bytes(reader);
    request->secret = remote_read_bytes(reader);
}

void remote_write_key(remote_writer_t *writer, const signet_key_t *key)
{
    const signet_bytes_t none = {NULL, 0};
    remote_write_u32(writer, key->purposes);
    remote_write_u32(writer, key->exportable);
    remote_write_u32(writer, key->hardware);
    remote_write_text(writer, key->uri);
    remote_write_text(writer, key->name);
    remote_write_text(writer, key->type);
    remote_write_bytes(writer, key->public_key);
    remote_write_text(writer, key->module);
    remote_write_text(writer, key->origin);
    remote_write_bytes(writer, SIGNET_HAS(key, attestation.data) ? key->attestation : none);
}

const signet_key_t *remote_read_key(remote_reader_t *reader, signet_call_t *call)
{
    signet_key_t *key = signet_alloc(call, 1, sizeof *key);
    if (!key)
        return NULL;
    key->size = sizeof *key;
    key->purposes = remote_read_u32(reader);
    key->exportable = remote_read_u32(reader);
    key->hardware = remote_read_u32(reader);
    key->uri = remote_read_text(reader);
    key->name = remote_read_text(reader);
    key->type = remote_read_text(reader);
    key->public_key = remote_read_bytes(reader);
    key->module = remote_read_text(reader);
    key->origin = remote_read_text(reader);
    key->attestation = remote_read_bytes(reader);
    return reader->failed ? NULL : key;
}
