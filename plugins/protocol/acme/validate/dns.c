/* Contexts of libunbound are kept and lent, one to each question: a context works on a thread of
 * its own, and what it asked for may end after whoever asked has gone. */
#include "dns.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <string.h>
#include <unbound.h>

#define IDLE 8U
#define CLASS_IN 1
#define CHECK_MS 200

#define OPTION(kind, title, sentence)                                                              \
    {                                                                                              \
        .size = sizeof(signet_option_t), .type = (kind), .name = SIGNET_TEXT_INIT(title),          \
        .help = SIGNET_TEXT_INIT(sentence),                                                        \
    }

const signet_option_t acme_dns_options[] = {
    OPTION(SIGNET_OPTION_TEXTS, "resolvers",
           "Addresses of the resolvers to ask, each with @PORT where it is not 53; none: those of "
           "/etc/resolv.conf, and /etc/hosts."),
    OPTION(SIGNET_OPTION_PATH, "trust_anchors",
           "File with trust anchors for DNSSEC (DS or DNSKEY records, in the form of zone files); "
           "without it signatures are not looked at."),
    OPTION(SIGNET_OPTION_TEXTS, "insecure",
           "Zones below a trust anchor whose signatures are not looked at: internal ones."),
    OPTION(SIGNET_OPTION_TEXTS, "local",
           "Zones that resolvers are asked about although they are reserved (RFC 6303), such as "
           "10.in-addr.arpa."),
};
_Static_assert(sizeof acme_dns_options / sizeof *acme_dns_options == ACME_DNS_OPTION_COUNT,
               "count of options");

struct acme_dns {
    const signet_setting_t *group;
    pthread_mutex_t lock;
    struct ub_ctx *idle[IDLE];
    unsigned idle_count;
};

static int32_t refuse(signet_call_t *call, const signet_setting_t *setting, const char *what,
                      int code)
{
    return signet_setting_fail(call, setting, "acme.dns", "%s: %s.", what, ub_strerror(code));
}

static int set_plain(struct ub_ctx *context)
{
    static const struct {
        const char *name;
        const char *value;
    } options[] = {
        {"cache-max-ttl:", "0"},           {"cache-max-negative-ttl:", "0"},
        {"do-not-query-localhost:", "no"}, {"unblock-lan-zones:", "yes"},
        {"insecure-lan-zones:", "yes"},    {"use-syslog:", "no"},
        {"tcp-upstream:", "no"},           {"qname-minimisation:", "no"},
    };
    int code = ub_ctx_async(context, 1);
    for (size_t i = 0; code == 0 && i < sizeof options / sizeof *options; i++) {
        code = ub_ctx_set_option(context, options[i].name, options[i].value);
    }
    return code;
}

static int32_t set_lists(signet_call_t *call, const signet_setting_t *group, struct ub_ctx *context)
{
    const signet_setting_t *resolvers = signet_setting(group, "resolvers");
    const signet_setting_t *insecure = signet_setting(group, "insecure");
    uint64_t count = signet_setting_count(group, "resolvers");
    int code = 0;
    for (uint64_t i = 0; i < count; i++) {
        const signet_setting_t *item = signet_setting_at(resolvers, i);
        const char *text = signet_text_string(call, item->text);
        code = text != NULL ? ub_ctx_set_fwd(context, text) : UB_NOMEM;
        if (code != 0) {
            return refuse(call, item, "This is no address of a resolver", code);
        }
    }
    if (count == 0) {
        /* Neither file has to be there: without resolvers libunbound asks the roots itself. */
        (void)ub_ctx_resolvconf(context, NULL);
        (void)ub_ctx_hosts(context, NULL);
    }
    for (uint64_t i = 0; i < signet_setting_count(group, "insecure"); i++) {
        const signet_setting_t *item = signet_setting_at(insecure, i);
        const char *text = signet_text_string(call, item->text);
        code = text != NULL ? ub_ctx_set_option(context, "domain-insecure:", text) : UB_NOMEM;
        if (code != 0) {
            return refuse(call, item, "This is no zone", code);
        }
    }
    return SIGNET_OK;
}

/* Zones that libunbound answers for itself otherwise. After this no option can change. */
static int32_t set_zones(signet_call_t *call, const signet_setting_t *group, struct ub_ctx *context)
{
    const signet_setting_t *local = group != NULL ? signet_setting(group, "local") : NULL;
    uint64_t count = group != NULL ? signet_setting_count(group, "local") : 0;
    /* Reserved for tests and for homes, not for nobody. */
    int code = ub_ctx_zone_add(context, "test.", "transparent");
    code = code ? code : ub_ctx_zone_add(context, "home.arpa.", "transparent");
    if (code != 0) {
        return signet_fail_memory(call);
    }
    for (uint64_t i = 0; i < count; i++) {
        const signet_setting_t *item = signet_setting_at(local, i);
        const char *text = signet_text_string(call, item->text);
        code = text != NULL ? ub_ctx_zone_add(context, text, "transparent") : UB_NOMEM;
        if (code != 0) {
            return refuse(call, item, "This is no zone", code);
        }
    }
    return SIGNET_OK;
}

static int32_t make_context(signet_call_t *call, const signet_setting_t *group,
                            struct ub_ctx **made)
{
    signet_text_t anchors = signet_setting_text(group, "trust_anchors");
    struct ub_ctx *context = ub_ctx_create();
    if (context == NULL || set_plain(context) != 0) {
        ub_ctx_delete(context);
        return signet_fail_memory(call);
    }
    int32_t status = group != NULL ? set_lists(call, group, context) : SIGNET_OK;
    if (group == NULL) {
        (void)ub_ctx_resolvconf(context, NULL);
        (void)ub_ctx_hosts(context, NULL);
    }
    if (status == SIGNET_OK && anchors.length > 0) {
        const char *path = signet_text_string(call, anchors);
        int code = path != NULL ? ub_ctx_add_ta_file(context, path) : UB_NOMEM;
        if (code != 0) {
            status = refuse(call, signet_setting(group, "trust_anchors"),
                            "The trust anchors cannot be read", code);
        }
    }
    if (status == SIGNET_OK) {
        status = set_zones(call, group, context);
    }
    if (status != SIGNET_OK) {
        ub_ctx_delete(context);
        return status;
    }
    *made = context;
    return SIGNET_OK;
}

int32_t acme_dns_new(signet_call_t *call, const signet_setting_t *group, acme_dns_t **dns)
{
    signet_bytes_t content;
    signet_text_t anchors = signet_setting_text(group, "trust_anchors");
    acme_dns_t *made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return signet_fail_memory(call);
    }
    made->group = group;
    int32_t status = anchors.length > 0
                         ? signet_file_read(call, anchors, UINT64_C(1) << 20, &content)
                         : SIGNET_OK;
    /* The first one shows whether the settings are right. */
    if (status == SIGNET_OK) {
        status = make_context(call, group, &made->idle[0]);
    }
    if (status != SIGNET_OK) {
        pthread_mutex_destroy(&made->lock);
        free(made);
        return status;
    }
    made->idle_count = 1;
    *dns = made;
    return SIGNET_OK;
}

void acme_dns_free(acme_dns_t *dns)
{
    if (dns == NULL) {
        return;
    }
    while (dns->idle_count > 0) {
        ub_ctx_delete(dns->idle[--dns->idle_count]);
    }
    pthread_mutex_destroy(&dns->lock);
    free(dns);
}

static int32_t take(signet_call_t *call, acme_dns_t *dns, struct ub_ctx **context)
{
    *context = NULL;
    pthread_mutex_lock(&dns->lock);
    if (dns->idle_count > 0) {
        *context = dns->idle[--dns->idle_count];
    }
    pthread_mutex_unlock(&dns->lock);
    return *context != NULL ? SIGNET_OK : make_context(call, dns->group, context);
}

static void give(acme_dns_t *dns, struct ub_ctx *context)
{
    pthread_mutex_lock(&dns->lock);
    if (dns->idle_count < IDLE) {
        dns->idle[dns->idle_count++] = context;
        context = NULL;
    }
    pthread_mutex_unlock(&dns->lock);
    ub_ctx_delete(context);
}

/* What the callback leaves. */
typedef struct asked {
    int done;
    int code;
    struct ub_result *result;
} asked_t;

static void answered(void *argument, int code, struct ub_result *result)
{
    asked_t *asked = argument;
    asked->done = 1;
    asked->code = code;
    asked->result = result;
}

static void fail(signet_call_t *call, acme_dns_answer_t *answer, signet_text_t name,
                 const char *why)
{
    answer->failed = 1;
    answer->message =
        signet_format(call, "The DNS has no answer for %.*s: %s.", SIGNET_FORMAT(name), why);
}

static int32_t read_records(signet_call_t *call, const struct ub_result *result,
                            acme_dns_answer_t *answer)
{
    signet_bytes_t *records = signet_alloc(call, answer->count, sizeof *records);
    if (records == NULL) {
        return SIGNET_NO_MEMORY;
    }
    for (uint64_t i = 0; i < answer->count; i++) {
        const signet_bytes_t data = {(const uint8_t *)result->data[i], (uint64_t)result->len[i]};
        records[i] = signet_bytes_copy(call, data);
        if (records[i].data == NULL && data.length > 0) {
            return SIGNET_NO_MEMORY;
        }
    }
    answer->records = records;
    return SIGNET_OK;
}

static int32_t read_result(signet_call_t *call, signet_text_t name, const struct ub_result *result,
                           acme_dns_answer_t *answer)
{
    if (result->bogus) {
        fail(call, answer, name, result->why_bogus != NULL ? result->why_bogus : "it is forged");
        return SIGNET_OK;
    }
    /* NXDOMAIN is an answer; SERVFAIL, REFUSED and the like are none. */
    if (result->rcode != 0 && result->rcode != 3) {
        fail(call, answer, name, "the server failed or refused");
        return SIGNET_OK;
    }
    while (result->havedata && result->data[answer->count] != NULL) {
        if (answer->count == ACME_DNS_RECORDS_MAX) {
            answer->count = 0;
            fail(call, answer, name, "there are too many records");
            return SIGNET_OK;
        }
        answer->count++;
    }
    return answer->count > 0 ? read_records(call, result, answer) : SIGNET_OK;
}

/* Waits for the callback until `ends`, or until nobody wants to know any more. */
static int wait_for(signet_call_t *call, struct ub_ctx *context, const asked_t *asked, int64_t ends)
{
    int code = 0;
    while (code == 0 && !asked->done) {
        int64_t left = ends - signet_monotonic();
        if (left <= 0 || call->services->check(call) != SIGNET_OK) {
            break;
        }
        struct pollfd wait = {.fd = ub_fd(context), .events = POLLIN};
        (void)poll(&wait, 1, left < CHECK_MS ? (int)left : CHECK_MS);
        code = ub_process(context);
    }
    return code;
}

int32_t acme_dns_ask(signet_call_t *call, acme_dns_t *dns, signet_text_t name, int type,
                     int64_t ends, acme_dns_answer_t *answer)
{
    struct ub_ctx *context = NULL;
    asked_t asked = {0};
    int id = 0;
    *answer = (acme_dns_answer_t){0};
    const char *host = signet_text_string(call, name);
    int32_t status = host != NULL ? take(call, dns, &context) : SIGNET_NO_MEMORY;
    if (status != SIGNET_OK) {
        return status;
    }
    int code = ub_resolve_async(context, host, type, CLASS_IN, &asked, answered, &id);
    if (code == 0) {
        code = wait_for(call, context, &asked, ends);
    }
    if (code == 0 && !asked.done) {
        (void)ub_cancel(context, id);
        fail(call, answer, name, "it did not come in time");
    } else if (code != 0 || asked.code != 0) {
        fail(call, answer, name, ub_strerror(code != 0 ? code : asked.code));
    } else {
        status = read_result(call, name, asked.result, answer);
    }
    if (asked.done) {
        ub_resolve_free(asked.result);
    }
    if (code == 0) {
        give(dns, context);
    } else {
        ub_ctx_delete(context);
    }
    return status;
}

/* Adds addresses of one family, as text. */
static int32_t add_addresses(signet_call_t *call, const acme_dns_answer_t *found, int family,
                             signet_bytes_t *texts, uint64_t *count)
{
    for (uint64_t i = 0; i < found->count; i++) {
        char text[INET6_ADDRSTRLEN];
        uint64_t length = family == AF_INET ? 4 : 16;
        if (found->records[i].length != length ||
            inet_ntop(family, found->records[i].data, text, sizeof text) == NULL) {
            continue;
        }
        texts[*count] = signet_bytes_copy(call, signet_text_bytes(signet_text(text)));
        if (texts[*count].data == NULL) {
            return SIGNET_NO_MEMORY;
        }
        ++*count;
    }
    return SIGNET_OK;
}

int32_t acme_dns_addresses(signet_call_t *call, acme_dns_t *dns, signet_text_t name, int64_t ends,
                           acme_dns_answer_t *answer)
{
    acme_dns_answer_t v6;
    acme_dns_answer_t v4;
    int32_t status = acme_dns_ask(call, dns, name, ACME_DNS_AAAA, ends, &v6);
    if (status == SIGNET_OK) {
        status = acme_dns_ask(call, dns, name, ACME_DNS_A, ends, &v4);
    }
    if (status != SIGNET_OK) {
        return status;
    }
    *answer = v4.failed ? v4 : v6;
    if (v4.failed && v6.failed) {
        return SIGNET_OK;
    }
    answer->failed = 0;
    answer->count = 0;
    signet_bytes_t *texts = signet_alloc(call, v6.count + v4.count + 1, sizeof *texts);
    if (texts == NULL) {
        return SIGNET_NO_MEMORY;
    }
    status = add_addresses(call, &v6, AF_INET6, texts, &answer->count);
    if (status == SIGNET_OK) {
        status = add_addresses(call, &v4, AF_INET, texts, &answer->count);
    }
    answer->records = texts;
    return status;
}
