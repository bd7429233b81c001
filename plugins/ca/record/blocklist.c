#include "record/blocklist.h"

#include <dirent.h>
#include <errno.h>
#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SHA1_LENGTH 20U

/* One array that grows. */
typedef struct entries {
    uint8_t *data;
    uint64_t count;
    uint64_t capacity;
    size_t width;
} entries_t;

typedef struct reading {
    signet_call_t *call;
    entries_t digests;
    entries_t tails;
} reading_t;

static uint8_t *append(entries_t *entries)
{
    if (entries->count == entries->capacity) {
        uint64_t capacity = entries->capacity * 2 + 1024;
        uint8_t *data = realloc(entries->data, capacity * entries->width);
        if (data == NULL)
            return NULL;
        entries->data = data;
        entries->capacity = capacity;
    }
    return entries->data + entries->width * entries->count++;
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Octets from twice as many hexadecimal digits; 0, or -1. */
static int decode(const char *text, size_t width, uint8_t *octets)
{
    for (size_t i = 0; i < width; i++) {
        int high = digit(text[2 * i]);
        int low = high < 0 ? -1 : digit(text[2 * i + 1]);
        if (low < 0)
            return -1;
        octets[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

static int32_t read_line(reading_t *reading, const char *path, unsigned long number,
                         const char *line, size_t length)
{
    entries_t *entries = length == 2 * (size_t)CA_KEY_DIGEST       ? &reading->digests
                         : length == 2 * (size_t)CA_BLOCKLIST_TAIL ? &reading->tails
                                                                   : NULL;
    if (length == 0 || line[0] == '#')
        return SIGNET_OK;
    uint8_t *entry = entries != NULL ? append(entries) : NULL;
    if (entries != NULL && entry == NULL)
        return signet_fail_memory(reading->call);
    if (entries != NULL && decode(line, entries->width, entry) == 0)
        return SIGNET_OK;
    return signet_fail(reading->call, SIGNET_INVALID, "ca.key-blocklist",
                       "%s:%lu: neither the SHA-256 of a public key in 64 hexadecimal digits nor "
                       "one of openssl-blacklist in 20; correct the line or begin it with '#'",
                       path, number);
}

static int32_t read_file(reading_t *reading, const char *path)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    int32_t status = SIGNET_OK;
    if (file == NULL)
        return signet_fail(reading->call, SIGNET_NOT_FOUND, "ca.key-blocklist",
                           "the list of blocked keys %s cannot be read: %s", path, strerror(errno));
    for (unsigned long number = 1; status == SIGNET_OK; number++) {
        ssize_t length = getline(&line, &room, file);
        if (length < 0)
            break;
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            length--;
        status = read_line(reading, path, number, line, (size_t)length);
    }
    if (status == SIGNET_OK && ferror(file))
        status = signet_fail(reading->call, SIGNET_UNAVAILABLE, "ca.key-blocklist",
                             "the list of blocked keys %s cannot be read to its end", path);
    free(line);
    (void)fclose(file);
    return status;
}

static int32_t read_folder(reading_t *reading, const char *path)
{
    DIR *folder = opendir(path);
    int32_t status = SIGNET_OK;
    if (folder == NULL)
        return signet_fail(reading->call, SIGNET_NOT_FOUND, "ca.key-blocklist",
                           "the folder of blocked keys %s cannot be read: %s", path,
                           strerror(errno));
    for (struct dirent *entry = readdir(folder); status == SIGNET_OK && entry != NULL;
         entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        signet_text_t file = signet_format(reading->call, "%s/%s", path, entry->d_name);
        status = file.data != NULL ? read_file(reading, file.data) : SIGNET_NO_MEMORY;
    }
    (void)closedir(folder);
    return status;
}

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, CA_KEY_DIGEST);
}

static int compare_tails(const void *a, const void *b)
{
    return memcmp(a, b, CA_BLOCKLIST_TAIL);
}

int32_t ca_blocklist_open(signet_call_t *call, signet_text_t path, ca_blocklist_t *list)
{
    reading_t reading = {
        .call = call, .digests = {.width = CA_KEY_DIGEST}, .tails = {.width = CA_BLOCKLIST_TAIL}};
    const char *name = signet_text_string(call, path);
    struct stat about;
    if (name == NULL)
        return signet_status(call);
    int32_t status = stat(name, &about) == 0 && S_ISDIR(about.st_mode) ? read_folder(&reading, name)
                                                                       : read_file(&reading, name);
    list->digests = (void *)reading.digests.data;
    list->digest_count = reading.digests.count;
    list->tails = (void *)reading.tails.data;
    list->tail_count = reading.tails.count;
    if (status != SIGNET_OK) {
        ca_blocklist_free(list);
        return status;
    }
    if (list->digest_count > 0)
        qsort(list->digests, list->digest_count, CA_KEY_DIGEST, compare_digests);
    if (list->tail_count > 0)
        qsort(list->tails, list->tail_count, CA_BLOCKLIST_TAIL, compare_tails);
    return SIGNET_OK;
}

/* What openssl-blacklist keeps of an RSA key: the end of the SHA-1 of what "openssl rsa -modulus"
 * prints. */
static int32_t modulus_tail(signet_call_t *call, signet_bytes_t modulus, const uint8_t **tail)
{
    signet_buffer_t buffer = signet_buffer(call, 2 * modulus.length + 16);
    signet_bytes_t text;
    signet_bytes_t digest;
    signet_buffer_add_string(&buffer, "Modulus=");
    for (uint64_t i = 0; i < modulus.length; i++)
        signet_buffer_format(&buffer, "%02X", modulus.data[i]);
    signet_buffer_add_byte(&buffer, '\n');
    int32_t status = signet_buffer_bytes(&buffer, &text);
    if (status == SIGNET_OK)
        status = signet_sha1(call, text, &digest);
    if (status == SIGNET_OK)
        *tail = digest.data + SHA1_LENGTH - CA_BLOCKLIST_TAIL;
    return status;
}

int32_t ca_blocklist_has(signet_call_t *call, const ca_blocklist_t *list,
                         const signet_public_key_t *key, signet_bytes_t digest, int *found)
{
    const uint8_t *tail = NULL;
    int32_t status = SIGNET_OK;
    *found = list->digest_count > 0 && bsearch(digest.data, list->digests, list->digest_count,
                                               CA_KEY_DIGEST, compare_digests) != NULL;
    if (*found || list->tail_count == 0 || key->modulus.length == 0)
        return SIGNET_OK;
    status = modulus_tail(call, key->modulus, &tail);
    *found = status == SIGNET_OK &&
             bsearch(tail, list->tails, list->tail_count, CA_BLOCKLIST_TAIL, compare_tails) != NULL;
    return status;
}

void ca_blocklist_free(ca_blocklist_t *list)
{
    free(list->digests);
    free(list->tails);
    *list = (ca_blocklist_t){0};
}
