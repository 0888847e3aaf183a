package dev.platter.api.block;

/**
 * A stretch of a disk, from an offset that was asked for: as long as the host has the same to say
 * of it, or shorter.
 *
 * @param lengthBytes how long it is, 1 or more
 * @param allocated whether the host has space for it; where not, it reads as zeroes
 */
public record Extent(long lengthBytes, boolean allocated) {}
