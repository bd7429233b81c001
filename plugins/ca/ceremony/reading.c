#include "ceremony/reading.h"

#include "ceremony/signer.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdarg.h>
#include <stdio.h>

int32_t ca_reading_fail(signet_call_t *call, uint64_t index, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return signet_fail(call, SIGNET_INVALID, "transcript.wrong", "line %llu: %s",
                       (unsigned long long)index + 1, what);
}

const ca_reader_person_t *ca_reading_person(const ca_reading_t *reading, signet_text_t name)
{
    for (uint64_t i = 0; i < reading->person_count; i++) {
        if (signet_text_equal(reading->people[i].name, name))
            return &reading->people[i];
    }
    return NULL;
}

/* `text` is a line with its newline. */
static int32_t check_previous(signet_call_t *call, const ca_line_read_t *line, uint64_t number,
                              signet_text_t before)
{
    static const uint8_t zeros[CA_LINE_DIGEST] = {0};
    signet_bytes_t digest = {zeros, sizeof zeros};
    int32_t status =
        number == 1 ? SIGNET_OK : signet_sha256(call, signet_text_bytes(before), &digest);
    if (status != SIGNET_OK)
        return status;
    if (signet_text_equal(ca_line_get(line, "previous"), signet_hex(call, digest)))
        return SIGNET_OK;
    return signet_fail(call, SIGNET_INVALID, "transcript.changed",
                       "line %llu of the transcript was changed, or a line before or behind it "
                       "was taken out: its hash is not the one in the member \"previous\" of the "
                       "next line",
                       (unsigned long long)(number > 1 ? number - 1 : 1));
}

static int32_t take_person(signet_call_t *call, const ca_line_read_t *line, ca_reading_t *reading)
{
    if (!signet_text_is(line->type, "participant"))
        return SIGNET_OK;
    ca_reader_person_t person = {.name = ca_line_get(line, "name"),
                                 .role = ca_line_get(line, "role"),
                                 .certificate = ca_line_get_base64(call, line, "certificate")};
    if (ca_reading_person(reading, person.name) != NULL || person.name.length == 0 ||
        person.certificate.length == 0)
        return ca_reading_fail(call, reading->count,
                               "a participant has no name or certificate, or is named twice");
    reading->people[reading->person_count++] = person;
    return SIGNET_OK;
}

static int32_t check_signature(signet_call_t *call, const ca_line_read_t *line,
                               const ca_reading_t *reading)
{
    if (line->signature.length == 0)
        return SIGNET_OK;
    const ca_reader_person_t *person = ca_reading_person(reading, line->by);
    if (person == NULL)
        return ca_reading_fail(call, reading->count,
                               "the member \"by\" names nobody who takes part");
    int32_t status = ca_signer_verify(call, person->certificate, signet_text_bytes(line->covered),
                                      line->signature);
    if (status != SIGNET_DENIED)
        return status;
    call->services->clear(call);
    return signet_fail(call, SIGNET_INVALID, "transcript.changed",
                       "line %llu of the transcript was changed: its member \"signature\" is not "
                       "one by %.*s over the line",
                       (unsigned long long)reading->count + 1, SIGNET_FORMAT(line->by));
}

static int32_t read_line(signet_call_t *call, signet_text_t text, signet_text_t before,
                         ca_reading_t *reading)
{
    uint64_t number = reading->count + 1;
    ca_line_read_t *line = &reading->lines[reading->count];
    signet_text_t bare = {text.data, text.length - 1};
    int32_t status = ca_line_parse(call, bare, number, line);
    if (status == SIGNET_OK)
        status = check_previous(call, line, number, before);
    if (status == SIGNET_OK)
        status = take_person(call, line, reading);
    if (status == SIGNET_OK)
        status = check_signature(call, line, reading);
    if (status == SIGNET_OK && signet_text_is(line->type, "end") && reading->end == 0)
        reading->end = reading->count;
    reading->count++;
    return status;
}

/* Behind the line "end" stands one signature of each whom it names, and nothing else. */
static int32_t check_end(signet_call_t *call, const ca_reading_t *reading)
{
    const ca_line_read_t *end = &reading->lines[reading->end];
    const signet_json_t *signers = reading->end == 0 ? NULL : ca_line_get_texts(end, "signers");
    if (signers == NULL || signers->count == 0 ||
        reading->count != reading->end + 1 + signers->count)
        return signet_fail(call, SIGNET_INVALID, "transcript.unfinished",
                           "the transcript does not end with the signatures of those whom its "
                           "line \"end\" names: the ceremony broke off, or lines were taken out "
                           "behind line %llu",
                           (unsigned long long)reading->count);
    for (uint64_t i = 0; i < signers->count; i++) {
        const ca_line_read_t *line = &reading->lines[reading->end + 1 + i];
        if (!signet_text_is(line->type, "signature") || line->signature.length == 0 ||
            !signet_text_equal(line->by, signers->items[i].text))
            return ca_reading_fail(call, reading->end + 1 + i,
                                   "here the signature of %.*s must stand",
                                   SIGNET_FORMAT(signers->items[i].text));
    }
    return SIGNET_OK;
}

int32_t ca_reading_open(signet_call_t *call, signet_bytes_t file, ca_reading_t *reading)
{
    signet_text_t rest = signet_bytes_text(file);
    signet_text_t before = {NULL, 0};
    uint64_t lines = 0;
    for (uint64_t i = 0; i < rest.length; i++)
        lines += rest.data[i] == '\n';
    *reading = (ca_reading_t){.lines = signet_alloc(call, lines + 1, sizeof *reading->lines),
                              .people = signet_alloc(call, lines + 1, sizeof *reading->people)};
    if (reading->lines == NULL || reading->people == NULL)
        return SIGNET_NO_MEMORY;
    while (rest.length > 0) {
        signet_text_t line = rest;
        signet_text_t bare = signet_text_split(rest, '\n', &rest);
        line.length = bare.length + 1;
        if (rest.length == 0 && file.data[file.length - 1] != '\n')
            return signet_fail(call, SIGNET_INVALID, "transcript.changed",
                               "line %llu of the transcript was changed: it has no end",
                               (unsigned long long)reading->count + 1);
        int32_t status = read_line(call, line, before, reading);
        if (status != SIGNET_OK)
            return status;
        before = line;
    }
    return check_end(call, reading);
}
