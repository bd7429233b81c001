/* Key files. */
#include "file_envelope.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <signet/sdk/backend.h>
#include <signet/sdk/encode.h>
#include <string.h>

#define BINDING_LENGTH 32
static const char binding_label[] = "signet key-file binding 1";

static int32_t fail_memory(signet_call_t *call)
{
    ERR_clear_error();
    return signet_fail_memory(call);
}

static int32_t fail_damaged(signet_call_t *call, signet_text_t name)
{
    ERR_clear_error();
    return signet_fail(call, SIGNET_CORRUPT, "key.file-changed",
                       "the file of the key \"%.*s\" was changed or is damaged; restore it from "
                       "the backup and find out who wrote it",
                       SIGNET_FORMAT(name));
}

/* HMAC-SHA256 over name and purposes, by the SHA-256 of the label and the private key's DER. */
static int32_t bind(signet_call_t *call, signet_bytes_t plain, signet_text_t name,
                    signet_text_t purposes, uint8_t binding[BINDING_LENGTH])
{
    uint8_t key[32];
    size_t length = 0;
    signet_text_t message =
        signet_format(call, "%.*s\n%.*s\n", SIGNET_FORMAT(name), SIGNET_FORMAT(purposes));
    if (!message.data) {
        return signet_status(call);
    }
    EVP_MD_CTX *digest = EVP_MD_CTX_new();
    int done = digest && EVP_DigestInit_ex2(digest, EVP_sha256(), NULL) == 1 &&
               EVP_DigestUpdate(digest, binding_label, sizeof(binding_label)) == 1 &&
               EVP_DigestUpdate(digest, plain.data, plain.length) == 1 &&
               EVP_DigestFinal_ex(digest, key, NULL) == 1 &&
               EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, sizeof(key),
                         (const unsigned char *)message.data, message.length, binding,
                         BINDING_LENGTH, &length) != NULL;
    EVP_MD_CTX_free(digest);
    OPENSSL_cleanse(key, sizeof(key));
    if (!done) {
        ERR_clear_error();
        return signet_fail(call, SIGNET_INTERNAL, "key.openssl-failed",
                           "OpenSSL could not compute a MAC");
    }
    return SIGNET_OK;
}

static int32_t compose(signet_call_t *call, signet_text_t purposes,
                       const uint8_t binding[BINDING_LENGTH], const X509_SIG *sealed,
                       signet_bytes_t *content)
{
    signet_text_t digits = signet_hex(call, (signet_bytes_t){binding, BINDING_LENGTH});
    signet_buffer_t buffer = signet_buffer(call, 4096);
    char *pem = NULL;
    BIO *memory = BIO_new(BIO_s_mem());
    if (!memory || PEM_write_bio_PKCS8(memory, sealed) != 1) {
        BIO_free(memory);
        return fail_memory(call);
    }
    long length = BIO_get_mem_data(memory, &pem);
    signet_buffer_format(&buffer, "Purposes: %.*s\nBinding: %.*s\n", SIGNET_FORMAT(purposes),
                         SIGNET_FORMAT(digits));
    signet_buffer_add(&buffer, pem, (uint64_t)length);
    BIO_free(memory);
    return signet_buffer_bytes(&buffer, content);
}

int32_t file_envelope_write(signet_call_t *call, file_cipher_t *cipher, signet_text_t name,
                            uint32_t purposes, EVP_PKEY *key, signet_bytes_t *content)
{
    uint8_t binding[BINDING_LENGTH];
    uint8_t *plain = NULL;
    X509_SIG *sealed = NULL;
    signet_text_t words = signet_purposes_text(call, purposes);
    PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(key);
    int length = info ? i2d_PKCS8_PRIV_KEY_INFO(info, &plain) : -1;
    if (length <= 0) {
        PKCS8_PRIV_KEY_INFO_free(info);
        return fail_memory(call);
    }
    int32_t status = bind(call, (signet_bytes_t){plain, (uint64_t)length}, name, words, binding);
    OPENSSL_clear_free(plain, (size_t)length);
    if (status == SIGNET_OK) {
        status = file_cipher_seal(call, cipher, info, &sealed);
    }
    PKCS8_PRIV_KEY_INFO_free(info);
    if (status == SIGNET_OK) {
        status = compose(call, words, binding, sealed, content);
    }
    X509_SIG_free(sealed);
    return status;
}

/* The rest of the first line of `content` behind `label`; NULL data where it does not stand there.
 */
static signet_text_t take_line(signet_text_t *content, const char *label)
{
    signet_text_t rest = {0};
    signet_text_t line = signet_text_split(*content, '\n', &rest);
    if (!signet_text_starts(line, label)) {
        return (signet_text_t){0};
    }
    *content = rest;
    return (signet_text_t){line.data + strlen(label), line.length - strlen(label)};
}

static X509_SIG *read_pem(signet_text_t pem)
{
    X509_SIG *sealed = NULL;
    BIO *memory = BIO_new_mem_buf(pem.data, (int)pem.length);
    if (memory) {
        sealed = PEM_read_bio_PKCS8(memory, NULL, NULL, NULL);
    }
    BIO_free(memory);
    return sealed;
}

static int32_t load(signet_call_t *call, signet_text_t name, signet_bytes_t plain, EVP_PKEY **key)
{
    const uint8_t *next = plain.data;
    PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &next, (long)plain.length);
    *key = info ? EVP_PKCS82PKEY(info) : NULL;
    PKCS8_PRIV_KEY_INFO_free(info);
    return *key ? SIGNET_OK : fail_damaged(call, name);
}

int32_t file_envelope_read(signet_call_t *call, file_cipher_t *cipher, signet_text_t name,
                           signet_bytes_t content, uint32_t *purposes, EVP_PKEY **key)
{
    uint8_t expected[BINDING_LENGTH];
    signet_bytes_t binding = {0};
    signet_bytes_t plain = {0};
    signet_text_t text = signet_bytes_text(content);
    signet_text_t words = take_line(&text, "Purposes: ");
    signet_text_t digits = take_line(&text, "Binding: ");
    if (!words.data || digits.length != (uint64_t)2 * BINDING_LENGTH) {
        return fail_damaged(call, name);
    }
    X509_SIG *sealed = read_pem(text);
    if (!sealed) {
        return fail_damaged(call, name);
    }
    int32_t status = file_cipher_open(call, cipher, sealed, name, &plain);
    X509_SIG_free(sealed);
    if (status == SIGNET_OK) {
        status = signet_hex_decode(call, digits, &binding);
    }
    if (status == SIGNET_OK) {
        status = signet_purposes_parse(call, words, purposes);
    }
    if (status == SIGNET_OK) {
        status = bind(call, plain, name, words, expected);
    }
    if (status == SIGNET_OK &&
        !signet_bytes_equal_secret(binding, (signet_bytes_t){expected, BINDING_LENGTH})) {
        status = fail_damaged(call, name);
    }
    if (status == SIGNET_OK) {
        status = load(call, name, plain, key);
    }
    file_cipher_forget(&plain);
    return status;
}
