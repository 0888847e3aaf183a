package dev.platter.conformance.trial;

import dev.platter.conformance.BackendUnderTest;
import dev.platter.conformance.Media;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;

/** What a test needs of the medium; without it the test is skipped, with the reason. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Needs {
    /** All of it. */
    Means[] value();

    /** What a medium can do. */
    enum Means {
        /** It can lose its power. */
        POWER_CUT,

        /** Things can go wrong at it. */
        FAULTS;

        private Optional<String> missing(Media media) {
            return this == POWER_CUT ? media.noPowerCut() : media.noFaults();
        }
    }

    /** Finds out what is missing. */
    final class Check {
        private Check() {}

        /** Why a test cannot run, in one sentence, or nothing. */
        public static Optional<String> missing(BackendUnderTest under, Means... needs) {
            Media media = KitSession.of(under).media();
            for (Means means : needs) {
                Optional<String> reason = means.missing(media);
                if (reason.isPresent()) {
                    return reason;
                }
            }
            return Optional.empty();
        }
    }
}
