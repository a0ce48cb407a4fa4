// Package hostile holds the command line against broken networks, hostile deployments and dead
// inboxes: each meeting must end in the right verdict, in bounded time and memory, with all reports
// written. docs/reliability.md lists them.
package hostile
