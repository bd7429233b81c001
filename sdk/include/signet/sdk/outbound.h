/* The one outbound dialer: HTTPS requests to other systems, on libcurl.
 *
 * A plugin that calls out declares a GROUP of options with SIGNET_OUTBOUND_MEMBERS, opens a dialer
 * with that group at start, sends requests through it on worker threads (the lane `outbound` for
 * whatever may take long), and closes it at close. Link signet-sdk-outbound (signet-outbound.pc).
 *
 * What it promises: every address is judged right before the connection is made to it, whatever
 * name, literal, redirect or second look at DNS it came from; https alone unless a request says
 * otherwise; TLS 1.2 or later, the peer's certificate and name verified unless a request says
 * otherwise; no proxy but a configured one, nothing taken from the environment, no cookies, no
 * .netrc; sizes and times are limited; a call that is cancelled or past its deadline ends its
 * transfer (within a second). Connections are kept and used again by the same dialer.
 *
 * Addresses: the longest range of `permit`, `deny` and the built-in denials that holds an address
 * decides; where two are equally long `deny` goes before `permit`, and `permit` before a built-in
 * one. What no range holds is permitted. Built in are loopback, unspecified, link-local,
 * site-local, multicast and reserved ranges, IPv4 addresses inside IPv6 ones, and each metadata
 * service of the large clouds as a range of one address, so that it has to be permitted by itself.
 * An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is permitted only where that one
 * is, too. */
#ifndef SIGNET_SDK_OUTBOUND_H
#define SIGNET_SDK_OUTBOUND_H

#include <signet/host.h>
#include <signet/http.h>

/* The members of a plugin's option group, by convention named `outbound`:
 *   {.type = SIGNET_OPTION_GROUP, .name = SIGNET_TEXT_INIT("outbound"), SIGNET_OUTBOUND_MEMBERS, …}
 * permit, deny (ranges, "192.0.2.0/24"), roots (PEM file), pins ("sha256//BASE64" of the peer's
 * SubjectPublicKeyInfo), certificate (PEM file) with key (SECRET, PEM), proxy (URL), timeout. */
extern const signet_option_t signet_outbound_options[];
#define SIGNET_OUTBOUND_OPTION_COUNT 8
#define SIGNET_OUTBOUND_MEMBERS                                                                    \
    .members = signet_outbound_options, .member_count = SIGNET_OUTBOUND_OPTION_COUNT

typedef struct signet_outbound signet_outbound_t;

/* Makes a dialer. `group` is the setting that was declared with SIGNET_OUTBOUND_MEMBERS, or NULL:
 * the defaults; host and group must outlive the dialer. INVALID with file and line (a range, a pin,
 * a certificate without its key, a file that holds no certificate), NOT_FOUND (a file). [worker] */
int32_t signet_outbound_open(signet_call_t *call, const signet_host_t *host,
                             const signet_setting_t *group, signet_outbound_t **outbound);
/* Ends its connections. Nothing may be under way; NULL is allowed. [any] */
void signet_outbound_close(signet_outbound_t *outbound);

#define SIGNET_OUTBOUND_PLAIN 1U /* http:// is permitted besides https:// */
/* Nothing is concluded from the peer's certificate, which may be any: for questions that plain HTTP
 * would answer as well, such as an ACME challenge that is redirected. */
#define SIGNET_OUTBOUND_ANY_CERTIFICATE 2U

/* A request. */
typedef struct signet_outbound_request {
    const char *method;           /* NULL: GET, or POST with a body */
    signet_text_t url;            /* "https://host:port/path?query"; no user or password inside */
    const signet_pair_t *headers; /* added to Host, Content-Length and Accept: * / * */
    uint64_t header_count;
    signet_bytes_t body;
    uint32_t flags;        /* SIGNET_OUTBOUND_* */
    uint32_t redirects;    /* hops followed, of GET and HEAD alone; 0: an answer of 3xx is returned.
                            * Headers are sent to the origin of `url` alone */
    int64_t timeout_ms;    /* for the whole; 0: as configured. Never beyond the call's deadline */
    uint64_t header_limit; /* octets of all headers of an answer; 0: 64 KiB */
    uint64_t body_limit;   /* octets of its body; 0: 1 MiB */
    signet_text_t
        address; /* connected to instead of what the host of `url` resolves to, for whoever
                  * resolves names in its own way: "192.0.2.1", "2001:db8::1"; empty: no */
} signet_outbound_request_t;

/* An answer, in the arena. */
typedef struct signet_outbound_response {
    uint32_t status; /* of HTTP: 4xx and 5xx are answers, too */
    signet_text_t content_type;
    const signet_pair_t *headers; /* names in lower case, in the order received */
    uint64_t header_count;
    signet_bytes_t body;
    int64_t retry_after_ms; /* 0: not said */
    signet_text_t url;      /* of the last hop */
    signet_text_t address;  /* that was connected to: "192.0.2.1" */
    signet_text_t next;     /* where the answer redirects to and was not followed; empty: nowhere */
} signet_outbound_response_t;

/* Sends a request and waits for the answer. INVALID (URL, scheme, header), DENIED
 * ("outbound.address-denied"), UNAVAILABLE ("outbound.unreachable", "outbound.untrusted",
 * "outbound.pin-mismatch", "outbound.redirects"), TIMEOUT, CANCELLED, TOO_LARGE. Messages name the
 * origin, never path or query, which may be secret. [worker] */
int32_t signet_outbound_send(signet_call_t *call, signet_outbound_t *outbound,
                             const signet_outbound_request_t *request,
                             const signet_outbound_response_t **response);

/* The same for notifiers and exporters: an answer of 2xx is OK, and every failure has the status
 * that says what is to become of the delivery (signet/sdk/delivery.h), with the receiver's
 * Retry-After. Again: no answer, 408, 425, 429, 5xx. Held: an address or URL that is not permitted,
 * 3xx, 401, 402, 403, 404, 405, 407, 410. Refused: 413 and every other 4xx. `reason` is the
 * plugin's own, "pager.refused", for what the receiver answered. The answer comes with failures as
 * well, NULL where there was none. [worker] */
int32_t signet_outbound_deliver(signet_call_t *call, signet_outbound_t *outbound,
                                const signet_outbound_request_t *request, const char *reason,
                                const signet_outbound_response_t **response);

/* Whether an address may be connected to: for dialers of other protocols, right before connect,
 * with the very address that is passed to it. 1 or 0; families other than IPv4 and IPv6 are 0.
 * `address` points to a struct sockaddr of `length` octets. [any] */
int signet_outbound_permits(const signet_outbound_t *outbound, const void *address,
                            uint64_t length);
/* A header's value by its lower-case name; the empty text where it is missing. [any] */
signet_text_t signet_outbound_header(const signet_outbound_response_t *response, const char *name);
/* The origin of a URL, for messages: "https://host:port", without user, path or query. [any] */
signet_text_t signet_outbound_origin(signet_call_t *call, signet_text_t url);

#endif
