/* The conformance suite of signet.store/1. */
#include "world.h"

#include <stdlib.h>

int main(void)
{
    Suite *suite = suite_create(backend->plugin);
    suite_add_tcase(suite, commits_case());
    suite_add_tcase(suite, queries_case());
    suite_add_tcase(suite, leases_case());
    suite_add_tcase(suite, loads_case());
    suite_add_tcase(suite, entries_case());
    SRunner *runner = srunner_create(suite);
    if (backend->faults)
        srunner_add_suite(runner, backend->faults());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
