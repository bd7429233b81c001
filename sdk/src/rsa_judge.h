/* RSA keys that are weak. Internal to the SDK. */
#ifndef SIGNET_SDK_SRC_RSA_JUDGE_H
#define SIGNET_SDK_SRC_RSA_JUDGE_H

#include <signet/call.h>

/* OK, or INVALID ("key.weak") with the rule. */
int32_t signet_rsa_judge(signet_call_t *call, signet_bytes_t modulus, signet_bytes_t exponent);

#endif
