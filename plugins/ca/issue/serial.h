/* Serial numbers. */
#ifndef CA_SERIAL_H
#define CA_SERIAL_H

#include <signet/call.h>

#define CA_SERIAL_LENGTH 16U

/* A serial: four octets of minutes since 1970, so that indexes over serials grow at their end, then
 * twelve octets from the random generator as they come (96 bits, RFC 5280, 4.1.2.2). The first
 * octet is 01 to 7F, so that the INTEGER is positive and always 16 octets long. INTERNAL where the
 * clock stands before 2001 or after 6053. */
int32_t ca_serial_new(signet_call_t *call, int64_t now_ms, uint8_t serial[CA_SERIAL_LENGTH]);

#endif
