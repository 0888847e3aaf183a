/**
 * What every backend that keeps a disk in a file or block device shares: opening, locking, probing,
 * the choice of how writes become durable, and the ledger of flushes. Knows no way of submitting
 * I/O.
 */
@NullMarked
package dev.platter.backend.file;

import org.jspecify.annotations.NullMarked;
