/* Values in JSON (RFC 8259): one pass over the input, straight into the tree. */
#include "json_reader.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32U
#define VALUES_MAX 10000U
#define FIRST_ITEMS 8U

/* Members of an object that are compared with each other; those of larger ones are sorted. */
#define FEW_MEMBERS 16U

static const char not_json[] = "this is not JSON (RFC 8259)";
static const char too_early[] = "the input ends too early";
static const char twice[] = "a member occurs twice";

int signet_json_refuse(signet_json_reader_t *reader, const uint8_t *wrong, const char *what)
{
    reader->wrong = wrong;
    reader->reason = "json.malformed";
    reader->what = what;
    return -1;
}

/* The next octet that is not white space; 0 at the end, where it stands for nothing that JSON has.
 */
static uint8_t peek(signet_json_reader_t *reader)
{
    while (reader->next < reader->end) {
        uint8_t octet = *reader->next;
        if (octet != ' ' && octet != '\n' && octet != '\r' && octet != '\t') {
            return octet;
        }
        reader->next++;
    }
    return 0;
}

static int refuse_next(signet_json_reader_t *reader)
{
    return signet_json_refuse(reader, reader->next,
                              reader->next == reader->end ? too_early : not_json);
}

/* Room for one more item: the arena does not free, so it doubles. */
static signet_json_t *add_item(signet_json_reader_t *reader, signet_json_t *parent,
                               signet_json_t **items, uint64_t *capacity)
{
    if (parent->count == *capacity) {
        uint64_t larger = *capacity ? *capacity * 2 : FIRST_ITEMS;
        signet_json_t *moved = signet_alloc(reader->call, larger, sizeof *moved);
        if (moved == NULL) {
            return NULL;
        }
        if (parent->count > 0) {
            memcpy(moved, *items, parent->count * sizeof *moved);
        }
        *items = moved;
        *capacity = larger;
    }
    parent->items = *items;
    return &(*items)[parent->count];
}

static int compare_names(const void *left, const void *right)
{
    const signet_text_t *a = &(*(const signet_json_t *const *)left)->name;
    const signet_text_t *b = &(*(const signet_json_t *const *)right)->name;
    if (a->length != b->length) {
        return a->length < b->length ? -1 : 1;
    }
    return memcmp(a->data, b->data, a->length);
}

/* Whether any two of many members have one name. Sorted, so that no choice of names makes it slow.
 */
static int check_many(signet_json_reader_t *reader, const signet_json_t *object)
{
    const signet_json_t **sorted = signet_alloc(reader->call, object->count, sizeof(void *));
    if (sorted == NULL) {
        return -1;
    }
    for (uint64_t i = 0; i < object->count; i++) {
        sorted[i] = &object->items[i];
    }
    qsort(sorted, object->count, sizeof(void *), compare_names);
    for (uint64_t i = 1; i < object->count; i++) {
        if (signet_text_equal(sorted[i - 1]->name, sorted[i]->name)) {
            return signet_json_refuse(reader, reader->next, twice);
        }
    }
    return 0;
}

static int is_among(const signet_json_t *object, signet_text_t name)
{
    for (uint64_t i = 0; i < object->count; i++) {
        if (signet_text_equal(object->items[i].name, name)) {
            return 1;
        }
    }
    return 0;
}

/* The name of a member and the colon. */
static int read_name(signet_json_reader_t *reader, const signet_json_t *object, signet_text_t *name)
{
    if (peek(reader) != '"') {
        return refuse_next(reader);
    }
    const uint8_t *begin = reader->next;
    if (signet_json_read_text(reader, name) != 0) {
        return -1;
    }
    if (object->count < FEW_MEMBERS && is_among(object, *name)) {
        return signet_json_refuse(reader, begin, twice);
    }
    if (peek(reader) != ':') {
        return refuse_next(reader);
    }
    reader->next++;
    return 0;
}

static int read_value(signet_json_reader_t *reader, signet_json_t *value);

/* The items of an array or the members of an object, whose opening bracket is next. */
static int read_items(signet_json_reader_t *reader, signet_json_t *parent, uint8_t closing)
{
    signet_json_t *items = NULL;
    uint64_t capacity = 0;
    if (++reader->depth > DEPTH_MAX) {
        return signet_json_refuse(reader, reader->next, "values are nested more than 32 deep");
    }
    reader->next++;
    int more = peek(reader) != closing;
    while (more) {
        signet_json_t *item = add_item(reader, parent, &items, &capacity);
        if (item == NULL ||
            (parent->kind == SIGNET_JSON_OBJECT && read_name(reader, parent, &item->name) != 0) ||
            read_value(reader, item) != 0) {
            return -1;
        }
        parent->count++;
        more = peek(reader) == ',';
        if (!more && peek(reader) != closing) {
            return refuse_next(reader);
        }
        reader->next += more;
    }
    if (parent->kind == SIGNET_JSON_OBJECT && parent->count > FEW_MEMBERS &&
        check_many(reader, parent) != 0) {
        return -1;
    }
    reader->next++;
    reader->depth--;
    return 0;
}

static int read_word(signet_json_reader_t *reader, signet_json_t *value)
{
    static const struct {
        const char *word;
        size_t length;
        int kind;
        int64_t integer;
    } words[] = {{"null", 4, SIGNET_JSON_NULL, 0},
                 {"true", 4, SIGNET_JSON_BOOLEAN, 1},
                 {"false", 5, SIGNET_JSON_BOOLEAN, 0}};
    size_t left = (size_t)(reader->end - reader->next);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (left >= words[i].length && memcmp(reader->next, words[i].word, words[i].length) == 0) {
            value->kind = words[i].kind;
            value->integer = words[i].integer;
            reader->next += words[i].length;
            return 0;
        }
    }
    return refuse_next(reader);
}

static int read_value(signet_json_reader_t *reader, signet_json_t *value)
{
    uint8_t octet = peek(reader);
    if (++reader->values > VALUES_MAX) {
        (void)signet_json_refuse(reader, reader->next, "there are more than 10,000 values");
        reader->reason = "json.too-many-values";
        return -1;
    }
    switch (octet) {
    case '{':
        value->kind = SIGNET_JSON_OBJECT;
        return read_items(reader, value, '}');
    case '[':
        value->kind = SIGNET_JSON_ARRAY;
        return read_items(reader, value, ']');
    case '"':
        value->kind = SIGNET_JSON_TEXT;
        return signet_json_read_text(reader, &value->text);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return signet_json_read_number(reader, value);
    default:
        return read_word(reader, value);
    }
}

int signet_json_read(signet_json_reader_t *reader, signet_json_t *value)
{
    if (read_value(reader, value) != 0) {
        return -1;
    }
    (void)peek(reader);
    return reader->next == reader->end
               ? 0
               : signet_json_refuse(reader, reader->next, "something follows the value");
}
