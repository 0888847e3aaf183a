package dev.platter.conformance.gate;

import java.util.List;

/** What happens to a system call. Called by the thread that makes the call. */
@FunctionalInterface
public interface CallHook {
    /**
     * Sees one call.
     *
     * @param call its name, as of the port's method
     * @param arguments its arguments; may be replaced in the array
     * @param real makes the call with these arguments, at most once or as often as wanted
     * @return the answer: 0 or more, or a negative errno
     */
    long call(String call, Object[] arguments, Real real) throws Exception;

    /** The call itself. */
    interface Real {
        /** Makes it. */
        long call();
    }

    /** Hooks around one another, the first the outermost. */
    static CallHook all(List<CallHook> hooks) {
        return (call, arguments, real) -> {
            Real next = real;
            for (CallHook hook : hooks.reversed()) {
                Real inner = next;
                next =
                        () -> {
                            try {
                                return hook.call(call, arguments, inner);
                            } catch (Exception failure) {
                                throw new IllegalStateException(failure);
                            }
                        };
            }
            return next.call();
        };
    }
}
