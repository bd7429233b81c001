/* Digests on contexts kept per thread. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_DIGEST_H
#define SIGNET_SDK_SRC_DIGEST_H

#include <openssl/evp.h>
#include <signet/base.h>

#define SIGNET_HASH_SHA1 0
#define SIGNET_HASH_SHA256 1
#define SIGNET_HASH_SHA384 2
#define SIGNET_HASH_SHA512 3
#define SIGNET_HASHES 4

#define SIGNET_HASH_MAX 64

/* The digest of `input` and its length. 0, or -1 where OpenSSL fails. */
int signet_hash(int hash, signet_bytes_t input, uint8_t output[SIGNET_HASH_MAX], unsigned *length);
/* The digest's implementation, fetched once for the process; NULL where OpenSSL lacks it. */
const EVP_MD *signet_hash_method(int hash);
/* Octets of a digest. */
unsigned signet_hash_length(int hash);
/* The hash that OpenSSL calls `name`, in any of its spellings, or -1. */
int signet_hash_named(const char *name);
/* OpenSSL's name of a hash. */
const char *signet_hash_name(int hash);

#endif
