#include "name_rule.h"

#include <idn2.h>
#include <string.h>

#define NAME_MAX_LENGTH 253U
#define LABEL_MAX_LENGTH 63U
/* Beyond this no text can become a name of 253 octets; it bounds the work of the conversion. */
#define INPUT_MAX_LENGTH 1024U

#define NOT_IDNA "it is not valid under IDNA 2008"

static int is_ascii(signet_text_t text)
{
    for (uint64_t i = 0; i < text.length; i++) {
        if ((text.data[i] & 0x80) != 0) {
            return 0;
        }
    }
    return 1;
}

/* Whether a label claims to be an A-label. */
static int has_a_label(signet_text_t name)
{
    signet_text_t rest = name;
    while (rest.length != 0) {
        signet_text_t label = signet_text_split(rest, '.', &rest);
        if (label.length >= 4 &&
            signet_text_equal_nocase((signet_text_t){label.data, 4}, signet_text("xn--"))) {
            return 1;
        }
    }
    return 0;
}

/* Converts to A-labels and back and again: both A-labels must be the same, so that none stands for
 * what it does not encode. */
static const char *convert(signet_text_t name, char ascii[NAME_MAX_LENGTH + 1])
{
    const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
    char input[INPUT_MAX_LENGTH + 1];
    char *first = NULL;
    char *unicode = NULL;
    char *second = NULL;
    const char *rule = NOT_IDNA;
    memcpy(input, name.data, name.length);
    input[name.length] = 0;
    if (idn2_to_ascii_8z(input, &first, flags) == IDN2_OK &&
        idn2_to_unicode_8z8z(first, &unicode, 0) == IDN2_OK &&
        idn2_to_ascii_8z(unicode, &second, flags) == IDN2_OK && strcmp(first, second) == 0 &&
        strlen(first) <= NAME_MAX_LENGTH) {
        memcpy(ascii, first, strlen(first) + 1);
        rule = NULL;
    }
    idn2_free(first);
    idn2_free(unicode);
    idn2_free(second);
    return rule;
}

/* A label of letters, digits and '-', written in lower case; '-' neither first nor last, and in
 * third and fourth place only in an A-label (RFC 5890, 2.3.1). */
static const char *add_label(signet_text_t label, char *output)
{
    if (label.length == 0) {
        return "a label is empty";
    }
    if (label.length > LABEL_MAX_LENGTH) {
        return "a label is longer than 63 octets";
    }
    for (uint64_t i = 0; i < label.length; i++) {
        char character = label.data[i];
        if (character >= 'A' && character <= 'Z') {
            character = (char)(character - 'A' + 'a');
        }
        int allowed = (character >= 'a' && character <= 'z') ||
                      (character >= '0' && character <= '9') || character == '-';
        if (!allowed) {
            return "a label holds something else than letters, digits and '-'";
        }
        output[i] = character;
    }
    if (output[0] == '-' || output[label.length - 1] == '-') {
        return "a label begins or ends with '-'";
    }
    if (label.length >= 4 && output[2] == '-' && output[3] == '-' && memcmp(output, "xn", 2) != 0) {
        return "a label has '--' in third and fourth place and is no A-label";
    }
    return NULL;
}

static int is_number(signet_text_t label)
{
    for (uint64_t i = 0; i < label.length; i++) {
        if (label.data[i] < '0' || label.data[i] > '9') {
            return 0;
        }
    }
    return 1;
}

/* The labels of an ASCII name behind what is in `output` already. */
static const char *add_labels(signet_text_t name, char output[NAME_MAX_LENGTH], uint64_t *length)
{
    signet_text_t rest = name;
    signet_text_t label;
    do {
        label = signet_text_split(rest, '.', &rest);
        if (label.length <= LABEL_MAX_LENGTH && *length + label.length > NAME_MAX_LENGTH) {
            return "it is longer than 253 octets";
        }
        const char *rule = add_label(label, output + *length);
        if (rule != NULL) {
            return rule;
        }
        *length += label.length;
        if (rest.data != NULL) {
            if (*length == NAME_MAX_LENGTH) {
                return "it is longer than 253 octets";
            }
            output[(*length)++] = '.';
        }
    } while (rest.data != NULL);
    return is_number(label) ? "its last label is a number, as in an IP address" : NULL;
}

const char *signet_name_rule_dns(signet_call_t *call, signet_text_t value, int wildcard,
                                 signet_text_t *canonical)
{
    char output[NAME_MAX_LENGTH];
    char ascii[NAME_MAX_LENGTH + 1];
    uint64_t length = 0;
    signet_text_t name = value;
    if (name.length == 0) {
        return "it is empty";
    }
    if (name.length > INPUT_MAX_LENGTH) {
        return "it is longer than 253 octets";
    }
    if (!signet_text_valid(name)) {
        return "it is not UTF-8";
    }
    if (wildcard && signet_text_starts(name, "*.")) {
        name = (signet_text_t){name.data + 2, name.length - 2};
        output[0] = '*';
        output[1] = '.';
        length = 2;
    }
    if (name.length == 0) {
        return "a label is empty";
    }
    if (name.data[name.length - 1] == '.') {
        return "it ends with a dot";
    }
    int plain = is_ascii(name);
    if (!plain || has_a_label(name)) {
        const char *rule = convert(name, ascii);
        if (rule != NULL) {
            return rule;
        }
        if (plain && !signet_text_equal_nocase(name, signet_text(ascii))) {
            return NOT_IDNA;
        }
        name = signet_text(ascii);
    }
    const char *rule = add_labels(name, output, &length);
    if (rule != NULL) {
        return rule;
    }
    if (output[0] == '*' && memchr(output + 2, '.', length - 2) == NULL) {
        return "'*' stands above fewer than two labels";
    }
    *canonical = signet_text_copy(call, (signet_text_t){output, length});
    return NULL;
}
