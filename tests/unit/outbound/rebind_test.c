/* Names that lead elsewhere: the test resolves "peer.example" itself, for libcurl as well. */
#include "sdk_test.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>

#include "dialer.h"
#include "peer.h"

#define LOOPBACK "permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; "

static peer_t server;
static const signet_outbound_response_t *response;
/* What the next look at DNS answers, and how many there were. */
static const char *const *addresses;
static int looks;

typedef int (*resolve_t)(const char *name, const char *service, const struct addrinfo *hints,
                         struct addrinfo **found);

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found)
{
    void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
    resolve_t resolve = NULL;
    memcpy(&resolve, &symbol, sizeof resolve);
    if (name == NULL || strcmp(name, "peer.example") != 0) {
        return resolve(name, service, hints, found);
    }
    /* Whatever family is asked for, where a machine has no IPv6: resolvers may say anything. */
    struct addrinfo wanted = *hints;
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_flags = AI_NUMERICHOST;
    looks++;
    *found = NULL;
    for (int i = 0; addresses[i] != NULL; i++) {
        while (*found != NULL) {
            found = &(*found)->ai_next;
        }
        int status = resolve(addresses[i], service, &wanted, found);
        if (status != 0) {
            return status;
        }
    }
    return 0;
}

/* Asks "peer.example" with a dialer of its own, so that no earlier look is remembered. */
static int32_t ask(const char *const *answers)
{
    addresses = answers;
    looks = 0;
    response = NULL;
    ck_assert_int_eq(dialer_open(check, LOOPBACK), SIGNET_OK);
    const signet_outbound_request_t request = {
        .url = signet_format(call, "https://peer.example:%s/ok", strrchr(server.url, ':') + 1)};
    int32_t status = signet_outbound_send(call, dialer(), &request, &response);
    ck_assert_int_ge(looks, 1);
    return status;
}

START_TEST(connects_to_judged_addresses_alone)
{
    static const char *const right[] = {"127.0.0.1", NULL};
    static const char *const wrong[][3] = {{"127.0.0.2", NULL},
                                           {"169.254.169.254", NULL},
                                           {"0.0.0.0", NULL},
                                           {"::1", NULL},
                                           {"::ffff:127.0.0.1", NULL},
                                           {"64:ff9b::127.0.0.2", NULL},
                                           {"169.254.169.254", "127.0.0.2", NULL}};
    static const char *const mixed[] = {"169.254.169.254", "127.0.0.2", "127.0.0.1", NULL};
    peer_start(&server, OUTBOUND_SERVER, signet_check_folder(check), NULL);
    ck_assert_int_eq(ask(right), SIGNET_OK);
    ck_assert_str_eq(peer_tell(&server, "connections"), "1");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_error(ask(wrong[i]), SIGNET_DENIED, "outbound.address-denied");
    }
    ck_assert_str_eq(peer_tell(&server, "connections"), "1");
    /* Of several the denied ones are left out, never tried. */
    ck_assert_int_eq(ask(mixed), SIGNET_OK);
    expect_text(response->address, "127.0.0.1");
    ck_assert_str_eq(peer_tell(&server, "connections"), "2");
    peer_stop(&server);
}
END_TEST

SDK_RUN("outbound-rebind", connects_to_judged_addresses_alone)
