#include "ceremony/bundle.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>

/* Whether a certificate is among those in PEM. */
static int32_t is_trusted(signet_call_t *call, signet_text_t trusted, signet_bytes_t certificate,
                          int *found)
{
    *found = 0;
    for (;;) {
        signet_bytes_t der;
        int32_t status = signet_pem_decode(call, trusted, "CERTIFICATE", &der, &trusted);
        if (status == SIGNET_NOT_FOUND) {
            call->services->clear(call);
            return SIGNET_OK;
        }
        if (status != SIGNET_OK)
            return status;
        if (signet_bytes_equal(der, certificate)) {
            *found = 1;
            return SIGNET_OK;
        }
    }
}

int32_t ca_bundle_open(signet_call_t *call, signet_bytes_t file, signet_text_t trusted,
                       uint64_t quorum, ca_reading_t *reading)
{
    int32_t status = ca_reading_open(call, file, reading);
    if (status != SIGNET_OK)
        return status;
    int64_t own = ca_line_get_number(&reading->lines[0], "quorum");
    if (!signet_text_is(ca_line_get(&reading->lines[0], "format"), CA_BUNDLE_FORMAT) || own < 0)
        return ca_reading_fail(call, 0, "the file is no bundle of a ceremony");
    if (quorum < (uint64_t)own)
        quorum = (uint64_t)own;
    uint64_t count = 0;
    for (uint64_t i = reading->end + 1; status == SIGNET_OK && i < reading->count; i++) {
        int found = 0;
        const ca_reader_person_t *person = ca_reading_person(reading, reading->lines[i].by);
        status = is_trusted(call, trusted, person->certificate, &found);
        /* One person, one signature: a second line of theirs does not count. */
        for (uint64_t j = reading->end + 1; j < i; j++) {
            const ca_reader_person_t *other = ca_reading_person(reading, reading->lines[j].by);
            found = found && !signet_bytes_equal(other->certificate, person->certificate);
        }
        count += found != 0;
    }
    if (status != SIGNET_OK || count >= quorum)
        return status;
    return signet_fail(call, SIGNET_DENIED, "bundle.signers",
                       "%llu of the people whose certificates were given signed the bundle; %llu "
                       "are needed",
                       (unsigned long long)count, (unsigned long long)quorum);
}

int32_t ca_bundle_match(signet_call_t *call, signet_bytes_t bundle, const ca_reading_t *transcript)
{
    signet_bytes_t digest;
    int32_t status = signet_sha256(call, bundle, &digest);
    if (status != SIGNET_OK)
        return status;
    signet_text_t wanted = signet_hex(call, digest);
    for (uint64_t i = 0; wanted.data != NULL && i < transcript->count; i++) {
        if (signet_text_is(transcript->lines[i].type, "done") &&
            signet_text_equal(ca_line_get(&transcript->lines[i], "bundle_sha256"), wanted))
            return SIGNET_OK;
    }
    return signet_fail(call, SIGNET_INVALID, "bundle.transcript",
                       "the transcript is of another ceremony: it did not export this bundle");
}
