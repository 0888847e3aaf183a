package dev.platter.virtio.queue;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Generators of truthful chains. */
final class ChainGenerators {
    /** The most buffers of one chain. */
    static final int MAX_BUFFERS = 12;

    private ChainGenerators() {}

    /**
     * Chains whose readable buffers lie in the first half of a space and whose writable ones lie in
     * the second half, each cut into as many slices as a chain may have buffers, so that no two
     * buffers of a chain overlap.
     */
    static Arbitrary<ChainSpec> chains(int spaceBytes, int maxDirect) {
        int slice = spaceBytes / 2 / MAX_BUFFERS;
        Arbitrary<Integer> counts = Arbitraries.integers().between(0, MAX_BUFFERS / 2);
        return Combinators.combine(counts, counts)
                .as((readable, writable) -> new int[] {readable, Math.max(writable, 1 - readable)})
                .flatMap(
                        parts ->
                                Combinators.combine(
                                                lengths(parts[0] + parts[1], slice),
                                                Arbitraries.integers().between(0, maxDirect))
                                        .as((lens, direct) -> chain(parts, lens, direct, slice)));
    }

    private static Arbitrary<List<Integer>> lengths(int count, int slice) {
        return Arbitraries.integers()
                .between(0, slice)
                .edgeCases(c -> c.add(0, 1, slice))
                .list()
                .ofSize(count);
    }

    private static ChainSpec chain(int[] parts, List<Integer> lengths, int direct, int slice) {
        List<ChainSpec.Buffer> buffers =
                IntStream.range(0, lengths.size())
                        .mapToObj(
                                i -> {
                                    boolean writable = i >= parts[0];
                                    int place = writable ? MAX_BUFFERS + i : i;
                                    return new ChainSpec.Buffer(
                                            (long) place * slice, lengths.get(i), writable);
                                })
                        .toList();
        return new ChainSpec(buffers, Math.min(direct, buffers.size()));
    }
}
