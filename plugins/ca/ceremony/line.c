#include "ceremony/line.h"

#include "ceremony/signer.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <string.h>

#define MARK_LENGTH 4U
#define SIGNATURE_MEMBER ",\"signature\":\""

/* Adds the mark of the member that begins at `start`. */
static void mark(ca_line_t *line, uint64_t start)
{
    signet_buffer_t *buffer = &line->writer.buffer;
    signet_bytes_t digest;
    if (buffer->failed || line->sealed)
        return;
    start += start < buffer->length && buffer->data[start] == ',';
    if (signet_sha256(buffer->call, (signet_bytes_t){buffer->data + start, buffer->length - start},
                      &digest) != SIGNET_OK) {
        buffer->failed = 1;
        return;
    }
    digest.length = MARK_LENGTH;
    if (line->marks.length > 0)
        signet_buffer_add_byte(&line->marks, ' ');
    signet_buffer_add_text(&line->marks, signet_hex(buffer->call, digest));
}

void ca_line_text(ca_line_t *line, const char *name, signet_text_t text)
{
    uint64_t start = line->writer.buffer.length;
    signet_json_text(&line->writer, name, text);
    mark(line, start);
}

void ca_line_number(ca_line_t *line, const char *name, int64_t number)
{
    uint64_t start = line->writer.buffer.length;
    signet_json_integer(&line->writer, name, number);
    mark(line, start);
}

void ca_line_texts(ca_line_t *line, const char *name, const signet_text_t *texts, uint64_t count)
{
    uint64_t start = line->writer.buffer.length;
    signet_json_begin_array(&line->writer, name);
    for (uint64_t i = 0; i < count; i++)
        signet_json_text(&line->writer, NULL, texts[i]);
    signet_json_end_array(&line->writer);
    mark(line, start);
}

void ca_line_base64(ca_line_t *line, const char *name, signet_bytes_t bytes)
{
    signet_text_t text = signet_base64(line->writer.buffer.call, bytes);
    line->writer.buffer.failed = line->writer.buffer.failed || text.data == NULL;
    ca_line_text(line, name, text);
}

void ca_line_hex(ca_line_t *line, const char *name, signet_bytes_t bytes)
{
    signet_text_t text = signet_hex(line->writer.buffer.call, bytes);
    line->writer.buffer.failed = line->writer.buffer.failed || text.data == NULL;
    ca_line_text(line, name, text);
}

ca_line_t ca_line_begin(signet_call_t *call, uint64_t number, const uint8_t *previous, int64_t time,
                        const char *type)
{
    ca_line_t line = {.writer = signet_json_writer(call, 1024), .marks = signet_buffer(call, 256)};
    signet_text_t when = signet_time_text(call, time);
    signet_json_begin_object(&line.writer, NULL);
    ca_line_number(&line, "line", (int64_t)number);
    ca_line_hex(&line, "previous", (signet_bytes_t){previous, CA_LINE_DIGEST});
    line.writer.buffer.failed = line.writer.buffer.failed || when.data == NULL;
    ca_line_text(&line, "time", when);
    ca_line_text(&line, "type", signet_text(type));
    return line;
}

/* Writes the marks, behind which nothing but a signature comes. */
static void seal(ca_line_t *line)
{
    signet_text_t marks = {NULL, 0};
    if (line->sealed)
        return;
    line->sealed = 1;
    if (signet_buffer_text(&line->marks, &marks) != SIGNET_OK)
        line->writer.buffer.failed = 1;
    signet_json_text(&line->writer, "marks", marks);
}

int32_t ca_line_sign(signet_call_t *call, ca_line_t *line, signet_text_t by, EVP_PKEY *key)
{
    signet_bytes_t covered;
    signet_bytes_t signature;
    ca_line_text(line, "by", by);
    seal(line);
    int32_t status = signet_buffer_bytes(&line->writer.buffer, &covered);
    if (status == SIGNET_OK)
        status = ca_signer_sign(call, key, covered, &signature);
    if (status == SIGNET_OK)
        ca_line_base64(line, "signature", signature);
    return status;
}

int32_t ca_line_end(ca_line_t *line, signet_text_t *text)
{
    seal(line);
    signet_json_end_object(&line->writer);
    signet_buffer_add_byte(&line->writer.buffer, '\n');
    return signet_json_finish(&line->writer, text);
}

static int32_t changed(signet_call_t *call, uint64_t number, const char *what)
{
    return signet_fail(call, SIGNET_INVALID, "transcript.changed",
                       "line %llu of the transcript was changed: %s", (unsigned long long)number,
                       what);
}

/* Writes what was read again; the same octets come out of a line that nobody touched. */
static int32_t rewrite(signet_call_t *call, const signet_json_t *object, ca_line_t *again)
{
    *again =
        (ca_line_t){.writer = signet_json_writer(call, 1024), .marks = signet_buffer(call, 256)};
    signet_json_begin_object(&again->writer, NULL);
    for (uint64_t i = 0; i < object->count; i++) {
        const signet_json_t *member = &object->items[i];
        const char *name = signet_text_string(call, member->name);
        if (name == NULL)
            return signet_status(call);
        if (strcmp(name, "marks") == 0) {
            again->sealed = 1;
            signet_json_text(&again->writer, name, member->text);
        } else if (member->kind == SIGNET_JSON_TEXT) {
            ca_line_text(again, name, member->text);
        } else if (member->kind == SIGNET_JSON_INTEGER) {
            ca_line_number(again, name, member->integer);
        } else if (member->kind == SIGNET_JSON_ARRAY) {
            signet_text_t *texts = signet_alloc(call, member->count + 1, sizeof *texts);
            if (texts == NULL)
                return SIGNET_NO_MEMORY;
            for (uint64_t at = 0; at < member->count; at++)
                texts[at] = member->items[at].text;
            ca_line_texts(again, name, texts, member->count);
        }
    }
    signet_json_end_object(&again->writer);
    return again->writer.buffer.failed || again->marks.failed ? SIGNET_NO_MEMORY : SIGNET_OK;
}

/* Compares the marks that the members have with those written down. */
static int32_t compare_marks(signet_call_t *call, uint64_t number, const signet_json_t *object,
                             const ca_line_t *again)
{
    const signet_json_t *written = signet_json_get(object, "marks");
    signet_text_t rest;
    signet_text_t have = {(const char *)again->marks.data, again->marks.length};
    if (written == NULL || written->kind != SIGNET_JSON_TEXT)
        return changed(call, number, "its member \"marks\" is missing");
    signet_text_t left = written->text;
    for (uint64_t i = 0; i < object->count; i++) {
        signet_text_t wanted = signet_text_split(left, ' ', &rest);
        left = rest;
        signet_text_t got = signet_text_split(have, ' ', &rest);
        have = rest;
        if (!signet_text_equal(wanted, got))
            return signet_fail(call, SIGNET_INVALID, "transcript.changed",
                               "line %llu of the transcript was changed: its member \"%.*s\" or "
                               "the mark of it",
                               (unsigned long long)number, SIGNET_FORMAT(object->items[i].name));
    }
    return SIGNET_OK;
}

static int32_t take_signature(signet_call_t *call, uint64_t number, ca_line_read_t *line)
{
    signet_text_t signature = ca_line_get(line, "signature");
    line->by = ca_line_get(line, "by");
    if (signature.length == 0)
        return SIGNET_OK;
    const uint8_t *found = memmem(line->text.data, (size_t)line->text.length, SIGNATURE_MEMBER,
                                  sizeof SIGNATURE_MEMBER - 1);
    if (found == NULL || line->by.length == 0)
        return changed(call, number, "its member \"signature\" does not stand at the end");
    line->covered =
        (signet_text_t){line->text.data, (uint64_t)((const char *)found - line->text.data)};
    if (signet_base64_decode(call, signature, &line->signature) != SIGNET_OK) {
        call->services->clear(call);
        return changed(call, number, "its member \"signature\" is no base64");
    }
    return SIGNET_OK;
}

int32_t ca_line_parse(signet_call_t *call, signet_text_t text, uint64_t number,
                      ca_line_read_t *line)
{
    ca_line_t again;
    *line = (ca_line_read_t){.text = text};
    if (signet_json_parse(call, signet_text_bytes(text), text.length, &line->object) != SIGNET_OK ||
        line->object->kind != SIGNET_JSON_OBJECT) {
        const signet_error_t *error = call->services->error(call);
        signet_text_t why =
            error == NULL ? SIGNET_TEXT("it is no object") : signet_text_copy(call, error->message);
        call->services->clear(call);
        return signet_fail(call, SIGNET_INVALID, "transcript.changed",
                           "line %llu of the transcript was changed: it is no JSON any more "
                           "(%.*s)",
                           (unsigned long long)number, SIGNET_FORMAT(why));
    }
    int32_t status = rewrite(call, line->object, &again);
    if (status == SIGNET_OK)
        status = compare_marks(call, number, line->object, &again);
    if (status == SIGNET_OK &&
        !signet_bytes_equal((signet_bytes_t){again.writer.buffer.data, again.writer.buffer.length},
                            signet_text_bytes(text)))
        status = changed(call, number, "it is not written as a transcript is");
    line->type = ca_line_get(line, "type");
    if (status == SIGNET_OK && ca_line_get_number(line, "line") != (int64_t)number)
        status = changed(call, number, "its member \"line\" is another number");
    return status == SIGNET_OK ? take_signature(call, number, line) : status;
}

static const signet_json_t *member(const ca_line_read_t *line, const char *name, int kind)
{
    const signet_json_t *found = signet_json_get(line->object, name);
    return found != NULL && found->kind == kind ? found : NULL;
}

signet_text_t ca_line_get(const ca_line_read_t *line, const char *name)
{
    const signet_json_t *found = member(line, name, SIGNET_JSON_TEXT);
    return found == NULL ? (signet_text_t){NULL, 0} : found->text;
}

int64_t ca_line_get_number(const ca_line_read_t *line, const char *name)
{
    const signet_json_t *found = member(line, name, SIGNET_JSON_INTEGER);
    return found == NULL ? -1 : found->integer;
}

signet_bytes_t ca_line_get_base64(signet_call_t *call, const ca_line_read_t *line, const char *name)
{
    signet_bytes_t bytes = {NULL, 0};
    if (signet_base64_decode(call, ca_line_get(line, name), &bytes) != SIGNET_OK) {
        call->services->clear(call);
        return (signet_bytes_t){NULL, 0};
    }
    return bytes;
}

const signet_json_t *ca_line_get_texts(const ca_line_read_t *line, const char *name)
{
    return member(line, name, SIGNET_JSON_ARRAY);
}
