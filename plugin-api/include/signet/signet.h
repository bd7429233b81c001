/* The whole contract between the host and its plugins. */
#ifndef SIGNET_H
#define SIGNET_H

#include <signet/auth.h>
#include <signet/base.h>
#include <signet/ca.h>
#include <signet/call.h>
#include <signet/command.h>
#include <signet/host.h>
#include <signet/http.h>
#include <signet/inventory.h>
#include <signet/journal.h>
#include <signet/key.h>
#include <signet/option.h>
#include <signet/plugin.h>
#include <signet/store.h>

#endif
