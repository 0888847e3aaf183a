package dev.platter.linux;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The one place where C functions become method handles. Every handle takes first the segment into
 * which {@code errno} is captured ({@link CallState#segment()}), then the C arguments.
 *
 * <p>To link the first function of a shape, its types of parameters and result, takes milliseconds
 * of a command's start: generated classes, none of which an AOT cache keeps. Functions that a
 * server does not need in order to listen are linked when first used, in nested classes.
 *
 * <p>No function here is linked as <em>critical</em>: a critical call keeps the collector waiting,
 * and nearly every system call can block.
 */
final class Downcalls {
    static {
        NativeAccess.require();
    }

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private Downcalls() {}

    /** A function with a fixed list of parameters. */
    @SuppressWarnings("restricted")
    static MethodHandle link(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(symbol(name), descriptor, ERRNO);
    }

    /**
     * A variadic function, specialized to one list of arguments.
     *
     * @param firstVariadic the index of the first argument that stands for the C ellipsis
     */
    @SuppressWarnings("restricted")
    static MethodHandle linkVariadic(
            String name, FunctionDescriptor descriptor, int firstVariadic) {
        return LINKER.downcallHandle(
                symbol(name), descriptor, ERRNO, Linker.Option.firstVariadicArg(firstVariadic));
    }

    /** What an invocation threw, as something a caller without {@code throws} may throw on. */
    static RuntimeException rethrown(Throwable failure) {
        if (failure instanceof RuntimeException unchecked) {
            return unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a downcall threw a checked exception", failure);
    }

    private static MemorySegment symbol(String name) {
        return LINKER.defaultLookup()
                .find(name)
                .orElseThrow(
                        () ->
                                new UnsatisfiedLinkError(
                                        "this system's C library has no function " + name));
    }
}
