/**
 * What a disk may hold after a power cut, and what its reads may return, as executable code: a
 * {@link dev.platter.conformance.model.History} of operations with their instants goes in, a list
 * of {@link dev.platter.conformance.model.Violation}s comes out. Knows no backend, no test
 * framework and no thread: it judges what was recorded.
 *
 * <p>The logical block is the only unit that is atomic. An operation {@code a} comes <i>before</i>
 * {@code b} if {@code a} completed before {@code b} was submitted; what is in neither order is
 * concurrent.
 */
@NullMarked
package dev.platter.conformance.model;

import org.jspecify.annotations.NullMarked;
