/* signet.inventory/1 over the records and the abandoned intents. */
#ifndef CA_INVENTORY_H
#define CA_INVENTORY_H

#include "ca.h"

#include <signet/inventory.h>

extern const signet_inventory_interface_t ca_inventory;

#endif
