/* ASN.1 string types as UTF-8. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_DIRECTORY_STRING_H
#define SIGNET_SDK_SRC_DIRECTORY_STRING_H

#include <signet/sdk/der.h>

#define SIGNET_DER_NUMERIC 0x12
#define SIGNET_DER_TELETEX 0x14
#define SIGNET_DER_UNIVERSAL 0x1c
#define SIGNET_DER_BMP 0x1e

/* Whether this text holds no control character (C0, DELETE, C1). It must be valid UTF-8. */
int signet_text_printable(signet_text_t text);
/* The characters of valid UTF-8. */
uint64_t signet_text_characters(signet_text_t text);
/* The text of a string value. UTF8String, PrintableString, IA5String and NumericString point into
 * the input; BMPString and UniversalString are converted, and TeletexString is read as Latin-1, as
 * all who still meet it do. INVALID ("name.malformed") for other types, for octets outside the
 * type and for control characters. */
int32_t signet_directory_string(signet_call_t *call, const signet_der_item_t *item,
                                signet_text_t *text);

#endif
