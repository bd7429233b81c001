#include "ceremony/custody.h"

#include "ceremony/envelope.h"
#include "ceremony/locked.h"
#include "ceremony/share.h"
#include "ceremony/signer.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/json.h>
#include <string.h>

#define FORMAT_NAME "signet-shares/1"
#define FILE_MAX 4194304U
#define SET_ID 16U
#define BLINDING 16U
#define HOLDERS_MAX 255U

/* What an envelope holds, in fixed places. */
typedef struct piece {
    uint8_t head[4]; /* "SGN" and 1 */
    uint8_t set[SET_ID];
    uint8_t point;
    uint8_t quorum;
    uint8_t count;
    uint8_t blinding[BLINDING]; /* so that the commitment tells nothing */
    uint8_t share[CA_CUSTODY_SECRET];
} piece_t;

static const uint8_t piece_head[4] = {'S', 'G', 'N', 1};

struct ca_custody {
    const signet_json_t *object;
    signet_text_t sealed; /* the part of the file that the seal covers */
    signet_bytes_t seal;
    signet_bytes_t set;
    signet_text_t subject;
    unsigned quorum;
    unsigned count;
    piece_t *given; /* room for `quorum`, in locked memory */
    signet_text_t *givers;
    unsigned given_count;
};

/* 32 octets from the secret for one use (HKDF with SHA-256, RFC 5869). */
static int32_t derive(signet_call_t *call, const uint8_t *secret, const char *use, uint8_t *output,
                      uint64_t length)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_HKDF, NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 6),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret, CA_CUSTODY_SECRET),
        OSSL_PARAM_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)use, strlen(use)),
        OSSL_PARAM_END};
    int done = context != NULL && EVP_KDF_derive(context, output, (size_t)length, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return done ? SIGNET_OK : ca_signer_fail(call, "derive a key");
}

/* Characters that every token takes and no one confuses: five bits each, 120 in all. */
static int32_t derive_pin(signet_call_t *call, const uint8_t *secret, const char *use, uint8_t *pin)
{
    static const char characters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    int32_t status = derive(call, secret, use, pin, CA_CUSTODY_PIN);
    for (unsigned i = 0; i < CA_CUSTODY_PIN; i++)
        pin[i] = (uint8_t)characters[pin[i] & 31];
    return status;
}

static int32_t derive_pins(signet_call_t *call, const uint8_t *secret, ca_pins_t *pins)
{
    int32_t status = derive_pin(call, secret, "signet user pin", pins->user);
    return status == SIGNET_OK
               ? derive_pin(call, secret, "signet security officer pin", pins->officer)
               : status;
}

/* The seal over a set: a MAC by a key that comes from the secret. */
static int32_t seal(signet_call_t *call, const uint8_t *secret, signet_text_t sealed,
                    uint8_t output[32])
{
    uint8_t *key = ca_locked_alloc(call, 32);
    size_t length = 0;
    int32_t status =
        key == NULL ? signet_status(call) : derive(call, secret, "signet share set", key, 32);
    if (status == SIGNET_OK &&
        EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, 32, (const uint8_t *)sealed.data,
                  (size_t)sealed.length, output, 32, &length) == NULL)
        status = ca_signer_fail(call, "seal the set of shares");
    ca_locked_free(key, 32);
    return status;
}

/* One holder's envelope, as a member of the set. */
static int32_t add_share(signet_call_t *call, signet_json_writer_t *writer,
                         const ca_participant_t *holder, const piece_t *piece)
{
    signet_bytes_t octets = {(const uint8_t *)piece, sizeof *piece};
    signet_bytes_t envelope;
    signet_bytes_t commitment;
    int32_t status = ca_envelope_seal(call, holder, octets, &envelope);
    if (status == SIGNET_OK)
        status = signet_sha256(call, octets, &commitment);
    if (status != SIGNET_OK)
        return status;
    signet_json_begin_object(writer, NULL);
    signet_json_text(writer, "holder", holder->name);
    signet_json_integer(writer, "point", piece->point);
    signet_json_text(writer, "key_sha256", holder->fingerprint);
    signet_json_hex(writer, "commitment", commitment);
    signet_json_text(writer, "envelope", signet_base64(call, envelope));
    signet_json_end_object(writer);
    return SIGNET_OK;
}

/* What lies in locked memory while a set is made. */
typedef struct making {
    uint8_t secret[CA_CUSTODY_SECRET];
    uint8_t coefficients[HOLDERS_MAX * CA_CUSTODY_SECRET];
    uint8_t shares[HOLDERS_MAX * CA_CUSTODY_SECRET];
    piece_t piece;
} making_t;

static int32_t add_shares(signet_call_t *call, signet_json_writer_t *writer, making_t *making,
                          const ca_participant_t *participants, uint64_t count)
{
    int32_t status = SIGNET_OK;
    uint8_t point = 0;
    signet_json_begin_array(writer, "shares");
    for (uint64_t i = 0; status == SIGNET_OK && i < count; i++) {
        if (participants[i].role != CA_ROLE_HOLDER)
            continue;
        memcpy(making->piece.share, making->shares + (uint64_t)point * CA_CUSTODY_SECRET,
               CA_CUSTODY_SECRET);
        making->piece.point = ++point;
        status = signet_random(call, making->piece.blinding, BLINDING);
        if (status == SIGNET_OK)
            status = add_share(call, writer, &participants[i], &making->piece);
    }
    signet_json_end_array(writer);
    return status;
}

static int32_t make(signet_call_t *call, making_t *making, const ca_participant_t *participants,
                    uint64_t count, signet_text_t subject, signet_text_t *set)
{
    signet_json_writer_t writer = signet_json_writer(call, 8192);
    uint8_t mac[32];
    signet_bytes_t mac_bytes = {mac, sizeof mac};
    signet_json_begin_object(&writer, NULL);
    signet_json_text(&writer, "format", SIGNET_TEXT(FORMAT_NAME));
    signet_json_hex(&writer, "set", (signet_bytes_t){making->piece.set, SET_ID});
    signet_json_text(&writer, "opens", subject);
    signet_json_time(&writer, "created", signet_now());
    signet_json_integer(&writer, "quorum", making->piece.quorum);
    signet_json_integer(&writer, "holders", making->piece.count);
    int32_t status = add_shares(call, &writer, making, participants, count);
    signet_text_t sealed = {(const char *)writer.buffer.data, writer.buffer.length};
    if (status == SIGNET_OK && writer.buffer.failed)
        status = SIGNET_NO_MEMORY;
    if (status == SIGNET_OK)
        status = seal(call, making->secret, sealed, mac);
    if (status != SIGNET_OK)
        return status;
    signet_json_hex(&writer, "seal", mac_bytes);
    signet_json_end_object(&writer);
    signet_buffer_add_byte(&writer.buffer, '\n');
    return signet_json_finish(&writer, set);
}

int32_t ca_custody_make(signet_call_t *call, const ca_participant_t *participants, uint64_t count,
                        unsigned quorum, signet_text_t subject, ca_pins_t *pins, signet_text_t *set)
{
    unsigned holders = 0;
    for (uint64_t i = 0; i < count; i++)
        holders += participants[i].role == CA_ROLE_HOLDER;
    if (quorum < 2 || holders < quorum || holders > HOLDERS_MAX)
        return signet_fail(call, SIGNET_INVALID, "shares.quorum",
                           "a quorum of %u cannot be had from %u holders: at least 2, at most the "
                           "number of holders, which is at most %u",
                           quorum, holders, HOLDERS_MAX);
    making_t *making = (making_t *)(void *)ca_locked_alloc(call, sizeof *making);
    if (making == NULL)
        return signet_status(call);
    memcpy(making->piece.head, piece_head, sizeof piece_head);
    making->piece.quorum = (uint8_t)quorum;
    making->piece.count = (uint8_t)holders;
    /* Straight from OpenSSL: the SDK keeps random octets in ordinary memory. */
    int drawn = RAND_priv_bytes(making->secret, CA_CUSTODY_SECRET) == 1 &&
                RAND_priv_bytes(making->coefficients, (int)((quorum - 1) * CA_CUSTODY_SECRET)) == 1;
    int32_t status = drawn ? signet_random(call, making->piece.set, SET_ID)
                           : ca_signer_fail(call, "draw random octets");
    ca_share_split(making->secret, CA_CUSTODY_SECRET, making->coefficients, quorum, holders,
                   making->shares);
    if (status == SIGNET_OK)
        status = derive_pins(call, making->secret, pins);
    if (status == SIGNET_OK)
        status = make(call, making, participants, count, subject, set);
    ca_locked_free(making, sizeof *making);
    return status;
}

static int32_t malformed(signet_call_t *call, const char *what)
{
    return signet_fail(call, SIGNET_INVALID, "shares.malformed", "the file is no set of shares: %s",
                       what);
}

static int32_t read_set(signet_call_t *call, signet_bytes_t file, ca_custody_t *custody)
{
    static const char member[] = ",\"seal\":\"";
    signet_text_t text = {NULL, 0};
    int64_t quorum = 0;
    int64_t count = 0;
    int32_t status = signet_json_parse(call, file, FILE_MAX, &custody->object);
    if (status != SIGNET_OK)
        return status;
    const signet_json_t *object = custody->object;
    const uint8_t *at = memmem(file.data, (size_t)file.length, member, sizeof member - 1);
    const signet_json_t *shares = signet_json_get(object, "shares");
    if (object->kind != SIGNET_JSON_OBJECT ||
        signet_json_get_text(call, object, "format", &text) != SIGNET_OK ||
        !signet_text_is(text, FORMAT_NAME) || at == NULL || shares == NULL ||
        shares->kind != SIGNET_JSON_ARRAY ||
        signet_json_get_text(call, object, "opens", &custody->subject) != SIGNET_OK ||
        signet_json_get_integer(call, object, "quorum", &quorum) != SIGNET_OK ||
        signet_json_get_integer(call, object, "holders", &count) != SIGNET_OK || quorum < 2 ||
        quorum > count || count > (int64_t)HOLDERS_MAX || shares->count != (uint64_t)count) {
        call->services->clear(call);
        return malformed(call, "members are missing or out of place");
    }
    custody->sealed = (signet_text_t){(const char *)file.data, (uint64_t)(at - file.data)};
    custody->quorum = (unsigned)quorum;
    custody->count = (unsigned)count;
    if (signet_json_get_text(call, object, "set", &text) != SIGNET_OK ||
        signet_hex_decode(call, text, &custody->set) != SIGNET_OK ||
        custody->set.length != SET_ID ||
        signet_json_get_text(call, object, "seal", &text) != SIGNET_OK ||
        signet_hex_decode(call, text, &custody->seal) != SIGNET_OK || custody->seal.length != 32) {
        call->services->clear(call);
        return malformed(call, "its id or its seal is none");
    }
    return SIGNET_OK;
}

int32_t ca_custody_open(signet_call_t *call, signet_bytes_t file, ca_custody_t **custody)
{
    ca_custody_t *opened = signet_alloc(call, 1, sizeof *opened);
    if (opened == NULL)
        return SIGNET_NO_MEMORY;
    int32_t status = read_set(call, file, opened);
    if (status != SIGNET_OK)
        return status;
    opened->given =
        (piece_t *)(void *)ca_locked_alloc(call, opened->quorum * sizeof *opened->given);
    opened->givers = signet_alloc(call, opened->quorum, sizeof *opened->givers);
    if (opened->given == NULL || opened->givers == NULL) {
        ca_custody_close(opened);
        return signet_status(call);
    }
    *custody = opened;
    return SIGNET_OK;
}

signet_text_t ca_custody_subject(const ca_custody_t *custody)
{
    return custody->subject;
}

unsigned ca_custody_quorum(const ca_custody_t *custody)
{
    return custody->quorum;
}

static const signet_json_t *find_share(const ca_custody_t *custody, signet_text_t holder)
{
    const signet_json_t *shares = signet_json_get(custody->object, "shares");
    for (uint64_t i = 0; i < shares->count; i++) {
        const signet_json_t *name = signet_json_get(&shares->items[i], "holder");
        if (name != NULL && name->kind == SIGNET_JSON_TEXT && signet_text_equal(name->text, holder))
            return &shares->items[i];
    }
    return NULL;
}

/* Whether an opened share is what the set committed to, and of this set, and new. */
static int32_t judge(signet_call_t *call, const ca_custody_t *custody,
                     const ca_participant_t *holder, const piece_t *piece,
                     signet_bytes_t commitment)
{
    signet_bytes_t digest;
    int32_t status =
        signet_sha256(call, (signet_bytes_t){(const uint8_t *)piece, sizeof *piece}, &digest);
    if (status != SIGNET_OK)
        return status;
    if (memcmp(piece->head, piece_head, sizeof piece_head) != 0 ||
        memcmp(piece->set, custody->set.data, SET_ID) != 0)
        return signet_fail(call, SIGNET_INVALID, "shares.foreign",
                           "the share of %.*s belongs to another set than this one",
                           SIGNET_FORMAT(holder->name));
    if (!signet_bytes_equal(digest, commitment) || piece->point == 0 ||
        piece->point > custody->count || piece->quorum != custody->quorum ||
        piece->count != custody->count)
        return signet_fail(call, SIGNET_INVALID, "shares.wrong",
                           "the share of %.*s is not the one that this set commits to",
                           SIGNET_FORMAT(holder->name));
    for (unsigned i = 0; i < custody->given_count; i++) {
        if (custody->given[i].point == piece->point)
            return signet_fail(call, SIGNET_INVALID, "shares.duplicate",
                               "the share of %.*s is the one that %.*s gave already",
                               SIGNET_FORMAT(holder->name), SIGNET_FORMAT(custody->givers[i]));
    }
    return SIGNET_OK;
}

int32_t ca_custody_give(signet_call_t *call, ca_custody_t *custody, const ca_participant_t *holder)
{
    const signet_json_t *share = find_share(custody, holder->name);
    signet_text_t text = {NULL, 0};
    signet_bytes_t envelope = {NULL, 0};
    signet_bytes_t commitment = {NULL, 0};
    if (share == NULL)
        return signet_fail(call, SIGNET_NOT_FOUND, "shares.foreign",
                           "the set has no share for %.*s", SIGNET_FORMAT(holder->name));
    if (custody->given_count == custody->quorum)
        return SIGNET_OK;
    int32_t status = signet_json_get_text(call, share, "envelope", &text);
    if (status == SIGNET_OK)
        status = signet_base64_decode(call, text, &envelope);
    if (status == SIGNET_OK)
        status = signet_json_get_text(call, share, "commitment", &text);
    if (status == SIGNET_OK)
        status = signet_hex_decode(call, text, &commitment);
    piece_t *piece = &custody->given[custody->given_count];
    if (status == SIGNET_OK)
        status = ca_envelope_open(call, holder, envelope, (uint8_t *)piece, sizeof *piece);
    if (status == SIGNET_OK)
        status = judge(call, custody, holder, piece, commitment);
    if (status != SIGNET_OK) {
        OPENSSL_cleanse(piece, sizeof *piece);
        return status;
    }
    custody->givers[custody->given_count++] = holder->name;
    return SIGNET_OK;
}

static int32_t rebuild(signet_call_t *call, const ca_custody_t *custody, uint8_t *secret,
                       ca_pins_t *pins)
{
    const uint8_t *shares[HOLDERS_MAX];
    uint8_t points[HOLDERS_MAX];
    uint8_t mac[32];
    for (unsigned i = 0; i < custody->quorum; i++) {
        shares[i] = custody->given[i].share;
        points[i] = custody->given[i].point;
    }
    ca_share_join(shares, points, custody->quorum, CA_CUSTODY_SECRET, secret);
    int32_t status = seal(call, secret, custody->sealed, mac);
    if (status != SIGNET_OK)
        return status;
    /* A wrong secret never reaches the token, which would count it as a wrong PIN. */
    if (!signet_bytes_equal_secret((signet_bytes_t){mac, sizeof mac}, custody->seal))
        return signet_fail(call, SIGNET_INVALID, "shares.wrong",
                           "the shares do not fit together, or the set was changed; no PIN was "
                           "tried");
    return derive_pins(call, secret, pins);
}

int32_t ca_custody_rebuild(signet_call_t *call, ca_custody_t *custody, ca_pins_t *pins)
{
    if (custody->given_count < custody->quorum)
        return signet_fail(call, SIGNET_DENIED, "shares.quorum",
                           "%u of the %u shares that are needed were given; nothing can be signed",
                           custody->given_count, custody->quorum);
    uint8_t *secret = ca_locked_alloc(call, CA_CUSTODY_SECRET);
    if (secret == NULL)
        return signet_status(call);
    int32_t status = rebuild(call, custody, secret, pins);
    ca_locked_free(secret, CA_CUSTODY_SECRET);
    return status;
}

void ca_custody_close(ca_custody_t *custody)
{
    if (custody == NULL)
        return;
    ca_locked_free(custody->given, custody->quorum * sizeof *custody->given);
    custody->given = NULL;
    custody->given_count = 0;
}
