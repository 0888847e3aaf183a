package dev.platter.conformance.crashfs;

/**
 * One applied operation that changed sectors: whose versions they are.
 *
 * @param number counts the changes of a crash disk, from 1; a later one has the higher number
 * @param firstSector of the range
 * @param sectors how many
 */
record Change(long number, long firstSector, long sectors) {}
