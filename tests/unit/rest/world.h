/* The world of these tests: protocol-rest and auth-token over fakes, and requests to them. */
#ifndef WORLD_H
#define WORLD_H

#include <check.h>
#include <signet/check.h>
#include <signet/sdk/json.h>
#include <signet/sdk/text.h>

extern signet_check_t *world;
/* The call of the last request; ended by the next one. */
extern signet_call_t *world_call;
/* What the last request was answered. */
extern const signet_response_t *world_response;

void world_begin(void);
void world_end(void);
/* Runs tests, each in a world of its own; the exit code of the program. */
int world_run(const char *name, const TTest *const *tests, size_t count);
/* The same with another begin and end. */
int world_run_in(const char *name, void (*begin)(void), void (*end)(void),
                 const TTest *const *tests, size_t count);
/* Asks as `actor` with `roles`; the answer's status. Bodies are sent as application/json. */
uint32_t world_ask(const char *actor, const char *roles, const char *method, const char *target,
                   const char *headers, const char *body);
/* The same as an officer. */
uint32_t world_get(const char *target);
uint32_t world_post(const char *target, const char *body);
/* The body of the last answer, parsed; it must be JSON. */
const signet_json_t *world_json(void);
/* The body as text. */
signet_text_t world_body(void);
/* A header of the last answer, or the empty text. */
signet_text_t world_header(const char *name);
/* The reason in a problem, without its prefix. */
signet_text_t world_reason(void);
/* A text member of the last answer. */
signet_text_t world_text(const char *name);

#define assert_text(actual, expected)                                                              \
    do {                                                                                           \
        signet_text_t assert_actual = (actual);                                                    \
        ck_assert_msg(signet_text_is(assert_actual, expected), "got \"%.*s\", wanted \"%s\"",      \
                      SIGNET_FORMAT(assert_actual), expected);                                     \
    } while (0)

#endif
