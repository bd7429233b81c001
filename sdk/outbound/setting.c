/* The options of a dialer and what they say. */
#include <openssl/pem.h>
#include <signet/sdk/encode.h>
#include <signet/sdk/error.h>
#include <signet/sdk/setting.h>
#include <stdlib.h>
#include <string.h>

#include "outbound.h"

#define TIMEOUT_MS 10000
#define PEM_MAX (UINT64_C(4) * 1024 * 1024)
#define PIN_PREFIX "sha256//"

const signet_option_t signet_outbound_options[SIGNET_OUTBOUND_OPTION_COUNT] = {
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .name = SIGNET_TEXT_INIT("permit"),
     .help = SIGNET_TEXT_INIT("Address ranges that may be connected to although a shorter range "
                              "denies them: \"127.0.0.1/32\"; the longest range decides.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .name = SIGNET_TEXT_INIT("deny"),
     .help = SIGNET_TEXT_INIT("Address ranges that are never connected to, besides loopback, "
                              "link-local, multicast, reserved and metadata addresses.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .name = SIGNET_TEXT_INIT("roots"),
     .help = SIGNET_TEXT_INIT("PEM file of the authorities that the peer's certificate must come "
                              "from, instead of the system's.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXTS,
     .name = SIGNET_TEXT_INIT("pins"),
     .help = SIGNET_TEXT_INIT("Public keys one of which the peer must have: \"sha256//\" and the "
                              "Base64 SHA-256 of its SubjectPublicKeyInfo.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_PATH,
     .name = SIGNET_TEXT_INIT("certificate"),
     .help = SIGNET_TEXT_INIT("PEM file of the client certificate to show, with its chain.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_SECRET,
     .name = SIGNET_TEXT_INIT("key"),
     .help = SIGNET_TEXT_INIT("The client certificate's private key, PEM.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_TEXT,
     .name = SIGNET_TEXT_INIT("proxy"),
     .help = SIGNET_TEXT_INIT("URL of a proxy to go through; its address is then the one judged. "
                              "The environment's proxies are never used.")},
    {.size = sizeof(signet_option_t),
     .type = SIGNET_OPTION_DURATION,
     .name = SIGNET_TEXT_INIT("timeout"),
     .help = SIGNET_TEXT_INIT("How long one request may take as a whole."),
     .default_value = SIGNET_TEXT_INIT("10s"),
     .minimum = 100,
     .maximum = 600000},
};

static int32_t read_ranges(signet_call_t *call, const signet_setting_t *group, const char *name,
                           uint8_t source, signet_outbound_t *outbound)
{
    const signet_setting_t *list = signet_setting(group, name);
    for (uint64_t i = 0; i < signet_setting_count(group, name); i++) {
        const signet_setting_t *element = signet_setting_at(list, i);
        signet_range_t *range = &outbound->ranges[outbound->range_count];
        const char *text = signet_text_string(call, element->text);
        if (text == NULL) {
            return signet_status(call);
        }
        if (signet_range_parse(text, range) != 0) {
            return signet_setting_fail(call, element, "outbound.range",
                                       "\"%s\" is not a range of addresses: write NETWORK/BITS "
                                       "with no bit set behind the prefix, like 192.0.2.0/24.",
                                       text);
        }
        range->source = source;
        outbound->range_count++;
    }
    return SIGNET_OK;
}

static int32_t read_pins(signet_call_t *call, const signet_setting_t *group,
                         signet_outbound_t *outbound)
{
    const signet_setting_t *list = signet_setting(group, "pins");
    signet_buffer_t joined = signet_buffer(call, 0);
    for (uint64_t i = 0; i < signet_setting_count(group, "pins"); i++) {
        const signet_setting_t *element = signet_setting_at(list, i);
        signet_text_t base64 = element->text;
        signet_bytes_t digest = {NULL, 0};
        if (signet_text_starts(base64, PIN_PREFIX)) {
            base64.data += sizeof PIN_PREFIX - 1;
            base64.length -= sizeof PIN_PREFIX - 1;
            if (signet_base64_decode(call, base64, &digest) != SIGNET_OK) {
                call->services->clear(call);
            }
        }
        if (digest.length != 32) {
            return signet_setting_fail(
                call, element, "outbound.pin",
                "A pin is \"sha256//\" and the Base64 of 32 octets: openssl x509 -in CERTIFICATE "
                "-pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary "
                "| base64.");
        }
        if (joined.length > 0) {
            signet_buffer_add_byte(&joined, ';');
        }
        signet_buffer_add_text(&joined, element->text);
    }
    if (joined.length == 0) {
        return SIGNET_OK;
    }
    signet_buffer_add_byte(&joined, 0);
    outbound->pins = joined.failed ? NULL : strdup((const char *)joined.data);
    return outbound->pins ? SIGNET_OK : signet_fail_memory(call);
}

/* Keeps a path whose file holds a certificate now; libcurl reads it again for each connection, so
 * that a file that is replaced counts at once. */
static int32_t read_certificate(signet_call_t *call, const signet_setting_t *group,
                                const char *name, char **kept)
{
    const signet_setting_t *setting = signet_setting(group, name);
    if (setting == NULL || setting->text.length == 0) {
        return SIGNET_OK;
    }
    signet_bytes_t pem;
    signet_bytes_t der;
    int32_t status = signet_file_read(call, setting->text, PEM_MAX, &pem);
    if (status != SIGNET_OK) {
        return status;
    }
    if (signet_pem_decode(call, signet_bytes_text(pem), "CERTIFICATE", &der, NULL) != SIGNET_OK) {
        call->services->clear(call);
        return signet_setting_fail(call, setting, "outbound.no-certificate",
                                   "%.*s holds no certificate in PEM: name a file that does.",
                                   SIGNET_FORMAT(setting->text));
    }
    const char *path = signet_text_string(call, setting->text);
    *kept = path ? strdup(path) : NULL;
    return *kept ? SIGNET_OK : path ? signet_fail_memory(call) : signet_status(call);
}

static int32_t read_proxy(signet_call_t *call, const signet_setting_t *group,
                          signet_outbound_t *outbound)
{
    const signet_setting_t *setting = signet_setting(group, "proxy");
    signet_text_t text = setting ? setting->text : SIGNET_TEXT("");
    int is_url = signet_text_starts(text, "http://") || signet_text_starts(text, "https://");
    if (text.length > 0 && (!is_url || memchr(text.data, '@', text.length) != NULL)) {
        return signet_setting_fail(call, setting, "outbound.proxy",
                                   "That is not the URL of a proxy: write http://HOST:PORT or "
                                   "https://HOST:PORT, without a user or password.");
    }
    const char *proxy = signet_text_string(call, text);
    outbound->proxy = proxy ? strdup(proxy) : NULL;
    return outbound->proxy ? SIGNET_OK : proxy ? signet_fail_memory(call) : signet_status(call);
}

int32_t signet_outbound_configure(signet_call_t *call, const signet_setting_t *group,
                                  signet_outbound_t *outbound)
{
    uint64_t count = signet_setting_count(group, "permit") + signet_setting_count(group, "deny");
    outbound->ranges = calloc(count + 1, sizeof *outbound->ranges);
    if (outbound->ranges == NULL) {
        return signet_fail_memory(call);
    }
    outbound->timeout_ms = signet_setting_integer(group, "timeout", TIMEOUT_MS);
    outbound->key = signet_setting_text(group, "key");
    int32_t status = read_ranges(call, group, "permit", SIGNET_RANGE_PERMIT, outbound);
    if (status == SIGNET_OK) {
        status = read_ranges(call, group, "deny", SIGNET_RANGE_DENY, outbound);
    }
    if (status == SIGNET_OK) {
        status = read_pins(call, group, outbound);
    }
    if (status == SIGNET_OK) {
        status = read_certificate(call, group, "roots", &outbound->roots);
    }
    if (status == SIGNET_OK) {
        status = read_certificate(call, group, "certificate", &outbound->certificate);
    }
    if (status == SIGNET_OK) {
        status = read_proxy(call, group, outbound);
    }
    if (status == SIGNET_OK && (outbound->certificate != NULL) != (outbound->key.length > 0)) {
        status = signet_setting_fail(call, group, "outbound.key",
                                     "certificate and key go together: set both or neither.");
    }
    return status;
}
