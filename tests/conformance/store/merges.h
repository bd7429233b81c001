/* What can happen to store-sqlite while it adds the entries of indexes. */
#ifndef CONFORMANCE_MERGES_H
#define CONFORMANCE_MERGES_H

#include <check.h>

TCase *merges_case(void);

#endif
