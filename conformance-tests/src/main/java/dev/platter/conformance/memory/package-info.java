/**
 * A reference: storage in memory with a volatile cache, and a backend on it that keeps to the
 * letter of the contract and gives nothing beyond. For tests of the kit itself, and of devices
 * whose disk should be able to lose its power. Makes no host call.
 */
@NullMarked
package dev.platter.conformance.memory;

import org.jspecify.annotations.NullMarked;
