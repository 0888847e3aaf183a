package dev.platter.conformance.gate;

import dev.platter.linux.FileCalls;
import dev.platter.linux.IoUringCalls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** The ports between a backend and the kernel, with a hook before the real ones. */
public final class HookedCalls {
    private HookedCalls() {}

    /** File calls that go through a hook. */
    public static FileCalls files(FileCalls real, CallHook hook) {
        return proxy(FileCalls.class, real, hook);
    }

    /** Ring calls that go through a hook; what is in the ring is for {@link RingHook}. */
    public static IoUringCalls ring(IoUringCalls real, CallHook hook) {
        return proxy(IoUringCalls.class, real, hook);
    }

    private static <T> T proxy(Class<T> port, T real, CallHook hook) {
        return port.cast(
                Proxy.newProxyInstance(
                        port.getClassLoader(),
                        new Class<?>[] {port},
                        (proxy, method, arguments) -> {
                            Object[] given = arguments == null ? new Object[0] : arguments;
                            if (method.getDeclaringClass() == Object.class) {
                                return method.invoke(real, given);
                            }
                            long answer =
                                    hook.call(
                                            method.getName(),
                                            given,
                                            () -> invoke(method, real, given));
                            return method.getReturnType() == int.class
                                    ? (Object) (int) answer
                                    : (Object) answer;
                        }));
    }

    private static long invoke(Method method, Object real, Object[] arguments) {
        try {
            return ((Number) method.invoke(real, arguments)).longValue();
        } catch (InvocationTargetException failure) {
            if (failure.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            throw new IllegalStateException(failure.getCause());
        } catch (IllegalAccessException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
