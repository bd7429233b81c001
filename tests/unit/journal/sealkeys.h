/* A key backend for tests, linked in: one P-256 key in memory, which can be taken away. */
#ifndef JOURNAL_TEST_SEALKEYS_H
#define JOURNAL_TEST_SEALKEYS_H

#include <signet/signet.h>

extern const signet_plugin_t sealkeys_plugin;

/* 1: from here on every signature fails with UNAVAILABLE. */
void sealkeys_fail(int fail);
/* Signatures made since the process began. */
int sealkeys_signatures(void);
/* Forgets the key, so that the next instance makes another. */
void sealkeys_forget(void);

#endif
