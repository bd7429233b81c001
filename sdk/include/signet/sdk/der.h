/* DER (X.690), strictly: definite lengths in their shortest form, no trailing octets where an end
 * is expected. The one place that parses DER by hand; fuzzed differentially against OpenSSL. */
#ifndef SIGNET_SDK_DER_H
#define SIGNET_SDK_DER_H

#include <signet/sdk/text.h>

/* Tags: class and constructed bit included; high tag numbers are refused. */
#define SIGNET_DER_BOOLEAN 0x01
#define SIGNET_DER_INTEGER 0x02
#define SIGNET_DER_BIT_STRING 0x03
#define SIGNET_DER_OCTET_STRING 0x04
#define SIGNET_DER_NULL 0x05
#define SIGNET_DER_OID 0x06
#define SIGNET_DER_ENUMERATED 0x0a
#define SIGNET_DER_UTF8 0x0c
#define SIGNET_DER_PRINTABLE 0x13
#define SIGNET_DER_IA5 0x16
#define SIGNET_DER_UTC_TIME 0x17
#define SIGNET_DER_GENERALIZED_TIME 0x18
#define SIGNET_DER_SEQUENCE 0x30
#define SIGNET_DER_SET 0x31
#define SIGNET_DER_CONTEXT(n) (0x80 | (n))             /* primitive */
#define SIGNET_DER_CONTEXT_CONSTRUCTED(n) (0xa0 | (n)) /* constructed */

/* A reader over octets it does not own. Depth is limited by the callers' fixed descent. */
typedef struct signet_der {
    const uint8_t *next;
    const uint8_t *end;
} signet_der_t;

/* One TLV: content points into the input, whole includes tag and length. */
typedef struct signet_der_item {
    uint8_t tag;
    signet_bytes_t content;
    signet_bytes_t whole;
} signet_der_item_t;

/* All readers return 0, or -1 on anything that is not the DER expected; they set no error: the
 * caller knows what it was reading. [any] */
signet_der_t signet_der(signet_bytes_t input);
int signet_der_empty(const signet_der_t *der);
int signet_der_peek(const signet_der_t *der); /* the next tag, or -1 */
int signet_der_next(signet_der_t *der, signet_der_item_t *item);
int signet_der_expect(signet_der_t *der, uint8_t tag, signet_der_item_t *item);
/* Enters a constructed item with this tag. [any] */
int signet_der_enter(signet_der_t *der, uint8_t tag, signet_der_t *inside);
int signet_der_boolean(signet_der_t *der, int *value); /* 0x00 or 0xff alone */
/* A non-negative integer up to INT64_MAX in its shortest form. [any] */
int signet_der_integer(signet_der_t *der, int64_t *value);
/* A positive integer as octets without the sign octet. [any] */
int signet_der_unsigned(signet_der_t *der, signet_bytes_t *magnitude);
/* A BIT STRING of whole octets (no unused bits). [any] */
int signet_der_bits(signet_der_t *der, signet_bytes_t *octets);
/* UTCTime or GeneralizedTime as RFC 5280, 4.1.2.5 has them, to ms since 1970 UTC. [any] */
int signet_der_time(signet_der_t *der, int64_t *time);
/* A well-formed OBJECT IDENTIFIER of at most 64 octets; arcs under 2^63. [any] */
int signet_der_oid(signet_der_t *der, signet_bytes_t *oid);
/* The dotted text of an encoded OID, and back ("2.5.29.17"). [any] */
signet_text_t signet_oid_text(signet_call_t *call, signet_bytes_t oid);
int32_t signet_oid_parse(signet_call_t *call, signet_text_t text, signet_bytes_t *oid);

/* Writing into a buffer. begin returns a mark that end closes; lengths are put in shortest form.
 * [any] */
uint64_t signet_der_begin(signet_buffer_t *buffer, uint8_t tag);
void signet_der_end(signet_buffer_t *buffer, uint64_t mark);
void signet_der_add(signet_buffer_t *buffer, uint8_t tag, signet_bytes_t content);
void signet_der_add_boolean(signet_buffer_t *buffer, int value);
void signet_der_add_integer(signet_buffer_t *buffer, int64_t value);
void signet_der_add_unsigned(signet_buffer_t *buffer, signet_bytes_t magnitude);
void signet_der_add_bits(signet_buffer_t *buffer, signet_bytes_t octets);
/* Named bits (KeyUsage): bit n of `flags` is named bit n; trailing zero bits are left out. [any] */
void signet_der_add_named_bits(signet_buffer_t *buffer, uint32_t flags);
/* UTCTime to 2049, GeneralizedTime from 2050, to the second (RFC 5280, 4.1.2.5). [any] */
void signet_der_add_time(signet_buffer_t *buffer, int64_t time);
/* GeneralizedTime to the second, whatever the year. [any] */
void signet_der_add_generalized(signet_buffer_t *buffer, int64_t time);
void signet_der_add_oid(signet_buffer_t *buffer, signet_bytes_t oid);

#endif
