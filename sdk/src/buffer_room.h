/* Room at the end of a buffer, for whoever fills it octet by octet. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_BUFFER_ROOM_H
#define SIGNET_SDK_SRC_BUFFER_ROOM_H

#include <signet/sdk/text.h>

/* Where `length` more octets have room, or NULL where the buffer has failed. Whoever has written
 * there adds what it wrote to the buffer's length. */
uint8_t *signet_buffer_room(signet_buffer_t *buffer, uint64_t length);

#endif
