/* Tests of the journal over store-sqlite. */
#include "world.h"

#include <stdlib.h>

int main(void)
{
    Suite *suite = suite_create("journal");
    suite_add_tcase(suite, merkle_case());
    suite_add_tcase(suite, writing_case());
    suite_add_tcase(suite, sealing_case());
    suite_add_tcase(suite, tampering_case());
    suite_add_tcase(suite, delivering_case());
    suite_add_tcase(suite, rollback_case());
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
