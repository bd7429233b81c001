#include "token_secret.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/text.h>

#define PREFIX_LENGTH (sizeof TOKEN_PREFIX - 1)
#define ID_OCTETS 10
#define SECRET_OCTETS 32
#define SECRET_LENGTH 43
#define TOKEN_LENGTH (PREFIX_LENGTH + TOKEN_ID_LENGTH + 1 + SECRET_LENGTH)

/* Base32 (RFC 4648, 6) in lower case: no character of it needs escaping anywhere. */
static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static void write_id(const uint8_t *octets, char *id)
{
    for (int block = 0; block < ID_OCTETS / 5; block++) {
        uint64_t bits = 0;
        for (int i = 0; i < 5; i++)
            bits = bits << 8 | octets[block * 5 + i];
        for (int i = 0; i < 8; i++)
            id[block * 8 + i] = alphabet[bits >> (35 - 5 * i) & 31];
    }
}

/* A plain hash is right here: the secret is 256 random bits, so that nobody can try candidates
 * against a stolen digest, as they could with passwords; a slow hash would only slow us. */
static int32_t hash(signet_call_t *call, signet_text_t secret, signet_bytes_t *digest)
{
    return signet_sha256(call, signet_text_bytes(secret), digest);
}

int32_t token_secret_make(signet_call_t *call, signet_text_t *token, token_secret_t *secret)
{
    uint8_t random[ID_OCTETS + SECRET_OCTETS];
    int32_t status = signet_random(call, random, sizeof random);
    if (status != SIGNET_OK)
        return status;
    char id[TOKEN_ID_LENGTH];
    write_id(random, id);
    signet_text_t text =
        signet_base64url(call, (signet_bytes_t){random + ID_OCTETS, SECRET_OCTETS});
    signet_wipe(random, sizeof random);
    secret->id = signet_text_copy(call, (signet_text_t){id, sizeof id});
    *token = signet_format(call, TOKEN_PREFIX "%.*s_%.*s", SIGNET_FORMAT(secret->id),
                           SIGNET_FORMAT(text));
    if (text.data == NULL || secret->id.data == NULL || token->data == NULL)
        return SIGNET_NO_MEMORY;
    return hash(call, text, &secret->digest);
}

int token_secret_read(signet_call_t *call, signet_text_t token, token_secret_t *secret)
{
    if (token.length != TOKEN_LENGTH || !signet_text_starts(token, TOKEN_PREFIX) ||
        token.data[PREFIX_LENGTH + TOKEN_ID_LENGTH] != '_')
        return 0;
    secret->id = (signet_text_t){token.data + PREFIX_LENGTH, TOKEN_ID_LENGTH};
    signet_text_t text = {token.data + PREFIX_LENGTH + TOKEN_ID_LENGTH + 1, SECRET_LENGTH};
    for (uint64_t i = 0; i < secret->id.length; i++) {
        char character = secret->id.data[i];
        if (!((character >= 'a' && character <= 'z') || (character >= '2' && character <= '7')))
            return 0;
    }
    return hash(call, text, &secret->digest) == SIGNET_OK;
}
