/** What messages tell people to run where something is missing that set-up makes. */
export const SETUP_COMMAND = 'make setup';
