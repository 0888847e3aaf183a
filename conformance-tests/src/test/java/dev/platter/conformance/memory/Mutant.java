package dev.platter.conformance.memory;

import dev.platter.api.block.BlockBackend;
import dev.platter.api.block.CacheMode;
import dev.platter.conformance.Capabilities;
import dev.platter.conformance.Media;
import dev.platter.conformance.kit.BackendConformance;
import java.util.Optional;
import java.util.Set;

/**
 * A backend that is wrong in one way, and which rules must be seen broken.
 *
 * @param rules any of these
 * @param litmus the test that must find it, every time; or empty: random trials must
 * @param budget within how many trials
 * @param faults whether the host must fail for it to show
 */
record Mutant(
        String number,
        String name,
        CacheMode mode,
        Set<Integer> rules,
        String litmus,
        int budget,
        boolean faults,
        Broken broken) {
    /** Makes the broken backend. */
    @FunctionalInterface
    interface Broken {
        BlockBackend open(MemoryMedium medium, CacheMode mode);
    }

    static Mutant random(
            String number, String name, CacheMode mode, Set<Integer> rules, Broken broken) {
        return new Mutant(number, name, mode, rules, "", 1000, false, broken);
    }

    static Mutant withFaults(
            String number, String name, CacheMode mode, Set<Integer> rules, Broken broken) {
        return new Mutant(number, name, mode, rules, "", 1000, true, broken);
    }

    static Mutant litmus(
            String number, String name, CacheMode mode, int rule, String litmus, Broken broken) {
        return new Mutant(number, name, mode, Set.of(rule), litmus, 1, false, broken);
    }

    @Override
    public String toString() {
        return number + " " + name;
    }

    /** It as a backend under test. */
    BackendConformance underTest() {
        return new UnderTest(this);
    }

    private static final class UnderTest extends BackendConformance {
        private final Mutant mutant;

        UnderTest(Mutant mutant) {
            this.mutant = mutant;
        }

        @Override
        public String name() {
            return "mutant " + mutant;
        }

        @Override
        public BlockBackend open(String location, CacheMode mode)
                throws dev.platter.api.block.BackendException {
            return mutant.broken.open(found(location), mode);
        }

        private MemoryMedium found(String location) throws dev.platter.api.block.BackendException {
            if (mutant.litmus.equals("whatIsMissingIsNotOpened")) {
                return new MemoryMedia().create(1 << 16, 1);
            }
            return MemoryMedia.find(location);
        }

        @Override
        public Optional<BlockBackend> openReadOnly(String location, CacheMode mode)
                throws dev.platter.api.block.BackendException {
            return Optional.of(
                    new ReferenceBackend(MemoryMedia.find(location), mode, true) {
                        @Override
                        int validate(ReferenceRequest request) {
                            return Math.max(0, super.validate(request));
                        }
                    });
        }

        @Override
        public boolean reported() {
            return false;
        }

        @Override
        public Capabilities capabilities() {
            Capabilities all =
                    Capabilities.NONE.withAtomicReads().withCountedSyncs().withoutAllocation();
            return all.in(mutant.mode);
        }

        @Override
        public Media media() {
            return new MemoryMedia();
        }
    }
}
