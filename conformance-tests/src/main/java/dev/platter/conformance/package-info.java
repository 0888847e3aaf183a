/** The conformance kit for backends. It is not built yet: the module holds no test. */
@NullMarked
package dev.platter.conformance;

import org.jspecify.annotations.NullMarked;
