#include "issue_value.h"

/* What is left to read. */
typedef struct reader {
    const char *next;
    const char *end;
} reader_t;

static void skip_space(reader_t *reader)
{
    while (reader->next < reader->end && (*reader->next == ' ' || *reader->next == '\t')) {
        reader->next++;
    }
}

static int take_sign(reader_t *reader, char sign)
{
    if (reader->next == reader->end || *reader->next != sign) {
        return 0;
    }
    reader->next++;
    return 1;
}

int acme_is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Letters, digits and, between them, hyphens; in names of hosts also dots between such labels. */
static int take_name(reader_t *reader, int dots, signet_text_t *name)
{
    const char *start = reader->next;
    int ended = 0; /* by a letter or a digit */
    while (reader->next < reader->end) {
        char c = *reader->next;
        if (!acme_is_alphanumeric(c) &&
            (reader->next == start || (c != '-' && !(c == '.' && dots && ended)) ||
             (c == '-' && reader->next[-1] == '.'))) {
            break;
        }
        ended = acme_is_alphanumeric(c);
        reader->next++;
    }
    *name = (signet_text_t){start, (uint64_t)(reader->next - start)};
    return name->length == 0 || ended ? 0 : -1;
}

static void take_value(reader_t *reader, signet_text_t *value)
{
    const char *start = reader->next;
    while (reader->next<reader->end && * reader->next> ' ' && *reader->next < 0x7f &&
           *reader->next != ';') {
        reader->next++;
    }
    *value = (signet_text_t){start, (uint64_t)(reader->next - start)};
}

static int take_parameter(reader_t *reader, acme_issue_value_t *value)
{
    acme_issue_parameter_t parameter;
    if (value->count == ACME_ISSUE_PARAMETERS_MAX || take_name(reader, 0, &parameter.tag) != 0 ||
        parameter.tag.length == 0) {
        return -1;
    }
    skip_space(reader);
    if (!take_sign(reader, '=')) {
        return -1;
    }
    skip_space(reader);
    take_value(reader, &parameter.value);
    skip_space(reader);
    value->parameters[value->count++] = parameter;
    return 0;
}

int acme_issue_value_parse(signet_text_t text, acme_issue_value_t *value)
{
    if (text.length == 0) {
        *value = (acme_issue_value_t){.count = 0};
        return 0;
    }
    reader_t reader = {text.data, text.data + text.length};
    value->count = 0;
    skip_space(&reader);
    if (take_name(&reader, 1, &value->issuer) != 0) {
        return -1;
    }
    skip_space(&reader);
    if (reader.next == reader.end) {
        return 0;
    }
    if (!take_sign(&reader, ';')) {
        return -1;
    }
    skip_space(&reader);
    while (reader.next < reader.end) {
        if (take_parameter(&reader, value) != 0) {
            return -1;
        }
        if (reader.next == reader.end) {
            return 0;
        }
        if (!take_sign(&reader, ';')) {
            return -1;
        }
        skip_space(&reader);
        if (reader.next == reader.end) {
            return -1; /* a semicolon stands between parameters, not behind the last */
        }
    }
    return 0;
}

unsigned acme_issue_value_find(const acme_issue_value_t *value, const char *tag,
                               signet_text_t *found)
{
    unsigned count = 0;
    for (uint64_t i = 0; i < value->count; i++) {
        if (signet_text_equal_nocase(value->parameters[i].tag, signet_text(tag))) {
            *found = value->parameters[i].value;
            count++;
        }
    }
    return count;
}
