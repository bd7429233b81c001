#include "issue/serial.h"

#include <signet/sdk/crypto.h>
#include <signet/sdk/error.h>

#define MINUTE_MS 60000
#define RANDOM_OFFSET 4U

int32_t ca_serial_new(signet_call_t *call, int64_t now_ms, uint8_t serial[CA_SERIAL_LENGTH])
{
    int64_t minutes = now_ms / MINUTE_MS;
    if (minutes < 0x01000000 || minutes > 0x7fffffff)
        return signet_fail(call, SIGNET_INTERNAL, "serial.clock",
                           "the system clock is wrong; set it, then ask again");
    serial[0] = (uint8_t)(minutes >> 24);
    serial[1] = (uint8_t)(minutes >> 16);
    serial[2] = (uint8_t)(minutes >> 8);
    serial[3] = (uint8_t)minutes;
    return signet_random(call, serial + RANDOM_OFFSET, CA_SERIAL_LENGTH - RANDOM_OFFSET);
}
