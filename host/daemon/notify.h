/* What systemd is told (sd_notify(3)), where it started the daemon and listens. */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

void daemon_notify_ready(void);
void daemon_notify_reloading(void);
void daemon_notify_stopping(void);
/* The daemon is alive: to be said again within daemon_notify_interval() milliseconds, or it is
 * restarted. -1: nobody waits for it. */
void daemon_notify_alive(void);
int daemon_notify_interval(void);

#endif
