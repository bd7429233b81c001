/* PBES2 with AES-256-CBC. */
#include "file_cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>
#include <string.h>

/* scrypt at N = 2^14, r = 8, p = 5: OWASP's equal of N = 2^17, p = 1, in 16 MiB. OpenSSL refuses to
 * open a PKCS#8 file that needs more than 32 MiB. */
#define SCRYPT_N 16384U
#define SCRYPT_R 8U
/* What a file may ask for at most. */
#define MAX_SCRYPT_MEMORY 33554432U
#define MAX_SCRYPT_PASSES 64U
#define MAX_ITERATIONS 100000000

static int32_t fail_openssl(signet_call_t *call, const char *what)
{
    char detail[256];
    ERR_error_string_n(ERR_peek_last_error(), detail, sizeof(detail));
    ERR_clear_error();
    return signet_fail_detail(call, SIGNET_INTERNAL, "key.openssl-failed", detail,
                              "OpenSSL could not %s", what);
}

static int32_t fail_format(signet_call_t *call, signet_text_t name)
{
    ERR_clear_error();
    return signet_fail(call, SIGNET_CORRUPT, "key.file-invalid",
                       "the file of the key \"%.*s\" is damaged, or was not written by this "
                       "plugin; restore it from the backup",
                       SIGNET_FORMAT(name));
}

static int32_t read_passphrase(signet_call_t *call, const file_cipher_t *cipher,
                               signet_bytes_t *passphrase)
{
    if (cipher->secret) {
        *passphrase = (signet_bytes_t){cipher->secret, cipher->secret_length};
        return SIGNET_OK;
    }
    if (cipher->passphrase.length == 0) {
        return signet_fail(call, SIGNET_UNAVAILABLE, "key.locked",
                           "the folder of keys is locked and no passphrase is configured: enough "
                           "holders of its shares must unlock it in a ceremony");
    }
    int32_t status =
        cipher->host->services->secret(cipher->host, call, cipher->passphrase, passphrase);
    if (status == SIGNET_OK && (passphrase->length == 0 || passphrase->length > 4096)) {
        return signet_fail(call, SIGNET_INVALID, "key.passphrase-invalid",
                           "the passphrase %.*s is empty or longer than 4096 octets",
                           SIGNET_FORMAT(cipher->passphrase));
    }
    return status;
}

static int derive_scrypt(const SCRYPT_PARAMS *params, signet_bytes_t passphrase, uint8_t *key)
{
    uint64_t n = 0;
    uint64_t r = 0;
    uint64_t p = 0;
    uint64_t memory = 2 * (uint64_t)MAX_SCRYPT_MEMORY;
    if (ASN1_INTEGER_get_uint64(&n, params->costParameter) != 1 ||
        ASN1_INTEGER_get_uint64(&r, params->blockSize) != 1 ||
        ASN1_INTEGER_get_uint64(&p, params->parallelizationParameter) != 1 || n == 0 || r == 0 ||
        r > 64 || n > MAX_SCRYPT_MEMORY / 128 / r || p == 0 || p > MAX_SCRYPT_PASSES) {
        return -1;
    }
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_PASSWORD, (void *)(uintptr_t)passphrase.data,
                                passphrase.length),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_SALT,
                                (void *)(uintptr_t)ASN1_STRING_get0_data(params->salt),
                                (size_t)ASN1_STRING_length(params->salt)),
        OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory),
        OSSL_PARAM_END,
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "SCRYPT", NULL);
    EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
    int done = context && EVP_KDF_derive(context, key, FILE_KEY_LENGTH, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done ? 0 : -1;
}

static int derive_pbkdf2(const PBKDF2PARAM *params, signet_bytes_t passphrase, uint8_t *key)
{
    const ASN1_OBJECT *function = NULL;
    int64_t iterations = 0;
    if (!params->prf || params->salt->type != V_ASN1_OCTET_STRING ||
        ASN1_INTEGER_get_int64(&iterations, params->iter) != 1 || iterations < 1 ||
        iterations > MAX_ITERATIONS) {
        return -1;
    }
    X509_ALGOR_get0(&function, NULL, NULL, params->prf);
    if (OBJ_obj2nid(function) != NID_hmacWithSHA256) {
        return -1;
    }
    const ASN1_OCTET_STRING *salt = params->salt->value.octet_string;
    return PKCS5_PBKDF2_HMAC((const char *)passphrase.data, (int)passphrase.length,
                             ASN1_STRING_get0_data(salt), ASN1_STRING_length(salt), (int)iterations,
                             EVP_sha256(), FILE_KEY_LENGTH, key) == 1
               ? 0
               : -1;
}

/* Derives the key of one file; the salt is kept for new files. */
static int derive(file_cipher_t *cipher, const X509_ALGOR *algorithm, signet_bytes_t passphrase)
{
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    const ASN1_OCTET_STRING *salt = NULL;
    int type = 0;
    int result = -1;
    X509_ALGOR_get0(&object, &type, &value, algorithm);
    if (type != V_ASN1_SEQUENCE) {
        return -1;
    }
    SCRYPT_PARAMS *scrypt = NULL;
    PBKDF2PARAM *pbkdf2 = NULL;
    if (OBJ_obj2nid(object) == NID_id_scrypt) {
        scrypt = ASN1_item_unpack(value, ASN1_ITEM_rptr(SCRYPT_PARAMS));
        if (scrypt) {
            salt = scrypt->salt;
            result = derive_scrypt(scrypt, passphrase, cipher->key);
        }
    } else if (OBJ_obj2nid(object) == NID_id_pbkdf2) {
        pbkdf2 = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBKDF2PARAM));
        if (pbkdf2) {
            result = derive_pbkdf2(pbkdf2, passphrase, cipher->key);
            salt = result == 0 ? pbkdf2->salt->value.octet_string : NULL;
        }
    }
    if (result == 0 && salt && ASN1_STRING_length(salt) == FILE_SALT_LENGTH) {
        memcpy(cipher->salt, ASN1_STRING_get0_data(salt), FILE_SALT_LENGTH);
        cipher->has_salt = 1;
    }
    SCRYPT_PARAMS_free(scrypt);
    PBKDF2PARAM_free(pbkdf2);
    return result;
}

/* The derived key for this AlgorithmIdentifier, from memory where it is the last one. */
static int32_t key_for(signet_call_t *call, file_cipher_t *cipher, const X509_ALGOR *algorithm,
                       signet_text_t name)
{
    uint8_t *encoded = NULL;
    signet_bytes_t passphrase = {0};
    int length = i2d_X509_ALGOR(algorithm, &encoded);
    if (length <= 0) {
        return fail_openssl(call, "encode the parameters of a key file");
    }
    if (cipher->derivation && cipher->derivation_length == length &&
        memcmp(cipher->derivation, encoded, (size_t)length) == 0) {
        OPENSSL_free(encoded);
        return SIGNET_OK;
    }
    file_cipher_clear(cipher);
    cipher->key = OPENSSL_secure_zalloc(FILE_KEY_LENGTH);
    int32_t status =
        cipher->key ? read_passphrase(call, cipher, &passphrase) : signet_fail_memory(call);
    if (status == SIGNET_OK && derive(cipher, algorithm, passphrase) != 0) {
        status = fail_format(call, name);
    }
    if (status != SIGNET_OK) {
        OPENSSL_free(encoded);
        return status;
    }
    cipher->derivation = encoded;
    cipher->derivation_length = length;
    return SIGNET_OK;
}

static int32_t decrypt(signet_call_t *call, const file_cipher_t *cipher, const uint8_t *vector,
                       const ASN1_OCTET_STRING *content, signet_text_t name, signet_bytes_t *plain)
{
    int length = 0;
    int last = 0;
    int size = ASN1_STRING_length(content);
    uint8_t *output = OPENSSL_secure_malloc((size_t)size + 16);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    *plain = (signet_bytes_t){output, (size_t)size + 16};
    if (!output || !context) {
        EVP_CIPHER_CTX_free(context);
        return signet_fail_memory(call);
    }
    int done =
        EVP_DecryptInit_ex2(context, EVP_aes_256_cbc(), cipher->key, vector, NULL) == 1 &&
        EVP_DecryptUpdate(context, output, &length, ASN1_STRING_get0_data(content), size) == 1 &&
        EVP_DecryptFinal_ex(context, output + length, &last) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!done) {
        ERR_clear_error();
        return signet_fail(call, SIGNET_DENIED, "key.passphrase-wrong",
                           "the passphrase %.*s does not open the key \"%.*s\"; use the one that "
                           "it was made with",
                           SIGNET_FORMAT(cipher->passphrase), SIGNET_FORMAT(name));
    }
    plain->length = (uint64_t)length + (uint64_t)last;
    return SIGNET_OK;
}

void file_cipher_forget(signet_bytes_t *plain)
{
    OPENSSL_secure_clear_free((void *)(uintptr_t)plain->data, plain->length);
    *plain = (signet_bytes_t){NULL, 0};
}

int32_t file_cipher_open(signet_call_t *call, file_cipher_t *cipher, const X509_SIG *sealed,
                         signet_text_t name, signet_bytes_t *plain)
{
    const X509_ALGOR *algorithm = NULL;
    const ASN1_OCTET_STRING *content = NULL;
    const ASN1_OBJECT *object = NULL;
    const void *value = NULL;
    int type = 0;
    X509_SIG_get0(sealed, &algorithm, &content);
    X509_ALGOR_get0(&object, &type, &value, algorithm);
    if (OBJ_obj2nid(object) != NID_pbes2 || type != V_ASN1_SEQUENCE) {
        return fail_format(call, name);
    }
    PBE2PARAM *params = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBE2PARAM));
    if (!params) {
        return fail_format(call, name);
    }
    X509_ALGOR_get0(&object, &type, &value, params->encryption);
    int32_t status = SIGNET_OK;
    if (OBJ_obj2nid(object) != NID_aes_256_cbc || type != V_ASN1_OCTET_STRING ||
        ASN1_STRING_length(value) != 16) {
        status = fail_format(call, name);
    }
    if (status == SIGNET_OK) {
        status = key_for(call, cipher, params->keyfunc, name);
    }
    if (status == SIGNET_OK) {
        status = decrypt(call, cipher, ASN1_STRING_get0_data(value), content, name, plain);
    }
    PBE2PARAM_free(params);
    if (status != SIGNET_OK) {
        file_cipher_forget(plain);
    }
    return status;
}

int32_t file_cipher_seal(signet_call_t *call, file_cipher_t *cipher, PKCS8_PRIV_KEY_INFO *info,
                         X509_SIG **sealed)
{
    signet_bytes_t passphrase = {0};
    int32_t status = read_passphrase(call, cipher, &passphrase);
    if (status != SIGNET_OK) {
        return status;
    }
    if (!cipher->has_salt && RAND_bytes(cipher->salt, FILE_SALT_LENGTH) != 1) {
        return fail_openssl(call, "draw a salt");
    }
    cipher->has_salt = 1;
    X509_ALGOR *algorithm =
        cipher->pbkdf2 ? PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), cipher->iterations, cipher->salt,
                                           FILE_SALT_LENGTH, NULL, NID_hmacWithSHA256)
                       : PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), cipher->salt, FILE_SALT_LENGTH,
                                               NULL, SCRYPT_N, SCRYPT_R, cipher->passes);
    if (!algorithm) {
        return fail_openssl(call, "set up the encryption of a key file");
    }
    *sealed =
        PKCS8_set0_pbe((const char *)passphrase.data, (int)passphrase.length, info, algorithm);
    if (!*sealed) {
        X509_ALGOR_free(algorithm);
        return fail_openssl(call, "encrypt a key");
    }
    return SIGNET_OK;
}

void file_cipher_clear(file_cipher_t *cipher)
{
    OPENSSL_secure_clear_free(cipher->key, FILE_KEY_LENGTH);
    cipher->key = NULL;
    OPENSSL_free(cipher->derivation);
    cipher->derivation = NULL;
    cipher->derivation_length = 0;
}

int32_t file_cipher_unlock(signet_call_t *call, file_cipher_t *cipher, signet_bytes_t secret)
{
    file_cipher_lock(cipher);
    cipher->secret = OPENSSL_secure_malloc(secret.length + 1);
    if (!cipher->secret) {
        return signet_fail_memory(call);
    }
    memcpy(cipher->secret, secret.data, secret.length);
    cipher->secret_length = secret.length;
    return SIGNET_OK;
}

void file_cipher_lock(file_cipher_t *cipher)
{
    OPENSSL_secure_clear_free(cipher->secret, cipher->secret_length + 1);
    cipher->secret = NULL;
    cipher->secret_length = 0;
    file_cipher_clear(cipher);
}
