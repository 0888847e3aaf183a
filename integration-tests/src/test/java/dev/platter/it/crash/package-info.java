/** The shipped backends, unchanged, under power cuts. */
package dev.platter.it.crash;
