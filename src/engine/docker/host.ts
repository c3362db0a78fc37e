/** Sockets of a Docker on this machine; any other cannot be installed or started for the user. */
export const LOCAL_SOCKETS: readonly string[] = ['unix:///var/run/docker.sock', 'unix:///run/docker.sock'];
