/**
 * The conformance kit for backends: what its author implements against. {@link
 * dev.platter.conformance.Medium} is where a backend under test keeps its data and what cuts the
 * power. Depends on no backend.
 */
@NullMarked
package dev.platter.conformance;

import org.jspecify.annotations.NullMarked;
