package dev.platter.backend.file;

import dev.platter.linux.FileCalls;
import dev.platter.linux.LinuxFileCalls;
import java.lang.foreign.Arena;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Host calls of which a test answers some itself. */
final class Intercepted {
    private Intercepted() {}

    /** The real calls, except those for which the interceptor has an answer. */
    static FileCalls calls(Interceptor interceptor) {
        FileCalls real = new LinuxFileCalls(Arena.ofAuto());
        return (FileCalls)
                Proxy.newProxyInstance(
                        FileCalls.class.getClassLoader(),
                        new Class<?>[] {FileCalls.class},
                        (proxy, method, arguments) -> {
                            Object answer = interceptor.answer(method.getName(), arguments);
                            if (answer != null) {
                                return answer;
                            }
                            try {
                                return method.invoke(real, arguments);
                            } catch (InvocationTargetException failure) {
                                throw failure.getCause();
                            }
                        });
    }

    static FileCalls real() {
        return new LinuxFileCalls(Arena.ofAuto());
    }

    /** Answers a call in the host's place, or null to let it pass. */
    interface Interceptor {
        @Nullable Object answer(String call, Object[] arguments) throws Exception;
    }
}
