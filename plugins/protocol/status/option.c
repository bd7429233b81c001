#include "option.h"

#include <signet/sdk/setting.h>

#define OPTION(option_type, option_name, option_help)                                              \
    .size = sizeof(signet_option_t), .type = (option_type), .name = SIGNET_TEXT_INIT(option_name), \
    .help = SIGNET_TEXT_INIT(option_help)
#define DEFAULT(value) .default_value = SIGNET_TEXT_INIT(value)

#define SECOND INT64_C(1000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)

const signet_option_t status_options[STATUS_OPTION_COUNT] = {
    {OPTION(SIGNET_OPTION_INSTANCE, "ca", "The instance whose certificates it tells about.")},
    {OPTION(SIGNET_OPTION_INSTANCE, "store", "The instance that keeps the signed lists.")},
    {OPTION(SIGNET_OPTION_INSTANCE, "journal", "The instance that says what was revoked.")},
    {OPTION(SIGNET_OPTION_PATH, "folder",
            "Folder for copies of the signed lists, which are served when the store is away."),
     .flags = SIGNET_OPTION_REQUIRED | SIGNET_OPTION_WRITTEN},
    {OPTION(SIGNET_OPTION_DURATION, "list_period",
            "How often a revocation list is made where nothing was revoked."),
     DEFAULT("24h"), .minimum = SECOND, .maximum = 366 * DAY},
    {OPTION(
         SIGNET_OPTION_DURATION, "list_validity",
         "How long a list is good, from thisUpdate to nextUpdate; more than list_period, so that "
         "a list that comes late does no harm."),
     DEFAULT("72h"), .minimum = 2 * SECOND, .maximum = 366 * DAY},
    {OPTION(
         SIGNET_OPTION_DURATION, "list_delay",
         "How long after a revocation the next list is made, so that it tells of several at once. "
         "A compromised key does not wait, but there is one such list in 30 seconds at most."),
     DEFAULT("60s"), .minimum = 0, .maximum = DAY},
    {OPTION(SIGNET_OPTION_DURATION, "list_max_age", "How long caches may keep a list."),
     DEFAULT("1h"), .minimum = 0, .maximum = 10 * DAY},
    {OPTION(
         SIGNET_OPTION_DURATION, "answer_validity",
         "How long an OCSP answer is good, from thisUpdate to nextUpdate; it is signed anew after "
         "half of that."),
     DEFAULT("24h"), .minimum = 2 * SECOND, .maximum = 10 * DAY},
    {OPTION(SIGNET_OPTION_DURATION, "answer_max_age", "How long caches may keep an OCSP answer."),
     DEFAULT("1h"), .minimum = 0, .maximum = 10 * DAY},
    {OPTION(SIGNET_OPTION_TEXT, "unassigned",
            "What is answered about certificates that were never issued: unauthorized, without a "
            "signature, or unknown, signed. It is never good."),
     DEFAULT("unauthorized"), .choices = SIGNET_TEXT_INIT("unauthorized|unknown")},
    {OPTION(SIGNET_OPTION_TEXT, "responder_profile",
            "The profile, of the kind ocsp-responder, by which responders are certified."),
     DEFAULT("ocsp-responder")},
    {OPTION(SIGNET_OPTION_INSTANCE, "responder_keys",
            "The instance that holds the responders' keys; by default that of each authority.")},
    {OPTION(SIGNET_OPTION_TEXT, "responder_key_type",
            "The type of the responders' keys; by default that of each authority's."),
     .choices = SIGNET_TEXT_INIT("EC-P256|EC-P384|EC-P521|RSA-2048|RSA-3072|RSA-4096|ED25519|"
                                 "ED448|ML-DSA-44|ML-DSA-65|ML-DSA-87")},
    {OPTION(SIGNET_OPTION_TEXT, "responder_id", "How an answer names its responder."),
     DEFAULT("key"), .choices = SIGNET_TEXT_INIT("key|name")},
    {OPTION(SIGNET_OPTION_SIZE, "cache_size", "Memory for OCSP answers that are kept."),
     DEFAULT("64MiB"), .minimum = 1 << 20, .maximum = INT64_C(1) << 40},
};

/* Answers signed at one time: what comes beyond that is told to try later, so that a flood of what
 * cannot be kept leaves workers for others. */
#define SIGNERS 24

int32_t status_option_read(signet_call_t *call, status_t *status, int64_t *cache_octets)
{
    const signet_setting_t *settings = status->host->settings;
    status->ca = signet_setting_text(settings, "ca");
    status->store = signet_setting_text(settings, "store");
    status->journal = signet_setting_text(settings, "journal");
    status->folder = signet_setting_text(settings, "folder");
    status->list_period_ms = signet_setting_integer(settings, "list_period", 0);
    status->list_validity_ms = signet_setting_integer(settings, "list_validity", 0);
    status->list_delay_ms = signet_setting_integer(settings, "list_delay", 0);
    status->list_max_age_ms = signet_setting_integer(settings, "list_max_age", 0);
    status->answer_validity_ms = signet_setting_integer(settings, "answer_validity", 0);
    status->answer_max_age_ms = signet_setting_integer(settings, "answer_max_age", 0);
    status->signs_unknown = signet_text_is(signet_setting_text(settings, "unassigned"), "unknown");
    status->responder_profile = signet_setting_text(settings, "responder_profile");
    status->responder_keys = signet_setting_text(settings, "responder_keys");
    status->responder_key_type = signet_setting_text(settings, "responder_key_type");
    status->by_name = signet_text_is(signet_setting_text(settings, "responder_id"), "name");
    status->signers = SIGNERS;
    *cache_octets = signet_setting_integer(settings, "cache_size", 0);
    if (status->list_validity_ms <= status->list_period_ms)
        return signet_setting_fail(call, settings, "status.list-validity",
                                   "list_validity must be longer than list_period, or there is no "
                                   "list for a while");
    return SIGNET_OK;
}
