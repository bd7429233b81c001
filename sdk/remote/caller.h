/* Who a carried call is made for, and what went wrong in it, on the wire. */
#ifndef SDK_REMOTE_CALLER_H
#define SDK_REMOTE_CALLER_H

#include "wire.h"

#include <signet/ext/draft/remote.h>

/* Writes who `call` is made for; `remaining_ms` is the time that it gets. */
void remote_write_caller(remote_writer_t *writer, signet_call_t *call, int64_t remaining_ms);
/* Reads it. Texts lie in the message; `grants` gets an allocation to be freed, or NULL. */
void remote_read_caller(remote_reader_t *reader, signet_remote_caller_t *caller,
                        signet_actor_t *actor, signet_grant_t **grants);
/* Writes an error with its status; without one, that nobody said why. */
void remote_write_error(remote_writer_t *writer, int32_t status, const signet_error_t *error);
/* Reads it; 0 where it is none. Texts lie in the message. */
int remote_read_error(remote_reader_t *reader, signet_error_t *error);

#endif
