/* Changes each octet of a transcript in turn and checks it: ceremony-flip TRANSCRIPT. Whatever was
 * changed must be refused, and a place named. */
#include "arena.h"

#include "ceremony/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rbe");
    uint8_t *data = malloc(1U << 24);
    if (file == NULL || data == NULL)
        exit(2);
    *length = fread(data, 1, 1U << 24, file);
    fclose(file);
    return data;
}

/* Whether it is refused with a line; on the line itself or a neighbour, which holds its hash. */
static int refused(const uint8_t *data, size_t length, uint64_t line)
{
    ca_verdict_t verdict;
    signet_call_t *call = fuzz_call();
    if (ca_check(call, (signet_bytes_t){data, length}, &verdict) == SIGNET_OK)
        return 0;
    const signet_error_t *error = call->services->error(call);
    char message[1024];
    snprintf(message, sizeof message, "%.*s", (int)error->message.length, error->message.data);
    const char *at = strstr(message, "line ");
    uint64_t named = at == NULL ? 0 : strtoull(at + 5, NULL, 10);
    return named + 1 >= line && named <= line + 1;
}

int main(int count, char **arguments)
{
    size_t length = 0;
    ca_verdict_t verdict;
    if (count < 2)
        return 2;
    uint8_t *data = read_file(arguments[1], &length);
    if (ca_check(fuzz_call(), (signet_bytes_t){data, length}, &verdict) != SIGNET_OK) {
        fprintf(stderr, "the transcript is refused as it is\n");
        return 1;
    }
    /* Every octet of each line's ends, and a stride through the middles. */
    uint64_t line = 1;
    uint64_t tried = 0;
    uint64_t column = 0;
    for (size_t at = 0; at < length; at++, column++) {
        uint8_t octet = data[at];
        if (column < 12 || at % 509 == 0 || octet == '\n' || at + 40 > length) {
            data[at] ^= (uint8_t)(1U << (at % 7));
            if (!refused(data, length, line)) {
                fprintf(stderr, "octet %zu in line %llu was changed and is not named\n", at,
                        (unsigned long long)line);
                return 1;
            }
            tried++;
        }
        data[at] = octet;
        if (octet == '\n') {
            line++;
            column = 0;
        }
    }
    printf("%llu changed octets of %zu were refused\n", (unsigned long long)tried, length);
    free(data);
    fuzz_call_end();
    return 0;
}
