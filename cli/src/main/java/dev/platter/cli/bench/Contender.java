package dev.platter.cli.bench;

/**
 * One of those measured side by side.
 *
 * @param id its name in goals, filters and JSON, such as {@code platter:directsync:auto:auto}
 * @param subject what serves the disk
 * @param durability what the guest does after each write
 */
record Contender(String id, Subject subject, Durability durability) {}
