/** What a backend's author extends: {@link dev.platter.conformance.kit.BackendConformance}. */
@NullMarked
package dev.platter.conformance.kit;

import org.jspecify.annotations.NullMarked;
