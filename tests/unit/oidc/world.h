/* An issuer in a process of its own, and the plugin that trusts it. */
#ifndef TESTS_UNIT_OIDC_WORLD_H
#define TESTS_UNIT_OIDC_WORLD_H

#include "peer.h"

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/error.h>
#include <signet/sdk/text.h>

extern signet_check_t *world_check;
extern signet_call_t *world_call;
extern peer_t world_issuer;

#define WORLD_OUTBOUND                                                                             \
    "outbound = { permit = [\"127.0.0.1/32\"]; roots = \"ca.pem\"; timeout = \"3s\"; };"
#define WORLD_RULES                                                                                \
    "rules = ({ name = \"all\"; conditions = ({ claim = \"sub\"; matches = \"*\"; });"             \
    " grants = ({ role = \"requester\"; }); });"

void world_begin(void);
void world_end(void);
/* Opens the plugin as "oidc" with one issuer, named "ci", whose other settings are these. */
int32_t world_open(const char *settings);
/* The same with the usual rules, algorithms and dialer, its keys fetched. */
void world_open_usual(const char *settings);
/* Closes the plugin. */
void world_close(void);
/* Tells the issuer something; the reply is in the call's arena. */
__attribute__((format(printf, 1, 2))) signet_text_t world_tell(const char *format, ...);
/* Runs a job that fetches. */
void world_fetch(void);
/* Authenticates a bearer token in a new call, which is returned to be ended. */
int32_t world_authenticate(signet_text_t token, signet_call_t **call, const signet_actor_t **actor);
/* The status of that alone. */
int32_t world_status(signet_text_t token);
/* Asserts that a token is refused as any other, with `cause` in the detail for the log. */
void world_refused(signet_text_t token, const char *cause);

#endif
