#include "core/scan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

typedef struct scan {
    const char *at;
    const char *end;
    uint32_t line;
} scan_t;

static int is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static int is_word(char character)
{
    return is_digit(character) || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || character == '_' || character == '-' ||
           character == '*' || character == '.' || character == '+';
}

static char peek(const scan_t *scan, ptrdiff_t ahead)
{
    if (scan->end - scan->at > ahead)
        return scan->at[ahead];
    return '\0';
}

static void step(scan_t *scan)
{
    if (*scan->at == '\n')
        scan->line++;
    scan->at++;
}

static void skip_line(scan_t *scan)
{
    while (scan->at < scan->end && *scan->at != '\n')
        step(scan);
}

static void skip_comment(scan_t *scan)
{
    while (scan->at < scan->end && !(peek(scan, 0) == '*' && peek(scan, 1) == '/'))
        step(scan);
    for (int closing = 0; closing < 2 && scan->at < scan->end; closing++)
        step(scan);
}

static void skip_string(scan_t *scan)
{
    step(scan);
    while (scan->at < scan->end && *scan->at != '"') {
        if (*scan->at == '\\' && scan->end - scan->at > 1)
            step(scan);
        step(scan);
    }
    if (scan->at < scan->end)
        step(scan);
}

/* A word that is an integer: whether it fits into what libconfig makes of it. */
static void judge(core_faults_t *faults, signet_text_t word, signet_text_t file, uint32_t line)
{
    char digits[72];
    if (word.length >= sizeof digits) {
        core_fault(faults, file, line, "the integer %.20s… does not fit into 64 bits", word.data);
        return;
    }
    memcpy(digits, word.data, word.length);
    digits[word.length] = '\0';
    int wide = 0;
    size_t length = (size_t)word.length;
    while (length > 0 && digits[length - 1] == 'L') {
        wide++;
        digits[--length] = '\0';
    }
    int hexadecimal = length > 2 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *rest = NULL;
    errno = 0;
    long long value = strtoll(digits, &rest, hexadecimal ? 16 : 10);
    if (length == 0 || *rest || wide > 2)
        return; /* a name or a number with a fraction, which is for libconfig to judge */
    if (errno == ERANGE)
        core_fault(faults, file, line,
                   "the integer %s does not fit into 64 bits: use a smaller one", digits);
    else if (!wide && (value > INT32_MAX || value < INT32_MIN))
        core_fault(faults, file, line,
                   "the integer %s does not fit into 32 bits: write %sL, or use a smaller one",
                   digits, digits);
}

static void take_word(core_faults_t *faults, scan_t *scan, signet_text_t file)
{
    const char *begin = scan->at;
    while (scan->at < scan->end && is_word(*scan->at))
        scan->at++;
    int sign = *begin == '-' || *begin == '+';
    signet_text_t word = {begin, (uint64_t)(scan->at - begin)};
    if (sign < scan->at - begin && is_digit(begin[sign]))
        judge(faults, word, file, scan->line);
}

void core_scan_text(core_faults_t *faults, signet_text_t content, signet_text_t shown)
{
    scan_t scan = {content.data, content.data + content.length, 1};
    while (scan.at < scan.end) {
        char character = *scan.at;
        if (character == '#' || (character == '/' && peek(&scan, 1) == '/')) {
            skip_line(&scan);
        } else if (character == '/' && peek(&scan, 1) == '*') {
            skip_comment(&scan);
        } else if (character == '"') {
            skip_string(&scan);
        } else if (is_word(character)) {
            take_word(faults, &scan, shown);
        } else {
            step(&scan);
        }
    }
}

void core_scan_file(core_faults_t *faults, const char *path, signet_text_t shown)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        core_fault(faults, shown, 0, "cannot be read (%s): make it readable", strerror(errno));
        return;
    }
    core_buffer_t content = {0};
    char block[4096];
    size_t got;
    while ((got = fread(block, 1, sizeof block, file)) > 0)
        core_buffer_add(&content, block, got);
    if (ferror(file))
        core_fault(faults, shown, 0, "cannot be read: reading it failed half-way");
    fclose(file);
    if (content.failed)
        faults->text.failed = 1;
    else
        core_scan_text(faults, core_buffer_text(&content), shown);
    core_buffer_free(&content);
}
