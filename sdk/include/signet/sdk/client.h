/* A REST client for remote commands (libcurl): https with a pinned CA, or a Unix socket. */
#ifndef SIGNET_SDK_CLIENT_H
#define SIGNET_SDK_CLIENT_H

#include <signet/command.h>
#include <signet/sdk/json.h>

/* An answer. */
typedef struct signet_client_response {
    uint32_t status;
    signet_text_t content_type;
    signet_bytes_t body;
} signet_client_response_t;

/* One request to input->url + path with the token of input->token_file (a file closed to others)
 * and, over TLS, the certificate of input->client_certificate, whose key file is closed too.
 * `body` empty: none; otherwise JSON. `accept` may be NULL (application/json). An answer of 400 and
 * more becomes the call's error, from its problem+json: status, reason and message. UNAVAILABLE
 * where the host cannot be reached, with the URL and the remedy. [worker] */
int32_t signet_client(signet_call_t *call, const signet_command_input_t *input, const char *method,
                      signet_text_t path, const char *accept, signet_text_t body,
                      const signet_client_response_t **response);
/* The same with the header Idempotency-Key, so that a request whose answer was lost can be sent
 * again without being carried out twice; `key` empty: without it. [worker] */
int32_t signet_client_keyed(signet_call_t *call, const signet_command_input_t *input,
                            const char *method, signet_text_t path, const char *accept,
                            signet_text_t body, signet_text_t key,
                            const signet_client_response_t **response);
/* signet_client, parsed; a JSON null where the answer has no body. [worker] */
int32_t signet_client_json(signet_call_t *call, const signet_command_input_t *input,
                           const char *method, signet_text_t path, signet_text_t body,
                           const signet_json_t **answer);
/* Signs octets with the private key in a PEM file, for a client; OpenSSL asks for a passphrase on
 * the terminal. `algorithm` becomes the one that suits the key, `signature` is as X.509 carries it.
 * NOT_FOUND, INVALID (no such key), UNSUPPORTED. [any] */
int32_t signet_sign_with_file(signet_call_t *call, signet_text_t path, signet_bytes_t message,
                              signet_text_t *algorithm, signet_bytes_t *signature);
/* The first line of the file of --password-file, which only its user may read (DENIED); empty
 * without that option. [any] */
int32_t signet_secret_password(signet_call_t *call, const signet_command_input_t *input,
                               signet_text_t *password);
/* Makes a file that only its user can read, empty, before a key is asked for that is handed out
 * once. EXISTS: nothing is ever written over. [any] */
int32_t signet_secret_reserve(signet_call_t *call, signet_text_t path);
/* Writes what came to it. [any] */
int32_t signet_secret_write(signet_call_t *call, signet_text_t path, signet_bytes_t content);
/* Removes it again where nothing came. [any] */
void signet_secret_drop(signet_call_t *call, signet_text_t path);
/* A text percent-encoded for a path or a query (RFC 3986, 2.1). [any] */
signet_text_t signet_url_encode(signet_call_t *call, signet_text_t text);

#endif
