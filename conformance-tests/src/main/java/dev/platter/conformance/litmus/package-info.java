/**
 * Named tests, one promise each, and properties: mixed into {@link
 * dev.platter.conformance.kit.BackendConformance}. Each carries the numbers of the contract's rules
 * that it tests.
 */
@NullMarked
package dev.platter.conformance.litmus;

import org.jspecify.annotations.NullMarked;
