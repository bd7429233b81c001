/* Sets of CAA records. The first octet says whether the certificate is a wildcard's; each record
 * follows an octet with its length. */
#include "arena.h"

#include "validate/caa_record.h"

#define RECORDS_MAX 32U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const signet_text_t identities[] = {SIGNET_TEXT_INIT("ca.test"),
                                               SIGNET_TEXT_INIT("a.b")};
    static const uint8_t nobody[] = "\0\x09issuewild;";
    static const uint8_t unknown[] = "\x80\x01x";
    static const uint8_t none[] = {0};
    signet_bytes_t records[RECORDS_MAX + 1];
    uint64_t count = 0;
    size_t place = 1;
    if (size == 0) {
        return 0;
    }
    while (place < size && count < RECORDS_MAX) {
        size_t length = data[place++];
        length = length < size - place ? length : size - place;
        records[count++] = (signet_bytes_t){data + place, length};
        place += length;
    }
    const acme_caa_asker_t known = {.identities = identities,
                                    .identity_count = 2,
                                    .account = SIGNET_TEXT("https://a/1"),
                                    .method = SIGNET_TEXT("dns-01"),
                                    .wildcard = data[0] & 1};
    acme_caa_asker_t stranger = known;
    acme_caa_asker_t nameless = known;
    stranger.identity_count = 0;
    nameless.account = SIGNET_TEXT("");
    int permitted = acme_caa_refusal(records, count, &known) == NULL;
    fuzz_require(permitted || acme_caa_refusal(records, count, &stranger) != NULL,
                 "who has a name is permitted no less than who has none");
    fuzz_require(permitted || acme_caa_refusal(records, count, &nameless) != NULL,
                 "who has an account is permitted no less than who has none");
    records[count] = (signet_bytes_t){unknown, sizeof unknown - 1};
    fuzz_require(acme_caa_refusal(records, count + 1, &known) != NULL, "what is not known refuses");
    records[count] = (signet_bytes_t){none, sizeof none};
    fuzz_require(acme_caa_refusal(records, count + 1, &known) != NULL, "what is malformed refuses");
    records[count] = (signet_bytes_t){nobody, sizeof nobody - 1};
    fuzz_require(acme_caa_refusal(records, count + 1, &stranger) != NULL || !known.wildcard,
                 "issuewild for nobody refuses strangers a wildcard");
    return 0;
}
