#include "transparency/log.h"

#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>

#define KEY_FILE_MAX 65536U
#define SECOND INT64_C(1000)
#define TEXT(option_name, option_flags, option_help)                                               \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = SIGNET_OPTION_TEXT, .flags = (option_flags),      \
        .name = SIGNET_TEXT_INIT(option_name), .help = SIGNET_TEXT_INIT(option_help)               \
    }
#define NUMBER(option_name, option_type, otherwise, least, most, option_help)                      \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (option_type),                                    \
        .name = SIGNET_TEXT_INIT(option_name), .default_value = SIGNET_TEXT_INIT(otherwise),       \
        .minimum = (least), .maximum = (most), .help = SIGNET_TEXT_INIT(option_help)               \
    }

static const signet_option_t log_options[] = {
    TEXT("name", SIGNET_OPTION_REQUIRED, "The log's name here."),
    TEXT("operator", SIGNET_OPTION_REQUIRED, "Who operates it."),
    TEXT("url", SIGNET_OPTION_REQUIRED, "Its address, before /ct/v1: https://log.example/2026."),
    TEXT("key", 0, "Its public key, Base64 of the SubjectPublicKeyInfo, as lists of logs have it."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .name = SIGNET_TEXT_INIT("key_file"),
     .help = SIGNET_TEXT_INIT("The file of its public key (PEM), instead of key.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("state"),
     .default_value = SIGNET_TEXT_INIT("usable"),
     .choices = SIGNET_TEXT_INIT("usable|retired"),
     .help = SIGNET_TEXT_INIT("Whether it is asked: usable, or retired.")},
    TEXT("expires_from", 0,
         "It takes certificates that expire at this time or later: 2026-01-01T00:00:00Z."),
    TEXT("expires_before", 0, "It takes certificates that expire before this time."),
};

static const signet_option_t policy_options[] = {
    TEXT("name", SIGNET_OPTION_REQUIRED, "The policy's name, for profiles."),
    NUMBER("scts", SIGNET_OPTION_INTEGER, "2", 1, 16, "How many logs must have answered."),
    NUMBER("operators", SIGNET_OPTION_INTEGER, "2", 1, 16, "Of how many operators."),
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const signet_option_t ca_log_options[] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("logs"),
     .help = SIGNET_TEXT_INIT("The logs, the preferred ones first."),
     .members = log_options,
     .member_count = COUNT(log_options)},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUPS,
     .name = SIGNET_TEXT_INIT("policies"),
     .help = SIGNET_TEXT_INIT("How many logs, and of how many operators, a certificate needs."),
     .members = policy_options,
     .member_count = COUNT(policy_options)},
    NUMBER("log_timeout", SIGNET_OPTION_DURATION, "5s", 10, 60 * SECOND,
           "How long each log has to answer; then another one is asked."),
    NUMBER("wait", SIGNET_OPTION_DURATION, "15s", 10, 300 * SECOND,
           "How long a request waits for logs in all."),
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_GROUP,
     .name = SIGNET_TEXT_INIT("outbound"),
     .help = SIGNET_TEXT_INIT("How the logs are called."),
     SIGNET_OUTBOUND_MEMBERS},
};
_Static_assert(sizeof ca_log_options / sizeof ca_log_options[0] == CA_LOG_OPTION_COUNT,
               "CA_LOG_OPTION_COUNT is not how many there are");

static int32_t read_time(signet_call_t *call, const signet_setting_t *group, const char *name,
                         int64_t *time)
{
    signet_text_t text = signet_setting_text(group, name);
    if (text.length == 0 || signet_time_parse(call, text, time) == SIGNET_OK)
        return SIGNET_OK;
    call->services->clear(call);
    return signet_setting_fail(call, signet_setting(group, name), "transparency.time",
                               "\"%.*s\" is no time: write 2026-01-01T00:00:00Z",
                               SIGNET_FORMAT(text));
}

static int32_t configure_log(signet_call_t *call, const signet_setting_t *group, ca_log_t *log)
{
    log->name = signet_setting_text(group, "name");
    log->operator_name = signet_setting_text(group, "operator");
    log->url = signet_setting_text(group, "url");
    log->usable = signet_text_is(signet_setting_text(group, "state"), "usable");
    while (signet_text_ends(log->url, "/"))
        log->url.length--;
    if (!signet_text_starts(log->url, "https://"))
        return signet_setting_fail(call, signet_setting(group, "url"), "transparency.url",
                                   "a log is called over https alone: write https://HOST/PATH");
    if ((signet_setting_text(group, "key").length > 0) ==
        (signet_setting_text(group, "key_file").length > 0))
        return signet_setting_fail(call, group, "transparency.key",
                                   "the log \"%.*s\" needs its public key, in key or in key_file",
                                   SIGNET_FORMAT(log->name));
    int32_t status = read_time(call, group, "expires_from", &log->expires_from);
    return status == SIGNET_OK ? read_time(call, group, "expires_before", &log->expires_before)
                               : status;
}

/* A policy that no set of usable logs can meet would stop issuance at the first request. */
static int32_t check_policy(signet_call_t *call, const signet_setting_t *group,
                            const ca_log_list_t *list, const ca_log_policy_t *policy)
{
    uint64_t usable = 0;
    uint64_t operators = 0;
    for (uint64_t i = 0; i < list->log_count; i++) {
        int known = 0;
        for (uint64_t j = 0; j < i; j++)
            known = known ||
                    (list->logs[j].usable &&
                     signet_text_equal(list->logs[i].operator_name, list->logs[j].operator_name));
        usable += list->logs[i].usable != 0;
        operators += list->logs[i].usable && !known;
    }
    if (usable >= policy->scts && operators >= policy->operators &&
        policy->operators <= policy->scts)
        return SIGNET_OK;
    return signet_setting_fail(call, group, "transparency.policy",
                               "the policy \"%.*s\" wants %llu logs of %llu operators, and %llu "
                               "usable ones of %llu are configured",
                               SIGNET_FORMAT(policy->name), (unsigned long long)policy->scts,
                               (unsigned long long)policy->operators, (unsigned long long)usable,
                               (unsigned long long)operators);
}

int32_t ca_logs_configure(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *group,
                          ca_log_list_t *list)
{
    const signet_setting_t *logs = signet_setting(group, "logs");
    const signet_setting_t *policies = signet_setting(group, "policies");
    int32_t status = SIGNET_OK;
    list->log_count = signet_setting_count(group, "logs");
    list->policy_count = signet_setting_count(group, "policies");
    list->log_timeout_ms = signet_setting_integer(group, "log_timeout", 5 * SECOND);
    list->wait_ms = signet_setting_integer(group, "wait", 15 * SECOND);
    if (list->log_count > CA_LOGS_MAX)
        return signet_setting_fail(call, logs, "transparency.logs", "at most %u logs are asked",
                                   CA_LOGS_MAX);
    list->logs = ca_pool_alloc(pool, call, list->log_count + 1, sizeof *list->logs);
    list->policies = ca_pool_alloc(pool, call, list->policy_count + 1, sizeof *list->policies);
    if (list->logs == NULL || list->policies == NULL)
        return SIGNET_NO_MEMORY;
    for (uint64_t i = 0; status == SIGNET_OK && i < list->log_count; i++)
        status = configure_log(call, signet_setting_at(logs, i), &list->logs[i]);
    for (uint64_t i = 0; status == SIGNET_OK && i < list->policy_count; i++) {
        const signet_setting_t *setting = signet_setting_at(policies, i);
        ca_log_policy_t *policy = &list->policies[i];
        policy->name = signet_setting_text(setting, "name");
        policy->scts = (uint64_t)signet_setting_integer(setting, "scts", 2);
        policy->operators = (uint64_t)signet_setting_integer(setting, "operators", 2);
        status = check_policy(call, setting, list, policy);
    }
    return status;
}

static int32_t read_key(signet_call_t *call, const signet_setting_t *group, signet_bytes_t *spki)
{
    signet_text_t text = signet_setting_text(group, "key");
    signet_text_t path = signet_setting_text(group, "key_file");
    signet_bytes_t content;
    if (text.length > 0)
        return signet_base64_decode(call, text, spki);
    int32_t status = signet_file_read(call, path, KEY_FILE_MAX, &content);
    return status == SIGNET_OK
               ? signet_pem_decode(call, signet_bytes_text(content), "PUBLIC KEY", spki, NULL)
               : status;
}

/* Logs sign with ECDSA on P-256 or with RSA, both over SHA-256 (RFC 6962, 2.1.4). */
static int32_t load_log(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *group,
                        ca_log_t *log)
{
    signet_bytes_t spki = {NULL, 0};
    signet_public_key_t key;
    int32_t status = read_key(call, group, &spki);
    if (status == SIGNET_OK)
        status = signet_public_key_parse(call, spki, &key);
    if (status == SIGNET_NO_MEMORY)
        return status;
    if (status == SIGNET_OK && signet_text_is(key.type, "EC-P256"))
        log->algorithm = SIGNET_TEXT(SIGNET_SIGN_ECDSA_SHA256);
    else if (status == SIGNET_OK && signet_text_starts(key.type, "RSA-") &&
             !signet_text_starts(key.type, "RSA-PSS"))
        log->algorithm = SIGNET_TEXT(SIGNET_SIGN_RSA_SHA256);
    if (log->algorithm.length == 0) {
        call->services->clear(call);
        return signet_setting_fail(call, group, "transparency.key",
                                   "the key of the log \"%.*s\" is no SubjectPublicKeyInfo of a "
                                   "key on P-256 or of an RSA key",
                                   SIGNET_FORMAT(log->name));
    }
    signet_bytes_t id = {NULL, 0};
    status = signet_sha256(call, spki, &id);
    if (status == SIGNET_OK)
        status = ca_pool_bytes(pool, call, id, &log->id);
    return status == SIGNET_OK ? signet_verifier_new(call, spki, &log->verifier) : status;
}

int32_t ca_logs_load(ca_pool_t *pool, signet_call_t *call, const signet_setting_t *group,
                     ca_log_list_t *list)
{
    const signet_setting_t *logs = signet_setting(group, "logs");
    int32_t status = SIGNET_OK;
    for (uint64_t i = 0; status == SIGNET_OK && i < list->log_count; i++) {
        status = load_log(pool, call, signet_setting_at(logs, i), &list->logs[i]);
        for (uint64_t j = 0; status == SIGNET_OK && j < i; j++) {
            if (signet_bytes_equal(list->logs[i].id, list->logs[j].id))
                status = signet_setting_fail(call, signet_setting_at(logs, i), "transparency.key",
                                             "the logs \"%.*s\" and \"%.*s\" have the same key",
                                             SIGNET_FORMAT(list->logs[j].name),
                                             SIGNET_FORMAT(list->logs[i].name));
        }
    }
    return status;
}

int ca_log_takes(const ca_log_t *log, int64_t not_after)
{
    return log->usable && not_after >= log->expires_from &&
           (log->expires_before == 0 || not_after < log->expires_before);
}

const ca_log_policy_t *ca_log_policy_find(const ca_log_list_t *list, signet_text_t name)
{
    for (uint64_t i = 0; i < list->policy_count; i++) {
        if (signet_text_equal(list->policies[i].name, name))
            return &list->policies[i];
    }
    return NULL;
}

void ca_logs_free(ca_log_list_t *list)
{
    for (uint64_t i = 0; list->logs != NULL && i < list->log_count; i++)
        signet_verifier_free(list->logs[i].verifier);
}
