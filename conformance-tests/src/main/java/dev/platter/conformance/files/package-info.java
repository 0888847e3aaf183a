/** Media for backends that store in a file: the crash file system, and plain files without it. */
@NullMarked
package dev.platter.conformance.files;

import org.jspecify.annotations.NullMarked;
