package dev.platter.it.support;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a test class needs of the machine. Without it the class is skipped, and the reason is in the
 * report; with {@code CI=true} it fails instead.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresCondition.class)
public @interface Requires {
    /** Programs on the path, such as {@code strace}. */
    String[] programs() default {};

    /** Whether a Linux guest must be able to boot; the programs are then taken along into it. */
    boolean guest() default false;
}
