#include <signet/signet.h>

_Static_assert(SIGNET_ABI == 0, "the contract is not yet frozen");
