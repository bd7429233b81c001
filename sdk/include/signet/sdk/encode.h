/* Encodings of octets and of time. */
#ifndef SIGNET_SDK_ENCODE_H
#define SIGNET_SDK_ENCODE_H

#include <signet/sdk/text.h>

/* Lower-case hexadecimal. [any] */
signet_text_t signet_hex(signet_call_t *call, signet_bytes_t bytes);
/* Octets from hexadecimal, upper or lower case, with or without ':' between octets. INVALID.
 * [any] */
int32_t signet_hex_decode(signet_call_t *call, signet_text_t text, signet_bytes_t *bytes);
/* Base64 (RFC 4648, 4), without line breaks; and the URL-safe kind without padding (5). [any] */
signet_text_t signet_base64(signet_call_t *call, signet_bytes_t bytes);
signet_text_t signet_base64url(signet_call_t *call, signet_bytes_t bytes);
/* Strict decoding: no character outside the alphabet (but, for the first kind, white space), right
 * padding, zero trailing bits. INVALID. [any] */
int32_t signet_base64_decode(signet_call_t *call, signet_text_t text, signet_bytes_t *bytes);
int32_t signet_base64url_decode(signet_call_t *call, signet_text_t text, signet_bytes_t *bytes);
/* One PEM block (RFC 7468) of DER. [any] */
signet_text_t signet_pem(signet_call_t *call, const char *label, signet_bytes_t der);
/* The DER of the first PEM block labelled `label`; `rest` gets what follows it and may be NULL.
 * Text before the block, CRLF and lines of any length are accepted; headers inside it are not.
 * NOT_FOUND (no such block), INVALID. [any] */
int32_t signet_pem_decode(signet_call_t *call, signet_text_t text, const char *label,
                          signet_bytes_t *der, signet_text_t *rest);
/* The wall clock: ms since 1970 UTC. [any] */
int64_t signet_now(void);
/* The monotonic clock: ms. [any] */
int64_t signet_monotonic(void);
/* RFC 3339 in UTC: "2026-11-24T08:02:46Z", with ".mmm" where ms are not 0. [any] */
signet_text_t signet_time_text(signet_call_t *call, int64_t time);
/* The reverse; offsets are accepted. INVALID. [any] */
int32_t signet_time_parse(signet_call_t *call, signet_text_t text, int64_t *time);
/* "250ms", "30s", "5m", "24h", "90d", "10y" (365 days) to ms. INVALID. [any] */
int32_t signet_duration_parse(signet_call_t *call, signet_text_t text, int64_t *duration_ms);

#endif
