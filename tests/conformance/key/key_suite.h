/* The conformance suite of signet.key/1 and what each backend brings to it. */
#ifndef KEY_SUITE_H
#define KEY_SUITE_H

#include <check.h>
#include <signet/check.h>

#define KEY_ALL_PURPOSES 63U

typedef struct key_world key_world_t;

/* A backend under test. */
typedef struct key_backend {
    const char *plugin;
    uint32_t exportable; /* what its keys say */
    /* Makes what the backend needs in the world's folder (a passphrase, a token) and writes the
     * settings of an instance. */
    void (*prepare)(const signet_check_t *check, char *settings, size_t size);
    /* Opens the instance "keys" elsewhere than in the plugin test runner, and closes it; or NULL.
     */
    void (*open)(key_world_t *world);
    void (*close)(key_world_t *world);
} key_backend_t;

/* The backend that is linked in, and the cases that only it has. */
extern const key_backend_t key_backend;
TCase *key_backend_cases(void);

/* A world in which the backend's instance "keys" is open, with a call. */
struct key_world {
    signet_check_t *check;
    signet_call_t *call;
    const signet_key_interface_t *interface;
    void *instance;
    char settings[1024];
};

void key_world_begin(key_world_t *world);
void key_world_end(key_world_t *world);
/* Closes the instance and opens it again. */
void key_world_reopen(key_world_t *world);
/* Makes a key, which must succeed. */
const signet_key_t *key_make(key_world_t *world, const char *name, const char *type,
                             uint32_t purposes);
/* A request to sign `message` for a certificate. */
signet_sign_request_t key_request(signet_text_t uri, const char *algorithm, const char *message);
/* The text of a literal at run time. */
signet_text_t key_text(const char *string);
/* A file in the world's folder with mode 0600. */
void key_write_secret(const signet_check_t *check, const char *name, const char *secret);

/* Signs for a certificate; the status. */
int32_t key_sign_status(key_world_t *world, const signet_sign_request_t *request);
/* The call failed with this status and reason, which is then forgotten. */
void key_assert_failed(signet_call_t *call, int32_t got, int32_t wanted, const char *why);
/* What every backend must do when keys are destroyed. */
TCase *key_destroy_cases(void);

/* Walks a backend whose settings name no secret from empty over unlocked to locked. */
void key_locked_walk(signet_check_t *check, const char *settings);

/* Whether OpenSSL accepts a signature by the key behind `spki`. */
int key_verify(signet_bytes_t spki, const char *algorithm, signet_bytes_t message,
               signet_bytes_t signature);
/* The digest that an algorithm signs; answers its length. */
uint64_t key_digest(const char *algorithm, signet_bytes_t message, uint8_t digest[64]);

#endif
