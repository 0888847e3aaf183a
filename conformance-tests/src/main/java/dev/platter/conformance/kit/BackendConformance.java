package dev.platter.conformance.kit;

import dev.platter.conformance.Media;
import dev.platter.conformance.files.CrashFileMedia;
import dev.platter.conformance.litmus.DurableWriteLitmus;
import dev.platter.conformance.litmus.FailureLitmus;
import dev.platter.conformance.litmus.FlushLitmus;
import dev.platter.conformance.litmus.KitProperties;
import dev.platter.conformance.litmus.LifeRules;
import dev.platter.conformance.litmus.PowerCutLitmus;
import dev.platter.conformance.litmus.RequestRules;

/**
 * The test of a backend: extend it in your tests, say how to {@linkplain #open open} the backend,
 * what it {@linkplain #capabilities claims} and how to {@linkplain #kill drop} it, and it is tested
 * against every rule of {@code docs/spi-contract.md}.
 *
 * <p>A backend that stores in a file needs nothing more. One that does not overrides {@link
 * #media}; without power cuts there, the tests that need them are skipped, with that reason.
 *
 * <p>A failure prints the rule, the seed, the shrunk history, the state after the power cut and
 * what to look at. See {@link dev.platter.conformance.trial.KitSettings} for what can be set.
 */
public abstract class BackendConformance
        implements RequestRules,
                FlushLitmus,
                DurableWriteLitmus,
                FailureLitmus,
                PowerCutLitmus,
                LifeRules,
                KitProperties {
    /** For the author's class. */
    protected BackendConformance() {}

    /**
     * Where it keeps its data: in a file, which lies on the crash file system where that can be
     * mounted.
     */
    @Override
    public Media media() throws Exception {
        return CrashFileMedia.mountIfPossible();
    }
}
