/* libcbor takes one item after the other off the input, without a tree and without allocating
 * anything for what an item claims to be long. */
#include "object.h"

#include <cbor.h>
#include <string.h>

#define DEPTH_MAX 8U
#define MEMBERS_MAX 32U

enum kind {
    KIND_NONE,
    KIND_UNSIGNED,
    KIND_NEGATIVE,
    KIND_OCTETS,
    KIND_TEXT,
    KIND_ARRAY,
    KIND_MAP,
    KIND_SIMPLE
};

/* One item, without what is inside. */
typedef struct item {
    enum kind kind;
    uint64_t number; /* value, or count of what is inside */
    signet_bytes_t octets;
} item_t;

typedef struct reader {
    const uint8_t *next;
    uint64_t left;
} reader_t;

static void set_number(item_t *item, enum kind kind, uint64_t number)
{
    item->kind = kind;
    item->number = number;
}

static void on_uint8(void *item, uint8_t value)
{
    set_number(item, KIND_UNSIGNED, value);
}
static void on_uint16(void *item, uint16_t value)
{
    set_number(item, KIND_UNSIGNED, value);
}
static void on_uint32(void *item, uint32_t value)
{
    set_number(item, KIND_UNSIGNED, value);
}
static void on_uint64(void *item, uint64_t value)
{
    set_number(item, KIND_UNSIGNED, value);
}
static void on_negint8(void *item, uint8_t value)
{
    set_number(item, KIND_NEGATIVE, value);
}
static void on_negint16(void *item, uint16_t value)
{
    set_number(item, KIND_NEGATIVE, value);
}
static void on_negint32(void *item, uint32_t value)
{
    set_number(item, KIND_NEGATIVE, value);
}
static void on_negint64(void *item, uint64_t value)
{
    set_number(item, KIND_NEGATIVE, value);
}

/* The length's type changed between versions of the library. */
#define ON_OCTETS(name, which)                                                                     \
    static void name(void *item, cbor_data data, LENGTH length)                                    \
    {                                                                                              \
        ((item_t *)item)->kind = (which);                                                          \
        ((item_t *)item)->octets = (signet_bytes_t){data, length};                                 \
    }
#if CBOR_MAJOR_VERSION == 0 && CBOR_MINOR_VERSION < 9
#define LENGTH size_t
#else
#define LENGTH uint64_t
#endif
ON_OCTETS(on_octets, KIND_OCTETS)
ON_OCTETS(on_text, KIND_TEXT)

static void on_array(void *item, LENGTH count)
{
    set_number(item, KIND_ARRAY, count);
}
static void on_map(void *item, LENGTH count)
{
    set_number(item, KIND_MAP, count);
}
static void on_simple(void *item)
{
    ((item_t *)item)->kind = KIND_SIMPLE;
}
static void on_boolean(void *item, bool value)
{
    (void)value;
    ((item_t *)item)->kind = KIND_SIMPLE;
}

/* The next item. -1 at the end, for what is malformed, and for tags, real numbers and items of
 * indefinite length, whose callbacks leave the kind as it is. */
static int next(reader_t *reader, item_t *item)
{
    struct cbor_callbacks callbacks = cbor_empty_callbacks;
    callbacks.uint8 = on_uint8;
    callbacks.uint16 = on_uint16;
    callbacks.uint32 = on_uint32;
    callbacks.uint64 = on_uint64;
    callbacks.negint8 = on_negint8;
    callbacks.negint16 = on_negint16;
    callbacks.negint32 = on_negint32;
    callbacks.negint64 = on_negint64;
    callbacks.byte_string = on_octets;
    callbacks.string = on_text;
    callbacks.array_start = on_array;
    callbacks.map_start = on_map;
    callbacks.null = on_simple;
    callbacks.undefined = on_simple;
    callbacks.boolean = on_boolean;
    *item = (item_t){.kind = KIND_NONE};
    struct cbor_decoder_result result =
        cbor_stream_decode(reader->next, (size_t)reader->left, &callbacks, item);
    if (result.status != CBOR_DECODER_FINISHED || item->kind == KIND_NONE) {
        return -1;
    }
    reader->next += result.read;
    reader->left -= result.read;
    return 0;
}

/* Passes over what is inside an item. Each round takes octets off the input, so that counts that
 * promise more than there is end there. */
static int skip_inside(reader_t *reader, const item_t *outer)
{
    uint64_t left[DEPTH_MAX];
    unsigned depth = 0;
    item_t item = *outer;
    for (;;) {
        if (item.kind == KIND_ARRAY || item.kind == KIND_MAP) {
            if (depth == DEPTH_MAX || item.number > reader->left) {
                return -1;
            }
            left[depth++] = item.kind == KIND_MAP ? 2 * item.number : item.number;
        }
        while (depth > 0 && left[depth - 1] == 0) {
            depth--;
        }
        if (depth == 0) {
            return 0;
        }
        left[depth - 1]--;
        if (next(reader, &item) != 0) {
            return -1;
        }
    }
}

static int is_named(const item_t *key, const char *name)
{
    return key->octets.length == strlen(name) &&
           memcmp(key->octets.data, name, key->octets.length) == 0;
}

static const char *read_certificates(reader_t *reader, const item_t *list,
                                     acme_attest_object_t *object)
{
    if (list->kind != KIND_ARRAY || list->number == 0 ||
        list->number > ACME_ATTEST_CERTIFICATES_MAX) {
        return "x5c is no list of 1 to 8 certificates";
    }
    for (uint64_t i = 0; i < list->number; i++) {
        item_t item;
        if (next(reader, &item) != 0 || item.kind != KIND_OCTETS) {
            return "x5c holds something else than octets";
        }
        object->certificates[object->certificate_count++] = item.octets;
    }
    return NULL;
}

/* One member of the statement: what is known must have its type. */
static const char *read_member(reader_t *reader, const item_t *key, const item_t *value,
                               acme_attest_object_t *object)
{
    const struct {
        const char *name;
        signet_bytes_t *octets;
    } members[] = {{"sig", &object->signature},
                   {"certInfo", &object->cert_info},
                   {"pubArea", &object->public_area}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (is_named(key, members[i].name)) {
            if (value->kind != KIND_OCTETS || members[i].octets->data != NULL) {
                return "a member of attStmt is no octets, or there twice";
            }
            *members[i].octets = value->octets;
            return NULL;
        }
    }
    if (is_named(key, "x5c")) {
        return object->certificate_count == 0 ? read_certificates(reader, value, object)
                                              : "x5c is there twice";
    }
    if (is_named(key, "ver")) {
        if (value->kind != KIND_TEXT || object->version.data != NULL) {
            return "ver is no text, or there twice";
        }
        object->version = signet_bytes_text(value->octets);
        return NULL;
    }
    if (is_named(key, "alg")) {
        if ((value->kind != KIND_NEGATIVE && value->kind != KIND_UNSIGNED) ||
            value->number >= INT32_MAX || object->algorithm != 0) {
            return "alg is no number, or there twice";
        }
        object->algorithm =
            value->kind == KIND_NEGATIVE ? -1 - (int64_t)value->number : (int64_t)value->number;
        return NULL;
    }
    return skip_inside(reader, value) == 0 ? NULL : "attStmt is malformed";
}

static const char *read_statement(reader_t *reader, const item_t *statement,
                                  acme_attest_object_t *object)
{
    if (statement->kind != KIND_MAP || statement->number > MEMBERS_MAX) {
        return "attStmt is no map of at most 32 members";
    }
    for (uint64_t i = 0; i < statement->number; i++) {
        item_t key;
        item_t value;
        if (next(reader, &key) != 0 || key.kind != KIND_TEXT || next(reader, &value) != 0) {
            return "attStmt is malformed";
        }
        const char *wrong = read_member(reader, &key, &value, object);
        if (wrong != NULL) {
            return wrong;
        }
    }
    return NULL;
}

const char *acme_attest_object_read(signet_bytes_t input, acme_attest_object_t *object)
{
    reader_t reader = {input.data, input.length};
    item_t map;
    int stated = 0;
    *object = (acme_attest_object_t){.algorithm = 0};
    if (next(&reader, &map) != 0 || map.kind != KIND_MAP || map.number > MEMBERS_MAX) {
        return "it is no map in CBOR";
    }
    for (uint64_t i = 0; i < map.number; i++) {
        item_t key;
        item_t value;
        if (next(&reader, &key) != 0 || key.kind != KIND_TEXT || next(&reader, &value) != 0) {
            return "it is malformed";
        }
        if (is_named(&key, "fmt")) {
            if (value.kind != KIND_TEXT || object->format.data != NULL) {
                return "fmt is no text, or there twice";
            }
            object->format = signet_bytes_text(value.octets);
        } else if (is_named(&key, "attStmt")) {
            const char *wrong =
                stated ? "attStmt is there twice" : read_statement(&reader, &value, object);
            if (wrong != NULL) {
                return wrong;
            }
            stated = 1;
        } else if (skip_inside(&reader, &value) != 0) {
            return "it is malformed";
        }
    }
    if (reader.left > 0) {
        return "something follows it";
    }
    return object->format.length > 0 && stated ? NULL : "fmt or attStmt is missing";
}

int acme_attest_octets(signet_bytes_t input, signet_bytes_t *octets)
{
    reader_t reader = {input.data, input.length};
    item_t item;
    if (next(&reader, &item) != 0 || item.kind != KIND_OCTETS || reader.left > 0) {
        return -1;
    }
    *octets = item.octets;
    return 0;
}
