/* The world as a server of its own, for clients that are programs: prints the URLs of its listeners
 * and serves until its input ends. */
#include <stdio.h>
#include <unistd.h>

#include "world.h"

int main(void)
{
    world_options_t options = {.connections = 2000};
    world_t world;
    char octet;

    world_open(&world, &options);
    (void)printf("plain %s\ntls %s\noptional %s\nfolder %s\n", world.plain, world.tls,
                 world.optional, world.folder);
    (void)fflush(stdout);
    while (read(STDIN_FILENO, &octet, 1) > 0) {
    }
    world_close(&world);
    return 0;
}
