#include "quorum.h"

/* 2026-12-15. */
#define FIVE_FROM INT64_C(1797292800000)
#define REGIONS 2U

uint64_t acme_quorum_needed(int64_t now)
{
    return now >= FIVE_FROM ? 5 : 4;
}

uint64_t acme_quorum_failures(uint64_t count)
{
    if (count < 2) {
        return 0;
    }
    return count < 6 ? 1 : 2;
}

uint64_t acme_quorum_regions(const acme_perspective_t *perspectives, uint64_t count, int agreeing)
{
    uint64_t regions = 0;
    for (uint64_t i = 0; i < count; i++) {
        int known = agreeing && !perspectives[i].agrees;
        for (uint64_t j = 0; j < i && !known; j++) {
            known = signet_text_equal(perspectives[i].region, perspectives[j].region) &&
                    (!agreeing || perspectives[j].agrees);
        }
        regions += !known;
    }
    return regions;
}

int acme_quorum(const acme_perspective_t *perspectives, uint64_t count, int strict, int64_t now)
{
    uint64_t failures = 0;
    for (uint64_t i = 0; i < count; i++) {
        failures += !perspectives[i].agrees;
    }
    return count > 0 && failures <= acme_quorum_failures(count) &&
           (!strict || (count >= acme_quorum_needed(now) &&
                        acme_quorum_regions(perspectives, count, 1) >= REGIONS));
}
